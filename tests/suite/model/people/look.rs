//! What users see when they look at their accounts.

use std::collections::BTreeSet;

use contact_sync::domain::Time;

use super::{Own, People, Person};
use crate::world::{MY_CONTACTS, World, content, given_name, marker, tag, twin};

impl People {
    /// Looks at every account after a step: what users made is as they left it. What was left to them is theirs from now on.
    pub fn look(&mut self, world: &World) -> Result<(), String> {
        for user in 0..self.all.len() {
            let person = &mut self.all[user];
            look_at(world, person).map_err(|what| format!("{}: {what}", person.email))?;
            self.note_members(world, user);
        }
        self.taken.clear();
        Ok(())
    }

    fn note_members(&mut self, world: &World, user: usize) {
        let now = world.now();
        let mut still = BTreeSet::new();
        for contact in world.sandbox.contacts(&self.all[user].email).unwrap() {
            for label in contact.groups.iter().filter(|group| self.all[user].labels.contains_key(*group)) {
                let member = (user, label.clone(), contact.resource_name.clone());
                self.members.entry(member.clone()).or_insert(now);
                still.insert(member);
            }
        }
        self.members.retain(|member, _| member.0 != user || still.contains(member));
    }

    /// Numbers of the contacts that have been in a label since an instant at the latest.
    pub fn members_since(&self, world: &World, user: usize, label: &str, since: Time) -> BTreeSet<String> {
        let members = world.members(&self.all[user].email, label).into_iter();
        let lasting = members.filter(|contact| {
            let member = (user, label.to_owned(), contact.resource_name.clone());
            self.members.get(&member).is_some_and(|joined| *joined <= since)
        });
        lasting.map(|contact| self.all[user].number(&contact)).collect()
    }
}

fn look_at(world: &World, person: &mut Person) -> Result<(), String> {
    let contacts = world.snapshot(&person.email);
    let groups = world.sandbox.groups(&person.email).unwrap();
    let exists = |group: &String| groups.iter().any(|known| known.resource_name == *group);
    for (label, name) in &person.labels {
        let found = groups.iter().find(|group| group.resource_name == *label);
        let found = found.ok_or_else(|| format!("the user's label {name} is gone"))?;
        if found.name != *name || marker(found).is_some() {
            return Err(format!("the user's label {name} is now {found:?}"));
        }
    }
    for group in groups.iter().filter(|group| !group.is_system && marker(group).is_none()) {
        if !person.labels.contains_key(&group.resource_name) {
            if !person.is_released {
                return Err(format!("nobody has made the group {}", group.name));
            }
            person.labels.insert(group.resource_name.clone(), group.name.clone());
        }
    }
    for (resource, own) in &mut person.own {
        let contact = contacts.get(resource);
        let contact = contact.ok_or_else(|| format!("the user's own {resource} is gone: {}", own.content))?;
        if content(contact) != own.content || twin(contact).is_some() {
            return Err(format!(
                "the user's own {} was changed: {contact:?}, not {}",
                given_name(contact),
                own.content
            ));
        }
        own.groups.retain(exists);
        if person.has_left && contact.groups.contains(MY_CONTACTS) {
            own.groups.insert(MY_CONTACTS.to_owned());
        }
        if contact.groups != own.groups {
            return Err(format!(
                "the user's own {} is in {:?}, not {:?}",
                given_name(contact),
                contact.groups,
                own.groups
            ));
        }
    }
    for (resource, contact) in contacts.iter().filter(|(_, contact)| twin(contact).is_none()) {
        if !person.own.contains_key(resource) {
            if !person.is_released || tag(contact).is_some() {
                return Err(format!("nobody has made {contact:?}"));
            }
            let own = Own { content: content(contact), groups: contact.groups.clone() };
            person.own.insert(resource.clone(), own);
            person.given.remove(resource);
        }
    }
    for (resource, given) in &mut person.given {
        given.retain(exists);
        let Some(contact) = contacts.get(resource) else { continue };
        if !given.is_subset(&contact.groups) {
            return Err(format!("{} is in {:?}, no more in {given:?}", given_name(contact), contact.groups));
        }
    }
    person.given.retain(|resource, _| contacts.contains_key(resource));
    Ok(())
}
