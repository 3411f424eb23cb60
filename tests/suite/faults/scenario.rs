//! The canonical scenarios: what was there before, what an administrator or a day brings, and who is served in the end.

use serde_json::{Value, json};

use crate::world::{MY_CONTACTS, SOURCE, World, given_name, tag};

pub const ANN: &str = "ann@corp.example";
pub const BOB: &str = "bob@corp.example";
/// Both destinations.
pub const USERS: [&str; 2] = [ANN, BOB];

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    FirstFill,
    FirstFillInBatches,
    NoChange,
    MixedChange,
    MixedChangeInBatches,
    Removal,
    DeletionRemoving,
    DeletionKeeping,
    Rename,
}

/// How many contacts take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// As few as the scenario needs.
    Small,
    /// Enough that deletes go in batches too.
    Large,
}

/// Whom a scenario leaves with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The source group.
    InStep,
    /// Nothing of ours.
    Cleaned,
    /// Contacts and group, without our marks.
    Kept,
}

/// What the scenario is about.
pub struct Cast {
    pub group: String,
    /// Contacts of the source group, in order.
    pub contacts: Vec<String>,
    pub job: Option<String>,
    /// Contacts that Ann and Bob made themselves.
    pub own: Vec<(&'static str, String)>,
}

impl Scenario {
    fn contacts(self, size: Size) -> usize {
        match (self, size) {
            (Self::FirstFillInBatches, Size::Small) => 8,
            (Self::MixedChangeInBatches, Size::Small) => 9,
            (Self::FirstFillInBatches | Self::MixedChangeInBatches, Size::Large) => 26,
            (Self::Removal | Self::DeletionRemoving | Self::DeletionKeeping, Size::Large) => 14,
            (Self::MixedChange, _) => 4,
            (_, Size::Small) => 2,
            (_, Size::Large) => 4,
        }
    }

    /// What there is before the matter itself.
    pub async fn prepare(self, world: &World, size: Size) -> Cast {
        let names: Vec<String> = (0..self.contacts(size)).map(|number| format!("S{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (group, contacts) = world.source_group("Suppliers", &names);
        let mut cast = Cast { group, contacts, job: None, own: Vec::new() };
        for user in USERS {
            let old = world.sandbox.create_contact(user, json!({ "names": [{ "givenName": "Old" }] })).unwrap();
            cast.own.push((user, old));
        }
        if matches!(self, Self::FirstFill | Self::FirstFillInBatches) {
            world.sandbox.create_group(ANN, "Suppliers").unwrap(); // ours gets a suffix there
            return cast;
        }
        cast.job = Some(world.job("Suppliers", &USERS).await);
        for user in USERS {
            let there = world.synced_group(user).unwrap().resource_name;
            let addition = world.add_contact(user, &there, "Zoe");
            world.sandbox.remove_from_group(user, MY_CONTACTS, &addition).unwrap();
            cast.own.push((user, addition));
        }
        world.run(cast.job.as_ref().unwrap()).await;
        self.change(world, &cast, size);
        cast
    }

    /// What people do before the run.
    fn change(self, world: &World, cast: &Cast, size: Size) {
        let edit = |contact: &String| {
            world.edit(SOURCE, contact, "phoneNumbers", json!([{ "value": "+1 555 0199", "type": "mobile" }]));
        };
        let add = |count: usize| {
            for number in 0..count {
                world.add_contact(SOURCE, &cast.group, &format!("N{number:02}"));
            }
        };
        let delete = |contacts: &[String]| {
            for contact in contacts {
                world.sandbox.delete_contact(SOURCE, contact).unwrap();
            }
        };
        match (self, size) {
            (Self::MixedChange, _) => {
                edit(&cast.contacts[0]);
                delete(&cast.contacts[1..2]);
                add(1);
                let edited = world.contact(ANN, "S02").resource_name;
                world.edit(ANN, &edited, "nicknames", json!([{ "value": "Edited there" }]));
                let there = world.synced_group(ANN).unwrap().resource_name;
                let displaced = world.contact(ANN, "S03").resource_name;
                world.sandbox.remove_from_group(ANN, &there, &displaced).unwrap();
            }
            (Self::MixedChangeInBatches, Size::Small) => {
                cast.contacts[..8].iter().for_each(edit);
                delete(&cast.contacts[8..]);
                add(8);
            }
            (Self::MixedChangeInBatches, Size::Large) => {
                cast.contacts[..14].iter().for_each(edit);
                delete(&cast.contacts[14..]);
                add(14);
            }
            (Self::Rename, _) => world.sandbox.rename_group(SOURCE, &cast.group, "Partners").unwrap(),
            (
                Self::FirstFill
                | Self::FirstFillInBatches
                | Self::NoChange
                | Self::Removal
                | Self::DeletionRemoving
                | Self::DeletionKeeping,
                _,
            ) => {}
        }
    }

    /// What the administrator orders. Ordering it again, after an answer that never came, does no harm; what the server says
    /// about it does not matter here.
    pub async fn order(self, world: &World, cast: &Cast) {
        let (name, input) = match self {
            Self::FirstFill | Self::FirstFillInBatches => {
                let key = "the only order of this scenario";
                let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" },
                    "destinationEmails": USERS, "idempotencyKey": key });
                ("createJob", input)
            }
            Self::NoChange | Self::MixedChange | Self::MixedChangeInBatches | Self::Rename => {
                ("runJob", json!({ "jobId": cast.job }))
            }
            Self::Removal => ("removeUsers", json!({ "jobId": cast.job, "emails": [ANN] })),
            Self::DeletionRemoving => ("deleteJob", json!({ "jobId": cast.job })),
            Self::DeletionKeeping => ("deleteJob", json!({ "jobId": cast.job, "syncedContacts": "KEEP" })),
        };
        let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!("mutation ($input: {type_name}!) {{ {name}(input: $input) {{ run {{ id }} }} }}");
        world.answer(&query, json!({ "input": input })).await;
    }

    /// Orders nothing but a run; what remains of it the next day brings.
    pub fn is_a_run(self) -> bool {
        matches!(self, Self::NoChange | Self::MixedChange | Self::MixedChangeInBatches | Self::Rename)
    }

    /// How it must end for a user.
    pub fn outcome(self, user: &str) -> Outcome {
        match self {
            Self::DeletionRemoving => Outcome::Cleaned,
            Self::Removal if user == ANN => Outcome::Cleaned,
            Self::DeletionKeeping => Outcome::Kept,
            Self::FirstFill
            | Self::FirstFillInBatches
            | Self::NoChange
            | Self::MixedChange
            | Self::MixedChangeInBatches
            | Self::Removal
            | Self::Rename => Outcome::InStep,
        }
    }

    /// Calls of the APIs that an undisturbed course makes at the least; fewer mean that it was not the scenario.
    pub fn least_calls(self, size: Size) -> u64 {
        match (self, size) {
            (Self::Removal, Size::Large) => 5, // deletes and updates go in batches there
            (Self::NoChange | Self::Removal, _) => 6,
            (Self::DeletionKeeping, Size::Large) => 8,
            (Self::DeletionRemoving, Size::Large) | (Self::Rename | Self::DeletionKeeping, _) => 10,
            (Self::MixedChangeInBatches | Self::DeletionRemoving, _) => 12,
            (Self::FirstFillInBatches, _) => 14,
            (Self::MixedChange, _) => 15,
            (Self::FirstFill, _) => 16,
        }
    }
}

/// Users edit every synced contact and rename the group, so that whatever was read is out of date.
pub fn edit_everything(world: &World) {
    for user in USERS {
        for contact in synced(world, user) {
            world.edit(user, &contact, "nicknames", json!([{ "value": "Edited meanwhile" }]));
        }
        if let Some(group) = world.synced_group(user) {
            world.sandbox.rename_group(user, &group.resource_name, "Renamed meanwhile").unwrap();
        }
    }
    if let Some(contact) = world.sandbox.contacts(SOURCE).unwrap().first() {
        world.edit(SOURCE, &contact.resource_name, "nicknames", json!([{ "value": "Edited meanwhile" }]));
    }
}

/// Users delete every synced contact and the group; the source user deletes one.
pub fn delete_everything(world: &World) {
    for user in USERS {
        for contact in synced(world, user) {
            world.sandbox.delete_contact(user, &contact).unwrap();
        }
        if let Some(group) = world.synced_group(user) {
            world.sandbox.delete_group(user, &group.resource_name).unwrap();
        }
    }
    let mut contacts = world.sandbox.contacts(SOURCE).unwrap();
    contacts.sort_by_key(given_name);
    if let Some(contact) = contacts.first() {
        world.sandbox.delete_contact(SOURCE, &contact.resource_name).unwrap();
    }
}

fn synced(world: &World, user: &str) -> Vec<String> {
    let contacts = world.sandbox.contacts(user).unwrap().into_iter();
    contacts.filter(|contact| tag(contact).is_some()).map(|contact| contact.resource_name).collect()
}

/// The job, as far as there is one.
pub async fn job_of(world: &World) -> Option<Value> {
    let query = "{ jobs { nodes { id runs(first: 1, filter: { kinds: [SYNC] }) { nodes { status error { code message } } } } } }";
    let mut data = world.data(query, json!({})).await;
    data["jobs"]["nodes"].as_array_mut().unwrap().pop()
}
