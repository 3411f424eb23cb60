//! The state that must be there in the end, whatever happened.

use std::collections::BTreeMap;

use sandbox::Contact;

use super::scenario::{Cast, Outcome, Scenario, USERS};
use crate::world::{MY_CONTACTS, SOURCE, World, content, given_name, tag};

/// Contacts that users made themselves, as they were.
pub type Before = BTreeMap<String, Contact>;

/// What must be untouched in the end.
pub fn before(world: &World, cast: &Cast) -> Before {
    let contact =
        |(user, resource): &(&str, String)| (resource.clone(), world.snapshot(user).remove(resource).unwrap());
    cast.own.iter().map(contact).collect()
}

/// Compares accounts and records; the error tells the first difference.
pub async fn compare(
    world: &World,
    scenario: Scenario,
    cast: &Cast,
    before: &Before,
    by_users: bool,
) -> Result<(), String> {
    for user in USERS {
        let own: Vec<&Contact> =
            cast.own.iter().filter(|(owner, _)| *owner == user).map(|(_, resource)| &before[resource]).collect();
        compare_account(world, scenario, cast, user, &own, by_users).map_err(|what| format!("{user}: {what}"))?;
    }
    world.records(None).await
}

fn compare_account(
    world: &World,
    scenario: Scenario,
    cast: &Cast,
    user: &str,
    own: &[&Contact],
    by_users: bool,
) -> Result<(), String> {
    let outcome = scenario.outcome(user);
    let contacts = world.sandbox.contacts(user).unwrap();
    let is_own = |contact: &&Contact| own.iter().any(|known| known.resource_name == contact.resource_name);
    let (theirs, ours): (Vec<&Contact>, Vec<&Contact>) = contacts.iter().partition(is_own);
    if theirs.len() != own.len() {
        return Err(format!("{} contacts of the user's own, not {}", theirs.len(), own.len()));
    }
    for (contact, known) in theirs.iter().zip(sorted(own)) {
        let name = given_name(contact);
        if contact.person != known.person {
            return Err(format!("{name} of the user's own was changed"));
        }
        let is_in = |group: &String| contact.groups.contains(group);
        match outcome {
            Outcome::InStep if contact.etag == known.etag || by_users => {}
            Outcome::InStep => return Err(format!("{name} of the user's own was written")),
            Outcome::Cleaned if by_users || is_in(&MY_CONTACTS.to_owned()) => {}
            Outcome::Kept if by_users || known.groups.iter().all(is_in) => {}
            Outcome::Cleaned | Outcome::Kept => return Err(format!("{name} is in {:?}", contact.groups)),
        }
    }
    match outcome {
        Outcome::InStep => in_step(world, cast, user, &ours),
        Outcome::Cleaned => cleaned(world, user, &ours),
        Outcome::Kept => kept(world, cast, user, &ours, by_users),
    }
}

fn sorted<'a>(own: &[&'a Contact]) -> Vec<&'a Contact> {
    let mut own = own.to_vec();
    own.sort_by_key(|contact| contact.resource_name.trim_start_matches("people/c").parse::<u64>().unwrap());
    own
}

fn contents(contacts: &[&Contact]) -> Vec<String> {
    let mut contents: Vec<String> = contacts.iter().map(|contact| content(contact)).collect();
    contents.sort();
    contents
}

/// Exactly the source group, each contact once, marked, in one marked group of the right name.
fn in_step(world: &World, cast: &Cast, user: &str, ours: &[&Contact]) -> Result<(), String> {
    let source = world.members(SOURCE, &cast.group);
    let wanted = contents(&source.iter().collect::<Vec<_>>());
    let there = contents(ours);
    if there != wanted {
        return Err(format!("the synced contacts are {there:#?}, not {wanted:#?}"));
    }
    let numbers = source.iter().map(|contact| contact.resource_name.trim_start_matches("people/c").to_owned());
    let mut numbers: Vec<String> = numbers.collect();
    let tagged = ours.iter().filter_map(|contact| Some(tag(contact)?.split_once('-')?.1.to_owned()));
    let mut tagged: Vec<String> = tagged.collect();
    numbers.sort();
    tagged.sort();
    if tagged != numbers {
        return Err(format!("the tags are {tagged:?}, not {numbers:?}"));
    }
    let groups = world.sandbox.groups(user).unwrap();
    let marked: Vec<_> = groups.iter().filter(|group| !group.client_data.is_empty()).collect();
    let [group] = marked.as_slice() else { return Err(format!("{} synced groups", marked.len())) };
    let wanted =
        world.sandbox.groups(SOURCE).unwrap().into_iter().find(|one| one.resource_name == cast.group).unwrap().name;
    let taken = groups.iter().any(|other| other.name == wanted && other.resource_name != group.resource_name);
    let wanted = if taken { format!("{wanted} (2)") } else { wanted };
    if group.name != wanted {
        return Err(format!("the synced group is called {}, not {wanted}", group.name));
    }
    match ours.iter().find(|one| !one.groups.contains(&group.resource_name) || !one.groups.contains(MY_CONTACTS)) {
        Some(contact) => Err(format!("{} is in {:?}", given_name(contact), contact.groups)),
        None => Ok(()),
    }
}

fn cleaned(world: &World, user: &str, ours: &[&Contact]) -> Result<(), String> {
    let groups = world.sandbox.groups(user).unwrap();
    let left: Vec<&str> = groups.iter().filter(|group| !group.is_system).map(|group| group.name.as_str()).collect();
    if ours.is_empty() && left.is_empty() {
        return Ok(());
    }
    Err(format!("{} contacts and the groups {left:?} are left", ours.len()))
}

fn kept(world: &World, cast: &Cast, user: &str, ours: &[&Contact], by_users: bool) -> Result<(), String> {
    if let Some(contact) = ours.iter().find(|one| tag(one).is_some() || one.person.contains_key("clientData")) {
        return Err(format!("{} still carries our marks", given_name(contact)));
    }
    if world.synced_group(user).is_some() {
        return Err("the group still carries our mark".into());
    }
    if by_users {
        return Ok(());
    }
    let source = world.members(SOURCE, &cast.group);
    let wanted = contents(&source.iter().collect::<Vec<_>>());
    let Some(group) = world.group_named(user, "Suppliers") else { return Err("the group is gone".into()) };
    let are_in = ours.iter().all(|contact| contact.groups.contains(&group.resource_name));
    if contents(ours) == wanted && are_in { Ok(()) } else { Err(format!("{} contacts are left", ours.len())) }
}
