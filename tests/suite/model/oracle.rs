//! What every account must hold, told from what users and administrators did.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Contact, Group};

use super::jobs::{Job, Jobs};
use super::people::{People, Person};
use crate::world::{MY_CONTACTS, World, content, given_name, marker, tag, twin};

/// Copies that a user has by a job, of source contacts that are there just once.
pub struct Copies {
    pub user: usize,
    pub person: usize,
    pub job: String,
    pub group: String,
    pub destination: String,
    /// Number of the source contact, and name of the copy.
    pub single: Vec<(String, String)>,
}

/// Everything that a step must leave in its place, as far as the source does.
pub fn copies(world: &World, people: &People, jobs: &Jobs) -> Vec<Copies> {
    let mut all = Vec::new();
    let mut note = |user: usize, job: &str, number: &str, group: &str, destination: &str| {
        let single = single_copies(world, &people.all[user], number);
        let (job, group, destination) = (job.to_owned(), group.to_owned(), destination.to_owned());
        all.push(Copies { user, person: people.all[user].id, job, group, destination, single });
    };
    for job in &jobs.live {
        job.members.iter().for_each(|(user, destination)| note(*user, &job.id, &job.number, &job.group, destination));
    }
    for gone in jobs.gone.iter().filter(|gone| gone.keeps) {
        gone.members.iter().for_each(|user| note(*user, &gone.id, &gone.number, &gone.group, ""));
    }
    all
}

fn single_copies(world: &World, person: &Person, job: &str) -> Vec<(String, String)> {
    let mut by_number: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for contact in world.sandbox.contacts(&person.email).unwrap() {
        if let Some(number) = number_in(twin(&contact), job) {
            by_number.entry(number.to_owned()).or_default().push(contact.resource_name);
        }
    }
    by_number.retain(|_, resources| resources.len() == 1);
    by_number.into_iter().map(|(number, mut resources)| (number, resources.remove(0))).collect()
}

/// The number of the source contact in a mark of this job.
fn number_in<'a>(mark: Option<&'a str>, job: &str) -> Option<&'a str> {
    mark?.split_once('-').filter(|(of, _)| *of == job).map(|(_, number)| number)
}

/// Compares all accounts; the error tells the first difference.
pub fn compare(world: &World, people: &People, jobs: &Jobs) -> Result<(), String> {
    for (user, person) in people.all.iter().enumerate() {
        compare_account(world, people, jobs, user).map_err(|what| format!("{}: {what}", person.email))?;
    }
    Ok(())
}

fn compare_account(world: &World, people: &People, jobs: &Jobs, user: usize) -> Result<(), String> {
    let person = &people.all[user];
    let mut contacts = world.sandbox.contacts(&person.email).unwrap();
    contacts.retain(|contact| twin(contact).is_some());
    let groups = world.sandbox.groups(&person.email).unwrap();
    let mut numbers = BTreeSet::new();
    for job in jobs.live.iter().filter(|job| job.members.contains_key(&user)) {
        let (ours, others): (Vec<_>, Vec<_>) =
            contacts.into_iter().partition(|contact| number_in(twin(contact), &job.number).is_some());
        contacts = others;
        let what = |what| format!("job {} of {}: {what}", job.id, people.all[job.source].email);
        in_step(world, people, job, person, &ours, &groups).map_err(what)?;
        numbers.insert(job.number.as_str());
    }
    if let Some(left) = contacts.iter().find(|contact| !is_nobodys(person, contact)) {
        return Err(format!("{} of no job is left: {left:?}", given_name(left)));
    }
    let is_left = |group: &&Group| marker(group).is_some_and(|number| !numbers.contains(number));
    groups.iter().find(is_left).map_or(Ok(()), |group| Err(format!("the group {} of no job is left", group.name)))
}

/// The user took its tag away, and another copy has its place.
fn is_nobodys(person: &Person, contact: &Contact) -> bool {
    tag(contact).is_none() && person.untagged.contains(&contact.resource_name)
}

/// Exactly the source group, each contact once, marked, in one group of the right name.
fn in_step(
    world: &World,
    people: &People,
    job: &Job,
    person: &Person,
    ours: &[Contact],
    groups: &[Group],
) -> Result<(), String> {
    let source = &people.all[job.source];
    let members = world.members(&source.email, &job.group);
    let wanted: BTreeMap<String, String> =
        members.iter().map(|contact| (source.number(contact), content(contact))).collect();
    let mut there: BTreeMap<String, String> = BTreeMap::new();
    let marked: Vec<&Group> = groups.iter().filter(|group| marker(group) == Some(job.number.as_str())).collect();
    let [group] = marked.as_slice() else { return Err(format!("{} synced groups", marked.len())) };
    for contact in ours.iter().filter(|contact| !is_nobodys(person, contact)) {
        let number = number_in(tag(contact).as_deref(), &job.number).map(str::to_owned);
        if number.is_none() || tag(contact).as_deref() != twin(contact) {
            return Err(format!("{} is tagged {:?}, not {:?}", given_name(contact), tag(contact), twin(contact)));
        }
        if there.insert(number.unwrap_or_default(), content(contact)).is_some() {
            return Err(format!("{} is there twice: {contact:?}", given_name(contact)));
        }
        let is_shown = !job.in_my_contacts || contact.groups.contains(MY_CONTACTS);
        if !is_shown || !contact.groups.contains(&group.resource_name) {
            return Err(format!("{} is in {:?}", given_name(contact), contact.groups));
        }
    }
    if there != wanted {
        return Err(format!("the synced contacts are {there:#?}, not {wanted:#?}"));
    }
    let name = job.name.as_ref().unwrap_or(&source.labels[&job.group]);
    let is_named = group.name == *name || group.name.starts_with(&format!("{name} ("));
    if is_named { Ok(()) } else { Err(format!("the synced group is called {}, not {name}", group.name)) }
}
