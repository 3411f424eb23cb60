//! Users, and what they did: all that is known of accounts beside what a sync makes.

mod look;
mod own;
mod synced;

use std::collections::{BTreeMap, BTreeSet};

use contact_sync::domain::Time;
use sandbox::{Contact, Group};
use serde_json::{Value, json};

use super::step::Edit;
use crate::world::{MY_CONTACTS, World, content, given_name, marker, twin};

/// Names that users and administrators give to groups: few, so that they meet.
pub const NAMES: [&str; 6] = ["Suppliers", "Partners", "Clients", "Team", "Suppliers (2)", "Press"];
/// An account with more contacts of its user's own gets no more.
const CROWDED: usize = 45;
/// A user with more labels makes no more.
const MOST_LABELS: usize = 6;

/// A contact of a user's own, as it must stay.
#[derive(Debug, Clone)]
pub struct Own {
    pub content: String,
    pub groups: BTreeSet<String>,
}

/// Where a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    Suspended,
    /// On a secondary domain.
    Away,
    /// Deleted from the Workspace.
    Gone,
}

#[derive(Debug)]
pub struct Person {
    /// Who it is: somebody else may come in the same place.
    pub id: usize,
    pub email: String,
    pub standing: Standing,
    /// Contacts of the user's own, by resource name.
    pub own: BTreeMap<String, Own>,
    /// Labels of the user's own, with their names.
    pub labels: BTreeMap<String, String>,
    /// Labels and stars that the user gave to synced contacts.
    given: BTreeMap<String, BTreeSet<String>>,
    /// Synced contacts whose visible tag the user took away: where there is another copy they are nobody's to delete.
    pub untagged: BTreeSet<String>,
    /// Contacts of the user's own may have come into My Contacts, because they were in a group that went.
    has_left: bool,
    /// Contacts of the user's own in groups that are being taken away: they must come into My Contacts.
    to_show: BTreeSet<String>,
    /// Synced contacts and groups are being left to the user.
    pub is_released: bool,
    /// The server, which reads the Directory every hour, may not know of the last change.
    pub is_unsettled: bool,
    /// Numbers of contacts that Google has given another name.
    numbers: BTreeMap<String, String>,
}

/// All users, and what they have just done.
#[derive(Debug)]
pub struct People {
    pub all: Vec<Person>,
    /// Contacts that users took away in this step.
    pub taken: BTreeSet<(usize, String)>,
    /// Since when contacts have been members of labels without a break: user, label, contact.
    members: BTreeMap<(usize, String, String), Time>,
    serial: usize,
}

impl Person {
    pub fn new(id: usize, email: &str) -> Self {
        Self {
            id,
            email: email.to_owned(),
            standing: Standing::Active,
            own: BTreeMap::new(),
            labels: BTreeMap::new(),
            given: BTreeMap::new(),
            untagged: BTreeSet::new(),
            has_left: false,
            to_show: BTreeSet::new(),
            is_released: false,
            is_unsettled: false,
            numbers: BTreeMap::new(),
        }
    }

    /// The number by which a contact is known.
    pub fn number(&self, contact: &Contact) -> String {
        let of_name = || contact.resource_name.trim_start_matches("people/c").to_owned();
        self.numbers.get(&contact.resource_name).cloned().unwrap_or_else(of_name)
    }

    /// One of the user's labels.
    pub fn label(&self, one: usize) -> Option<String> {
        let mut labels: Vec<(&String, &String)> = self.labels.iter().map(|(label, name)| (name, label)).collect();
        labels.sort();
        pick(labels, one).map(|(_, label)| label.clone())
    }
}

/// One of a list.
pub fn pick<T>(mut list: Vec<T>, one: usize) -> Option<T> {
    (!list.is_empty()).then(|| list.swap_remove(one % list.len()))
}

/// By name, so that chance finds the same again.
fn by_name(mut contacts: Vec<Contact>) -> Vec<Contact> {
    contacts.sort_by_key(|contact| (given_name(contact), contact.resource_name.clone()));
    contacts
}

impl People {
    pub fn new(emails: &[&str]) -> Self {
        let all: Vec<Person> = emails.iter().enumerate().map(|(id, email)| Person::new(id, email)).collect();
        Self { serial: all.len(), all, taken: BTreeSet::new(), members: BTreeMap::new() }
    }

    pub fn name(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}{:05}", self.serial)
    }

    pub fn serial(&mut self) -> usize {
        self.serial += 1;
        self.serial
    }

    /// Contacts of the user's own, in a label or anywhere.
    fn own(&self, world: &World, user: usize, label: Option<&str>) -> Vec<Contact> {
        let person = &self.all[user];
        let mut contacts = world.sandbox.contacts(&person.email).unwrap();
        contacts.retain(|contact| {
            person.own.contains_key(&contact.resource_name) && label.is_none_or(|label| contact.groups.contains(label))
        });
        by_name(contacts)
    }

    /// Contacts that a sync made.
    fn synced(&self, world: &World, user: usize) -> Vec<Contact> {
        let mut contacts = world.sandbox.contacts(&self.all[user].email).unwrap();
        contacts.retain(|contact| twin(contact).is_some());
        by_name(contacts)
    }

    /// Groups that a sync made.
    fn synced_groups(&self, world: &World, user: usize) -> Vec<Group> {
        let mut groups = world.sandbox.groups(&self.all[user].email).unwrap();
        groups.retain(|group| marker(group).is_some());
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        groups
    }

    fn remember(&mut self, world: &World, user: usize, resource: &str) {
        let person = &mut self.all[user];
        let contact = world.snapshot(&person.email).remove(resource).unwrap();
        let own = Own { content: content(&contact), groups: contact.groups };
        person.own.insert(resource.to_owned(), own);
    }

    /// A new contact of the user's own.
    pub fn add(&mut self, world: &World, user: usize, group: Option<&str>) -> String {
        let name = self.name("O");
        let email = self.all[user].email.clone();
        let person = json!({ "names": [{ "givenName": name }],
            "emailAddresses": [{ "value": format!("{}@elsewhere.example", name.to_lowercase()), "type": "work" }] });
        let contact = world.sandbox.create_contact(&email, person).unwrap();
        if let Some(group) = group {
            world.sandbox.add_to_group(&email, group, &contact).unwrap();
        }
        self.remember(world, user, &contact);
        contact
    }

    /// Takes a contact of the user's own out of My Contacts.
    fn hide_own(&mut self, world: &World, user: usize, contact: &str) {
        world.sandbox.remove_from_group(&self.all[user].email, MY_CONTACTS, contact).unwrap();
        self.remember(world, user, contact);
    }

    /// A new label with a contact in it: an empty group of that name could be taken for one that a call without an answer
    /// has made.
    pub fn make_label(&mut self, world: &World, user: usize, name: &str) -> Option<String> {
        let email = self.all[user].email.clone();
        let label = world.sandbox.create_group(&email, name).ok()?; // refused where the name is taken
        self.all[user].labels.insert(label.clone(), name.to_owned());
        self.add(world, user, Some(&label));
        Some(label)
    }

    /// Another value for a field of a contact.
    fn value(&mut self, field: usize) -> (&'static str, Value) {
        let serial = self.serial();
        match field % 10 {
            0 => ("phoneNumbers", json!([{ "value": format!("+1 555 {:04}", serial % 10_000), "type": "home" }])),
            1 => ("emailAddresses", json!([{ "value": format!("e{serial}@elsewhere.example"), "type": "other" }])),
            2 => ("nicknames", json!([{ "value": format!("N{serial}") }])),
            3 => ("organizations", json!([{ "name": format!("Works {serial}"), "title": "Chief" }])),
            4 => (
                "addresses",
                json!([{ "streetAddress": format!("{serial} Long Road"), "city": "Ulm", "type": "work" }]),
            ),
            5 => ("birthdays", json!([{ "date": { "year": 1950 + serial % 50, "month": 3, "day": 1 + serial % 28 } }])),
            6 => ("urls", json!([{ "value": format!("https://{serial}.example"), "type": "blog" }])),
            7 => ("biographies", json!([{ "value": format!("Line {serial}\nand another") }])),
            8 => ("names", json!([{ "givenName": format!("R{serial:05}"), "familyName": "Renamed" }])),
            _ => ("phoneNumbers", json!([])),
        }
    }

    /// Lets a user do something. Who cannot sign in does nothing.
    pub fn edit(&mut self, world: &World, edit: &Edit) {
        match *edit {
            Edit::Adds(user, ..)
            | Edit::AddsMany(user, ..)
            | Edit::Edits(user, ..)
            | Edit::EditsMany(user, ..)
            | Edit::Deletes(user, ..)
            | Edit::DeletesMany(user, ..)
            | Edit::PutsIn(user, ..)
            | Edit::TakesOut(user, ..)
            | Edit::IsRenamed(user, ..) => self.if_active(user, |people| people.edit_own(world, edit)),
            Edit::MakesLabel(user, ..) | Edit::RenamesLabel(user, ..) | Edit::DeletesLabel(user, ..) => {
                self.if_active(user, |people| people.edit_label(world, edit));
            }
            Edit::EditsSynced(user, ..)
            | Edit::EditsManySynced(user, ..)
            | Edit::Untags(user, ..)
            | Edit::DeletesSynced(user, ..)
            | Edit::DeletesManySynced(user, ..)
            | Edit::TakesOutOfSynced(user, ..)
            | Edit::Hides(user, ..)
            | Edit::Stars(user, ..)
            | Edit::Labels(user, ..)
            | Edit::Copies(user, ..)
            | Edit::Merges(user, ..)
            | Edit::SyncedIsRenamed(user, ..)
            | Edit::RenamesSyncedGroup(user, ..)
            | Edit::DeletesSyncedGroup(user, ..) => self.if_active(user, |people| people.edit_synced(world, edit)),
            Edit::Restores(..) => {} // what may be restored depends on the jobs
        }
    }

    fn if_active(&mut self, user: usize, act: impl FnOnce(&mut Self)) {
        if self.all[user].standing == Standing::Active {
            act(self);
        }
    }

    /// Users tidy up, so that accounts do not grow for ever.
    pub fn tidy(&mut self, world: &World, is_source: impl Fn(usize, &str) -> bool) {
        for user in 0..self.all.len() {
            let labels: Vec<String> = self.all[user].labels.keys().cloned().collect();
            for label in labels.iter().filter(|label| !is_source(user, label)).skip(MOST_LABELS / 2) {
                self.delete_label(world, user, label);
            }
            for contact in self.own(world, user, None).iter().skip(CROWDED * 2 / 3) {
                self.delete_own(world, user, contact);
            }
        }
    }

    /// The group of a job goes away; what the user put into it must be seen all the same.
    pub fn leaves(&mut self, world: &World, user: usize, job: &str) {
        if self.all[user].standing == Standing::Gone {
            return;
        }
        let groups = self.synced_groups(world, user).into_iter().filter(|group| marker(group) == Some(job));
        let members: BTreeSet<String> = groups.flat_map(|group| group.members).collect();
        let person = &mut self.all[user];
        person.has_left = true;
        person.to_show.extend(members.into_iter().filter(|member| person.own.contains_key(member)));
    }

    /// Everything is at rest: whoever left has left, and all of their own is to be seen.
    pub fn settle(&mut self) -> Result<(), String> {
        for person in &mut self.all {
            for contact in std::mem::take(&mut person.to_show) {
                if person.own.get(&contact).is_some_and(|own| !own.groups.contains(MY_CONTACTS)) {
                    return Err(format!("{}: the addition {contact} is not in My Contacts", person.email));
                }
            }
            (person.has_left, person.is_released, person.is_unsettled) = (false, false, false);
        }
        Ok(())
    }
}
