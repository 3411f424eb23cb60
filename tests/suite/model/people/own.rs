//! What users do with their own contacts and labels.

use sandbox::Contact;

use super::super::step::{Edit, Place};
use super::{CROWDED, MOST_LABELS, NAMES, People, pick};
use crate::world::{World, content};

impl People {
    pub(super) fn edit_own(&mut self, world: &World, edit: &Edit) {
        match *edit {
            Edit::Adds(user, place) => {
                let group = match place {
                    Place::Nowhere => None,
                    Place::Label(one) => self.all[user].label(one),
                    Place::SyncedGroup(one) => {
                        pick(self.synced_groups(world, user), one).map(|group| group.resource_name)
                    }
                };
                if self.all[user].own.len() < CROWDED {
                    let contact = self.add(world, user, group.as_deref());
                    if matches!(place, Place::SyncedGroup(one) if one % 2 == 0) && group.is_some() {
                        self.hide_own(world, user, &contact);
                    }
                }
            }
            Edit::AddsMany(user, one, many) => {
                if self.all[user].own.len() < CROWDED {
                    let label = self.all[user].label(one);
                    (0..many).for_each(|_| drop(self.add(world, user, label.as_deref())));
                }
            }
            Edit::Edits(user, one, field) => {
                if let Some(contact) = pick(self.own(world, user, None), one) {
                    self.change(world, user, &contact, field);
                }
            }
            Edit::EditsMany(user, one, many) => {
                let label = self.all[user].label(one);
                for contact in self.own(world, user, label.as_deref()).iter().take(many) {
                    self.change(world, user, contact, many);
                }
            }
            Edit::Deletes(user, one) => {
                if let Some(contact) = pick(self.own(world, user, None), one) {
                    self.delete_own(world, user, &contact);
                }
            }
            Edit::DeletesMany(user, one, many) => {
                let label = self.all[user].label(one);
                for contact in self.own(world, user, label.as_deref()).iter().take(many) {
                    self.delete_own(world, user, contact);
                }
            }
            Edit::PutsIn(user, one, label) => {
                let Some(label) = self.all[user].label(label) else { return };
                if let Some(contact) = pick(self.own(world, user, None), one) {
                    world.sandbox.add_to_group(&self.all[user].email, &label, &contact.resource_name).unwrap();
                    self.join(user, &contact, label);
                }
            }
            Edit::TakesOut(user, one, label) => {
                let Some(label) = self.all[user].label(label) else { return };
                if let Some(contact) = pick(self.own(world, user, Some(&label)), one) {
                    world.sandbox.remove_from_group(&self.all[user].email, &label, &contact.resource_name).unwrap();
                    self.all[user].own.get_mut(&contact.resource_name).unwrap().groups.remove(&label);
                    self.members.remove(&(user, label, contact.resource_name));
                }
            }
            Edit::IsRenamed(user, one) => {
                if let Some(contact) = pick(self.own(world, user, None), one) {
                    let now = self.rename_resource(world, user, &contact);
                    let person = &mut self.all[user];
                    let own = person.own.remove(&contact.resource_name).unwrap();
                    person.own.insert(now.clone(), own);
                    if person.to_show.remove(&contact.resource_name) {
                        person.to_show.insert(now);
                    }
                }
            }
            _ => unreachable!("{edit:?} is done elsewhere"),
        }
    }

    fn join(&mut self, user: usize, contact: &Contact, group: String) {
        self.all[user].own.get_mut(&contact.resource_name).unwrap().groups.insert(group);
    }

    fn change(&mut self, world: &World, user: usize, contact: &Contact, field: usize) {
        let (field, items) = self.value(field);
        let person = &mut self.all[user];
        world.edit(&person.email, &contact.resource_name, field, items);
        let now = world.snapshot(&person.email).remove(&contact.resource_name).unwrap();
        person.own.get_mut(&contact.resource_name).unwrap().content = content(&now);
    }

    pub(super) fn delete_own(&mut self, world: &World, user: usize, contact: &Contact) {
        world.sandbox.delete_contact(&self.all[user].email, &contact.resource_name).unwrap();
        self.all[user].own.remove(&contact.resource_name);
    }

    pub(super) fn rename_resource(&mut self, world: &World, user: usize, contact: &Contact) -> String {
        let person = &mut self.all[user];
        let now = world.sandbox.change_resource_name(&person.email, &contact.resource_name).unwrap();
        let number = person.number(contact);
        person.numbers.insert(now.clone(), number);
        now
    }

    pub(super) fn edit_label(&mut self, world: &World, edit: &Edit) {
        match *edit {
            Edit::MakesLabel(user, name) => {
                if self.all[user].labels.len() < MOST_LABELS && self.all[user].own.len() < CROWDED {
                    self.make_label(world, user, NAMES[name % NAMES.len()]);
                }
            }
            Edit::RenamesLabel(user, one, name) => {
                let name = NAMES[name % NAMES.len()];
                let Some(label) = self.all[user].label(one) else { return };
                // Refused where the name is taken.
                if world.sandbox.rename_group(&self.all[user].email, &label, name).is_ok() {
                    self.all[user].labels.insert(label, name.to_owned());
                }
            }
            Edit::DeletesLabel(user, one) => {
                if let Some(label) = self.all[user].label(one) {
                    self.delete_label(world, user, &label);
                }
            }
            _ => unreachable!("{edit:?} is done elsewhere"),
        }
    }

    pub(super) fn delete_label(&mut self, world: &World, user: usize, label: &str) {
        world.sandbox.delete_group(&self.all[user].email, label).unwrap();
        self.all[user].labels.remove(label);
    }
}
