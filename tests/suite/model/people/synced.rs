//! What users do with contacts that were synced to them.

use std::collections::BTreeSet;

use sandbox::Contact;
use serde_json::{Value, json};

use super::super::step::Edit;
use super::{CROWDED, NAMES, People, Standing, by_name, pick};
use crate::world::{MY_CONTACTS, STARRED, World, twin};

impl People {
    pub(super) fn edit_synced(&mut self, world: &World, edit: &Edit) {
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
}
