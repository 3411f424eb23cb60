//! What every account must hold in the end.

use std::collections::BTreeSet;

use sandbox::Contact;

use super::act::{Story, USERS};
use crate::world::{MY_CONTACTS, SOURCE, content, given_name, marker, tag, twin};

/// Compares all accounts; the error tells the first difference.
pub fn compare(story: &Story) -> Result<(), String> {
    let members = story.world.members(SOURCE, &story.group);
    let mut wanted: Vec<String> = members.iter().map(content).collect();
    wanted.sort();
    for user in USERS {
        let receives = story.receives.iter().any(|email| email == user);
        compare_user(story, user, if receives { &wanted } else { &[] }, receives)
            .map_err(|what| format!("{user}: {what}"))?;
    }
    Ok(())
}

fn compare_user(story: &Story, user: &'static str, wanted: &[String], receives: bool) -> Result<(), String> {
    let world = &story.world;
    let groups = world.sandbox.groups(user).map_err(|error| error.to_string())?;
    let marked: Vec<_> = groups.iter().filter(|group| marker(group).is_some()).collect();
    if marked.len() != usize::from(receives) {
        return Err(format!("{} synced groups", marked.len()));
    }
    let contacts = world.sandbox.contacts(user).map_err(|error| error.to_string())?;
    let (mut ours, own): (Vec<_>, Vec<_>) = contacts.iter().partition(|contact| twin(contact).is_some());
    // Only what carries the visible tag too, or is on record, may be deleted. A user who removes the tag before a lost
    // database is made up for keeps the contact, unless it is still to be there.
    let source = if receives { source_numbers(story) } else { BTreeSet::new() };
    ours.retain(|contact| {
        !(story.has_lost && tag(contact).is_none() && twin_number(contact).is_none_or(|twin| !source.contains(&twin)))
    });
    let mut there: Vec<String> = ours.iter().map(|contact| content(contact)).collect();
    there.sort();
    if there != wanted {
        let names: Vec<String> = ours.iter().map(|contact| given_name(contact)).collect();
        return Err(format!("synced contacts are {names:?}: {there:#?}, not {wanted:#?}"));
    }
    let tags: BTreeSet<_> = ours.iter().filter_map(|contact| tag(contact)).collect();
    if tags.len() != ours.len() {
        return Err(format!("{} tags on {} synced contacts", tags.len(), ours.len()));
    }
    for contact in &ours {
        let in_group = marked.iter().all(|group| contact.groups.contains(&group.resource_name));
        if !in_group || !contact.groups.contains(MY_CONTACTS) {
            return Err(format!("{} is in {:?}", given_name(contact), contact.groups));
        }
    }
    if let Some(group) = marked.first() {
        let source = world.sandbox.groups(SOURCE).map_err(|error| error.to_string())?;
        let wanted =
            source.into_iter().find(|one| one.resource_name == story.group).map(|one| one.name).unwrap_or_default();
        let is_taken = groups.iter().any(|other| other.name == wanted && other.resource_name != group.resource_name);
        let is_named = if is_taken {
            group.name.starts_with(&format!("{wanted} ("))
        } else {
            group.name == wanted || group.name.starts_with(&format!("{wanted} ("))
        };
        if !is_named {
            return Err(format!("the synced group is called {}, not {wanted}", group.name));
        }
    }
    let known = story.own.get(user);
    let is_taken = |resource: &String| {
        story.may_be_taken.contains(resource) && own.iter().all(|contact| contact.resource_name != *resource)
    };
    let expected = known.map_or(0, |known| known.keys().filter(|resource| !is_taken(resource)).count());
    if own.len() != expected {
        let names: Vec<String> = own.iter().map(|contact| given_name(contact)).collect();
        return Err(format!("{} contacts of the user's own, not {expected}: {names:?}", own.len()));
    }
    for contact in own {
        let kept = known.and_then(|known| known.get(&contact.resource_name));
        let kept = kept.ok_or_else(|| format!("{} is not the user's", given_name(contact)))?;
        if content(contact) != kept.content {
            return Err(format!("{} was changed: {}, not {}", given_name(contact), content(contact), kept.content));
        }
        let exists = |group: &&String| groups.iter().any(|known| known.resource_name == **group);
        let lost: Vec<_> = kept.groups.iter().filter(exists).filter(|group| !contact.groups.contains(*group)).collect();
        let gained: Vec<_> = contact.groups.difference(&kept.groups).collect();
        let may_gain = story.left.contains(&contact.resource_name);
        if !lost.is_empty() || gained.iter().any(|group| !(may_gain && group.as_str() == MY_CONTACTS)) {
            return Err(format!("{} was moved: lost {lost:?}, gained {gained:?}", given_name(contact)));
        }
    }
    Ok(())
}

fn source_numbers(story: &Story) -> BTreeSet<String> {
    let number = |contact: &Contact| contact.resource_name.trim_start_matches("people/c").to_owned();
    story.world.members(SOURCE, &story.group).iter().map(number).collect()
}

/// Source contact number in the invisible twin.
fn twin_number(contact: &Contact) -> Option<String> {
    twin(contact)?.split_once('-').map(|(_, number)| number.to_owned())
}
