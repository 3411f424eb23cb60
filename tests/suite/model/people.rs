//! Users, and what they did: all that is known of accounts beside what a sync makes.

use std::collections::{BTreeMap, BTreeSet};

use contact_sync::domain::Time;
use sandbox::{Contact, Group};
use serde_json::{Value, json};

use super::step::{Edit, Place};
use crate::world::{MY_CONTACTS, STARRED, World, content, given_name, marker, tag, twin};

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

    fn edit_own(&mut self, world: &World, edit: &Edit) {
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

    fn delete_own(&mut self, world: &World, user: usize, contact: &Contact) {
        world.sandbox.delete_contact(&self.all[user].email, &contact.resource_name).unwrap();
        self.all[user].own.remove(&contact.resource_name);
    }

    fn rename_resource(&mut self, world: &World, user: usize, contact: &Contact) -> String {
        let person = &mut self.all[user];
        let now = world.sandbox.change_resource_name(&person.email, &contact.resource_name).unwrap();
        let number = person.number(contact);
        person.numbers.insert(now.clone(), number);
        now
    }

    fn edit_label(&mut self, world: &World, edit: &Edit) {
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

    fn delete_label(&mut self, world: &World, user: usize, label: &str) {
        world.sandbox.delete_group(&self.all[user].email, label).unwrap();
        self.all[user].labels.remove(label);
    }

    fn edit_synced(&mut self, world: &World, edit: &Edit) {
        match *edit {
            Edit::EditsSynced(user, one, field) => {
                if let Some(contact) = pick(self.synced(world, user), one) {
                    let (field, items) = self.value(field);
                    world.edit(&self.all[user].email, &contact.resource_name, field, items);
                }
            }
            Edit::EditsManySynced(user, many) => {
                for contact in self.synced(world, user).iter().take(many) {
                    let (field, items) = self.value(many);
                    world.edit(&self.all[user].email, &contact.resource_name, field, items);
                }
            }
            Edit::Untags(user, one) => {
                if let Some(contact) = pick(self.synced(world, user), one) {
                    world.edit(&self.all[user].email, &contact.resource_name, "userDefined", json!([]));
                    self.all[user].untagged.insert(contact.resource_name);
                }
            }
            Edit::DeletesSynced(user, one) => {
                if let Some(contact) = pick(self.synced(world, user), one) {
                    self.delete_synced(world, user, &contact);
                }
            }
            Edit::DeletesManySynced(user, many) => {
                for contact in self.synced(world, user).iter().take(many) {
                    self.delete_synced(world, user, contact);
                }
            }
            Edit::TakesOutOfSynced(user, one) => {
                if let Some(contact) = pick(self.synced(world, user), one) {
                    for group in self.synced_groups(world, user) {
                        let email = &self.all[user].email;
                        world.sandbox.remove_from_group(email, &group.resource_name, &contact.resource_name).unwrap();
                    }
                }
            }
            Edit::Hides(user, one) => {
                if let Some(contact) = pick(self.synced(world, user), one) {
                    let email = &self.all[user].email;
                    world.sandbox.remove_from_group(email, MY_CONTACTS, &contact.resource_name).unwrap();
                }
            }
            Edit::Stars(user, one) => self.give(world, user, one, STARRED.to_owned()),
            Edit::Labels(user, one, label) => {
                if let Some(label) = self.all[user].label(label) {
                    self.give(world, user, one, label);
                }
            }
            Edit::Copies(user, one) => self.copy(world, user, one),
            Edit::Merges(user, one) => self.merge(world, user, one),
            Edit::SyncedIsRenamed(user, one) => {
                if let Some(contact) = pick(self.synced(world, user), one) {
                    let now = self.rename_resource(world, user, &contact);
                    self.taken.insert((user, contact.resource_name.clone()));
                    let person = &mut self.all[user];
                    if let Some(groups) = person.given.remove(&contact.resource_name) {
                        person.given.insert(now.clone(), groups);
                    }
                    if person.untagged.remove(&contact.resource_name) {
                        person.untagged.insert(now);
                    }
                }
            }
            Edit::RenamesSyncedGroup(user, one, name) => {
                if let Some(group) = pick(self.synced_groups(world, user), one) {
                    let name = NAMES[name % NAMES.len()];
                    // Refused where the name is taken.
                    let _ = world.sandbox.rename_group(&self.all[user].email, &group.resource_name, name);
                }
            }
            Edit::DeletesSyncedGroup(user, one) => {
                if let Some(group) = pick(self.synced_groups(world, user), one) {
                    world.sandbox.delete_group(&self.all[user].email, &group.resource_name).unwrap();
                    let is_in_it = |contact: &String| group.members.contains(contact);
                    self.all[user].to_show.retain(|contact| !is_in_it(contact));
                }
            }
            _ => unreachable!("{edit:?} is done elsewhere"),
        }
    }

    fn delete_synced(&mut self, world: &World, user: usize, contact: &Contact) {
        world.sandbox.delete_contact(&self.all[user].email, &contact.resource_name).unwrap();
        self.taken.insert((user, contact.resource_name.clone()));
    }

    fn give(&mut self, world: &World, user: usize, one: usize, group: String) {
        if let Some(contact) = pick(self.synced(world, user), one) {
            world.sandbox.add_to_group(&self.all[user].email, &group, &contact.resource_name).unwrap();
            self.all[user].given.entry(contact.resource_name).or_default().insert(group);
        }
    }

    /// A copy as the web interface makes it: the visible tag, not the invisible twin.
    fn copy(&mut self, world: &World, user: usize, one: usize) {
        let Some(contact) = pick(self.synced(world, user), one) else { return };
        if self.all[user].own.len() >= CROWDED {
            return;
        }
        let mut person = contact.person;
        person.remove("clientData");
        person.insert("names".into(), json!([{ "givenName": self.name("C") }]));
        let email = self.all[user].email.clone();
        let copy = world.sandbox.create_contact(&email, Value::Object(person)).unwrap();
        if let Some(group) = pick(self.synced_groups(world, user), one) {
            world.sandbox.add_to_group(&email, &group.resource_name, &copy).unwrap();
        }
        self.remember(world, user, &copy);
    }

    /// Merging keeps one contact, with what both had, and takes the other away.
    fn merge(&mut self, world: &World, user: usize, one: usize) {
        let synced = self.synced(world, user);
        let Some(kept) = pick(synced.clone(), one) else { return };
        let job = |contact: &Contact| twin(contact).and_then(|twin| Some(twin.split_once('-')?.0.to_owned()));
        let others = synced.into_iter();
        let same_job = others.filter(|other| other.resource_name != kept.resource_name && job(other) == job(&kept));
        let Some(gone) = pick(same_job.collect(), one) else { return };
        for field in ["phoneNumbers", "emailAddresses", "userDefined"] {
            let of =
                |contact: &Contact| contact.person.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
            let items = [of(&kept), of(&gone)].concat();
            world.edit(&self.all[user].email, &kept.resource_name, field, json!(items));
        }
        self.delete_synced(world, user, &gone);
    }

    /// Takes a synced contact of one of these jobs out of the trash.
    pub fn restore(&mut self, world: &World, user: usize, one: usize, jobs: &BTreeSet<String>) {
        if self.all[user].standing != Standing::Active {
            return;
        }
        let mut trash = world.sandbox.trash(&self.all[user].email).unwrap();
        trash.retain(|contact| {
            let job = twin(contact).and_then(|twin| twin.split_once('-')).map(|(job, _)| job);
            job.is_some_and(|job| jobs.contains(job))
        });
        if let Some(contact) = pick(by_name(trash), one) {
            world.sandbox.restore_contact(&self.all[user].email, &contact.resource_name).unwrap();
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
