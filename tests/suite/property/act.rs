//! Lets steps happen, and remembers what users did with contacts of their own.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Contact, Fault, FaultKind, When};
use serde_json::{Value, json};

use super::step::{Setting, Step};
use crate::world::{MY_CONTACTS, SOURCE, STARRED, World, content, given_name, tag, twin};

pub const USERS: [&str; 3] = ["ann@corp.example", "bob@corp.example", "carol@corp.example"];

/// What must stay of a contact of a user's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    pub content: String,
    pub groups: BTreeSet<String>,
}

pub struct Story {
    pub world: World,
    pub group: String,
    pub job: String,
    /// Contacts of users' own, by user and resource name.
    pub own: BTreeMap<&'static str, BTreeMap<String, Own>>,
    /// Own contacts that may have come into My Contacts because their user was removed.
    pub left: BTreeSet<String>,
    /// The database was lost at some time.
    pub has_lost: bool,
    /// Copies of users' own that may be taken for ours: once the database was lost, the last contact in an account with
    /// a tag is adopted, twin or not, because the twin may be what was lost.
    pub may_be_taken: BTreeSet<String>,
    /// Who receives the group in the end.
    pub receives: Vec<String>,
    /// Members of the source group when a run read it that has not ended since, because its server was killed.
    read_before: Option<BTreeSet<String>>,
    serial: usize,
    accounts: usize,
}

impl Story {
    /// Two of the users receive the group from the start.
    pub async fn begin(world: World, setting: &Setting) -> Story {
        let names: Vec<String> = (1..=setting.contacts).map(|n| format!("S{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (group, _) = world.source_group("Suppliers", &names);
        let mut story = Story {
            world,
            group,
            job: String::new(),
            own: BTreeMap::new(),
            left: BTreeSet::new(),
            has_lost: false,
            may_be_taken: BTreeSet::new(),
            receives: Vec::new(),
            read_before: None,
            serial: setting.contacts,
            accounts: setting.accounts,
        };
        for user in USERS {
            story.own_contact(user, &[]);
        }
        story.job = story.world.job("Suppliers", &USERS[..2]).await;
        story
    }

    fn name(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}{:03}", self.serial)
    }

    fn own_contact(&mut self, user: &'static str, groups: &[&str]) {
        let name = self.name("O");
        let contact = self.world.sandbox.create_contact(user, json!({ "names": [{ "givenName": name }] })).unwrap();
        for group in groups {
            self.world.sandbox.add_to_group(user, group, &contact).unwrap();
        }
        self.remember(user, &contact);
    }

    fn remember(&mut self, user: &'static str, resource: &str) {
        let contact = self.world.snapshot(user).remove(resource).unwrap();
        let own = Own { content: content(&contact), groups: contact.groups };
        self.own.entry(user).or_default().insert(resource.to_owned(), own);
    }

    /// Contacts that carry our twin, by name.
    fn synced(&self, user: &str) -> Vec<Contact> {
        let mut contacts = self.world.sandbox.contacts(user).unwrap();
        contacts.retain(|contact| twin(contact).is_some());
        contacts.sort_by_key(given_name);
        contacts
    }

    fn pick_synced(&self, user: &str, one: usize) -> Option<Contact> {
        let mut contacts = self.synced(user);
        (!contacts.is_empty()).then(|| contacts.swap_remove(one % contacts.len()))
    }

    fn pick_own(&self, user: &str, one: usize) -> Option<String> {
        let mut contacts = self.world.sandbox.contacts(user).unwrap();
        contacts.retain(|contact| self.own.get(user).is_some_and(|own| own.contains_key(&contact.resource_name)));
        contacts.sort_by_key(given_name);
        (!contacts.is_empty()).then(|| contacts.swap_remove(one % contacts.len()).resource_name)
    }

    fn source(&self, is_member: bool) -> Vec<String> {
        let mut contacts = self.world.sandbox.contacts(SOURCE).unwrap();
        contacts.retain(|contact| contact.groups.contains(&self.group) == is_member);
        contacts.sort_by_key(given_name);
        contacts.into_iter().map(|contact| contact.resource_name).collect()
    }

    /// Lets a step happen. No run may delete the one copy of a contact that the source group has before and after it. A run
    /// that goes on after a kill goes by what it has read.
    pub async fn act(&mut self, step: &Step) -> Result<(), String> {
        let before = self.copies().await;
        let read_before = self.read_before.clone();
        self.happen(step).await;
        self.note_last_copies();
        let source = self.source(true);
        for (user, copies) in before {
            let there = self.world.snapshot(user);
            let by_user = matches!(step, Step::UserDeletes(..) | Step::UserDeletesMany(..));
            for (number, resource) in copies {
                let name = format!("people/c{number}");
                let was_wanted = read_before.as_ref().is_none_or(|members| members.contains(&name));
                let is_wanted = was_wanted && source.contains(&name);
                if is_wanted && !there.contains_key(&resource) && !by_user {
                    return Err(format!(
                        "{user}: {step:?} deleted the copy of {number}, which the source group still has"
                    ));
                }
            }
        }
        Ok(())
    }

    fn note_last_copies(&mut self) {
        for user in USERS.into_iter().filter(|_| self.has_lost) {
            let synced: BTreeSet<String> = self.synced(user).iter().filter_map(tag).collect();
            let own = self.own.get(user);
            let contacts = self.world.sandbox.contacts(user).unwrap().into_iter();
            let copies = contacts.filter(|contact| own.is_some_and(|own| own.contains_key(&contact.resource_name)));
            let last =
                copies.filter(|copy| twin(copy).is_none() && tag(copy).is_some_and(|tag| !synced.contains(&tag)));
            self.may_be_taken.extend(last.map(|copy| copy.resource_name));
        }
    }

    /// Copies of source contacts at users who stay in the job, where there is just one: source contact number and name.
    async fn copies(&self) -> Vec<(&'static str, Vec<(String, String)>)> {
        let query = "query ($id: ID!) { job(id: $id) { destinations(first: 100) { nodes { email status } } } }";
        let data = self.world.data(query, json!({ "id": self.job })).await;
        let rows = data["job"]["destinations"]["nodes"].as_array().unwrap().clone();
        let stays = |user: &&str| rows.iter().any(|row| row["email"] == **user && row["status"] != "REMOVING");
        USERS.into_iter().filter(stays).map(|user| (user, self.single_copies(user))).collect()
    }

    fn single_copies(&self, user: &str) -> Vec<(String, String)> {
        let mut by_number: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for contact in self.synced(user) {
            if let Some(number) = tag(&contact).and_then(|tag| tag.split_once('-').map(|(_, number)| number.to_owned()))
            {
                by_number.entry(number).or_default().push(contact.resource_name);
            }
        }
        by_number.retain(|_, resources| resources.len() == 1);
        by_number.into_iter().map(|(number, mut resources)| (number, resources.remove(0))).collect()
    }

    async fn happen(&mut self, step: &Step) {
        match step {
            Step::Run => {
                self.run().await;
                self.read_before = None;
            }
            Step::NextDay => {
                self.world.next_day().await;
                self.read_before = None;
            }
            Step::Week => self.world.days(7),
            Step::FaultyRun(when, kind) => self.faulty_run(when.clone(), *kind).await,
            Step::KilledRun(when, after) => self.killed_run(when.clone(), *after).await,
            Step::Restart => self.world.restart().await,
            Step::DatabaseIsLost => self.lose_database().await,
            Step::Joins(user) => self.join(USERS[*user]).await,
            Step::Leaves(user) => self.leave(USERS[*user]).await,
            Step::UserRestores(user) => self.restore(USERS[*user]).await,
            _ => self.at_source(step),
        }
    }

    fn at_source(&mut self, step: &Step) {
        let pick = |list: Vec<String>, one: usize| (!list.is_empty()).then(|| list[one % list.len()].clone());
        match step {
            Step::SourceAdds => {
                let name = self.name("S");
                self.world.add_contact(SOURCE, &self.group, &name);
            }
            Step::SourceAddsMany(many) => {
                for _ in 0..*many {
                    let name = self.name("S");
                    self.world.add_contact(SOURCE, &self.group, &name);
                }
            }
            Step::SourceEditsMany(many) => {
                let nickname = self.name("N");
                for contact in self.source(true).iter().take(*many) {
                    self.world.edit(SOURCE, contact, "nicknames", json!([{ "value": nickname }]));
                }
            }
            Step::SourceDeletesMany(many) => {
                for contact in self.source(true).iter().take(*many) {
                    self.world.sandbox.delete_contact(SOURCE, contact).unwrap();
                }
            }
            Step::SourceEdits(one) => {
                let number = format!("+1 555 01{:02}", self.serial % 100);
                self.serial += 1;
                if let Some(contact) = pick(self.source(true), *one) {
                    self.world.edit(SOURCE, &contact, "phoneNumbers", json!([{ "value": number, "type": "home" }]));
                }
            }
            Step::SourceDeletes(one) => {
                if let Some(contact) = pick(self.source(true), *one) {
                    self.world.sandbox.delete_contact(SOURCE, &contact).unwrap();
                }
            }
            Step::SourceTakesOut(one) => {
                if let Some(contact) = pick(self.source(true), *one) {
                    self.world.sandbox.remove_from_group(SOURCE, &self.group, &contact).unwrap();
                }
            }
            Step::SourceTakesIn(one) => {
                if let Some(contact) = pick(self.source(false), *one) {
                    self.world.sandbox.add_to_group(SOURCE, &self.group, &contact).unwrap();
                }
            }
            Step::SourceRenamesGroup(back) => {
                let name = if *back { "Suppliers" } else { "Partners" };
                self.world.sandbox.rename_group(SOURCE, &self.group, name).unwrap();
            }
            _ => self.at_destination(step),
        }
    }

    fn at_destination(&mut self, step: &Step) {
        match *step {
            Step::UserEdits(user, one) => self.with_synced(user, one, |world, user, contact| {
                world.edit(user, contact, "nicknames", json!([{ "value": "Edited there" }]));
            }),
            Step::UserEditsMany(user, many) => {
                for contact in self.synced(USERS[user]).iter().take(many) {
                    let there = json!([{ "value": "Edited there" }]);
                    self.world.edit(USERS[user], &contact.resource_name, "occupations", there);
                }
            }
            Step::UserDeletesMany(user, many) => {
                for contact in self.synced(USERS[user]).iter().take(many) {
                    self.world.sandbox.delete_contact(USERS[user], &contact.resource_name).unwrap();
                }
            }
            Step::UserUntags(user, one) => self.with_synced(user, one, |world, user, contact| {
                world.edit(user, contact, "userDefined", json!([]));
            }),
            Step::UserDeletes(user, one) => self.with_synced(user, one, |world, user, contact| {
                world.sandbox.delete_contact(user, contact).unwrap();
            }),
            Step::UserHides(user, one) => self.with_synced(user, one, |world, user, contact| {
                // Refused where it is the last group of the contact.
                let _ = world.sandbox.remove_from_group(user, MY_CONTACTS, contact);
            }),
            Step::UserStars(user, one) => self.with_synced(user, one, |world, user, contact| {
                world.sandbox.add_to_group(user, STARRED, contact).unwrap();
            }),
            Step::UserTakesOut(user, one) => self.with_synced(user, one, |world, user, contact| {
                if let Some(group) = world.synced_group(user) {
                    let _ = world.sandbox.remove_from_group(user, &group.resource_name, contact);
                }
            }),
            _ => self.own_of(step),
        }
    }

    fn with_synced(&self, user: usize, one: usize, act: impl FnOnce(&World, &str, &str)) {
        let user = USERS[user];
        if let Some(contact) = self.pick_synced(user, one) {
            act(&self.world, user, &contact.resource_name);
        }
    }

    fn own_of(&mut self, step: &Step) {
        match *step {
            Step::UserAdds(user) => {
                let group = self.world.synced_group(USERS[user]).map(|group| group.resource_name);
                self.own_contact(USERS[user], &group.iter().map(String::as_str).collect::<Vec<_>>());
            }
            Step::UserCopies(user, one) => self.copy(USERS[user], one),
            Step::UserEditsOwn(user, one) => {
                if let Some(contact) = self.pick_own(USERS[user], one) {
                    self.world.edit(USERS[user], &contact, "nicknames", json!([{ "value": "Own" }]));
                    let groups = self.own[USERS[user]][&contact].groups.clone();
                    self.remember(USERS[user], &contact);
                    self.own.get_mut(USERS[user]).unwrap().get_mut(&contact).unwrap().groups = groups;
                }
            }
            Step::UserDeletesOwn(user, one) => {
                if let Some(contact) = self.pick_own(USERS[user], one) {
                    self.world.sandbox.delete_contact(USERS[user], &contact).unwrap();
                    self.own.get_mut(USERS[user]).unwrap().remove(&contact);
                }
            }
            Step::UserRenamesGroup(user) => {
                let name = self.name("Label ");
                if let Some(group) = self.world.synced_group(USERS[user]) {
                    self.world.sandbox.rename_group(USERS[user], &group.resource_name, &name).unwrap();
                }
            }
            Step::UserDeletesGroup(user) => {
                if let Some(group) = self.world.synced_group(USERS[user]) {
                    self.world.sandbox.delete_group(USERS[user], &group.resource_name).unwrap();
                }
            }
            Step::UserMakesGroup(user) => {
                // Refused where a group of that name is there.
                let _ = self.world.sandbox.create_group(USERS[user], "Partners");
            }
            _ => unreachable!("{step:?} is acted elsewhere"),
        }
    }

    /// Takes a synced contact out of the trash. What somebody restores after being removed from the job stays theirs, and is
    /// nothing that a run could see.
    async fn restore(&self, user: &str) {
        if !self.receivers().await.iter().any(|email| email == user) {
            return;
        }
        let mut trash = self.world.sandbox.trash(user).unwrap();
        trash.retain(|contact| twin(contact).is_some());
        trash.sort_by_key(given_name);
        if let Some(contact) = trash.first() {
            self.world.sandbox.restore_contact(user, &contact.resource_name).unwrap();
        }
    }

    /// A copy as the web interface makes it: the visible tag, not the invisible twin.
    fn copy(&mut self, user: &'static str, one: usize) {
        let Some(contact) = self.pick_synced(user, one) else { return };
        let mut person = contact.person;
        person.remove("clientData");
        person.insert("names".into(), json!([{ "givenName": self.name("O") }]));
        let copy = self.world.sandbox.create_contact(user, Value::Object(person)).unwrap();
        if let Some(group) = self.world.synced_group(user) {
            self.world.sandbox.add_to_group(user, &group.resource_name, &copy).unwrap();
        }
        self.remember(user, &copy);
    }

    async fn queue_run(&self) {
        // Refused while a run is unfinished or nobody is left; then what is queued goes on.
        self.world.mutate("runJob", "run { id }", json!({ "jobId": self.job })).await;
    }

    async fn run(&self) {
        self.queue_run().await;
        self.world.work().await;
    }

    async fn faulty_run(&mut self, when: When, kind: FaultKind) {
        self.queue_run().await;
        self.world.sandbox.inject(Fault::new(when, kind));
        self.world.work().await;
        self.world.sandbox.clear_faults();
        self.read_before = None;
    }

    async fn killed_run(&mut self, when: When, after: bool) {
        if self.accounts > 1 {
            // A call of another account that is on its way when the server is killed would arrive at an instant that the
            // test does not choose; here the line alone is cut.
            return self.faulty_run(when, if after { FaultKind::CutAfter } else { FaultKind::CutBefore }).await;
        }
        self.queue_run().await;
        let mut members: BTreeSet<String> = self.source(true).into_iter().collect();
        if let Some(before) = &self.read_before {
            members.retain(|name| before.contains(name));
        }
        self.read_before = Some(members);
        let kind = if after { FaultKind::HangAfter } else { FaultKind::HangBefore };
        let fault = self.world.sandbox.inject(Fault::new(when, kind));
        tokio::select! {
            () = self.world.work() => {}
            () = self.world.sandbox.fault_hit(fault) => {}
        }
        self.world.sandbox.clear_faults();
        self.world.restart().await;
    }

    async fn join(&self, user: &str) {
        self.world.mutate("addUsers", "job { id }", json!({ "jobId": self.job, "emails": [user] })).await;
    }

    async fn leave(&mut self, user: &'static str) {
        self.left.extend(self.own.get(user).into_iter().flatten().map(|(resource, _)| resource.clone()));
        self.world.mutate("removeUsers", "run { id }", json!({ "jobId": self.job, "emails": [user] })).await;
    }

    /// A new server on an empty database; the administrator creates the same job again.
    async fn lose_database(&mut self) {
        self.world.work().await; // removals that only the lost database knew of could never be made up
        let emails = self.receivers().await;
        if emails.is_empty() {
            return;
        }
        self.world.clock.advance(chrono::TimeDelta::minutes(1)); // what was written shows by the time of the new server
        self.world.lose_database().await;
        self.has_lost = true;
        self.read_before = None;
        let name =
            self.world.sandbox.groups(SOURCE).unwrap().into_iter().find(|group| group.resource_name == self.group);
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        let created = self.world.create_job(&name.unwrap().name, &emails).await;
        self.job = created["job"]["id"].as_str().unwrap().to_owned();
    }

    pub async fn receivers(&self) -> Vec<String> {
        let query = "query ($id: ID!) { job(id: $id) { destinations(first: 100) { nodes { email status } } } }";
        let data = self.world.data(query, json!({ "id": self.job })).await;
        let rows = data["job"]["destinations"]["nodes"].as_array().unwrap().clone();
        rows.iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
    }

    /// Whatever was disturbed comes to its end, and one undisturbed run follows.
    pub async fn end(&mut self) {
        self.world.sandbox.clear_faults();
        self.world.work().await;
        let disturbed = self.last_run().await;
        self.world.days(1); // removals that failed are tried daily
        self.world.app.runner.queue_due().await.unwrap();
        self.world.work().await;
        if self.last_run().await["number"] == disturbed["number"] {
            self.run().await; // no slot fell into that day
        }
        self.receives = self.receivers().await;
        if !self.receives.is_empty() {
            let mut run = self.last_run().await;
            let results = run["results"]["nodes"].as_array().unwrap();
            if self.has_lost && results.iter().any(|row| row["error"]["code"] == "DELETION_GUARD") {
                // Copies that no record tells of would go: an administrator must allow it.
                let guard = json!({ "maxDeletions": null, "maxDeletionPercent": null });
                self.world
                    .accepted("updateJob", "job { id }", json!({ "jobId": self.job, "deletionGuard": guard }))
                    .await;
                self.run().await;
                run = self.last_run().await;
            }
            assert_eq!(run["status"], "SUCCEEDED", "the undisturbed run: {run:#}");
        }
    }

    async fn last_run(&self) -> Value {
        let query = "query ($id: ID!) { job(id: $id) { lastRun { number trigger status error { code message } \
                     results(first: 100) { nodes { status error { code message } } } } } }";
        self.world.data(query, json!({ "id": self.job })).await["job"]["lastRun"].take()
    }
}
