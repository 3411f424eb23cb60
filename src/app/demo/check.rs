//! What must be true after each step of the demonstration, read from the accounts themselves.

use std::collections::{BTreeMap, BTreeSet};

use ::sandbox::{Contact, Group, Sandbox};
use serde_json::{Map, Value, json};

use super::Failure;
use super::show::{name, print};
use crate::domain::{GSYNC, MY_CONTACTS};

/// Contact that the source adds.
const NEW: &str = "Nora New";
/// Name that a destination user gives to a synced contact.
const EDITED: &str = "Edited Here";
/// Contact that a destination user adds.
const ADDITION: &str = "Zoe Addition";
/// Contacts shown before any was touched.
const SHOWN: usize = 3;
/// Fields that Google allows a contact.
const MOST_FIELDS: usize = 500;
/// Fields that the sync adds: the tag, and the two of its twin.
const MARKS: usize = 3;

/// The group that the sync made in an account, by its mark.
pub(super) fn synced_group(sandbox: &Sandbox, email: &str) -> Result<Option<Group>, Failure> {
    let is_ours = |group: &Group| group.client_data.iter().any(|(key, _)| key == GSYNC);
    Ok(sandbox.groups(email)?.into_iter().find(is_ours))
}

/// The gSync tag of a contact.
pub(super) fn tag(person: &Map<String, Value>) -> Option<&str> {
    let fields = person.get("userDefined")?.as_array()?;
    fields.iter().find(|field| field["key"] == GSYNC)?["value"].as_str()
}

pub(super) struct Checks<'a> {
    sandbox: &'a Sandbox,
    source: &'a str,
    group: String,
    /// What was in each destination account before, by resource name.
    before: BTreeMap<&'a str, BTreeMap<String, Value>>,
    addition: Option<String>,
    /// Names of the contacts that are worth a look.
    shown: Vec<String>,
    failed: Vec<String>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(
        sandbox: &'a Sandbox,
        source: &'a str,
        group: &str,
        destinations: &[&'a str],
    ) -> Result<Self, Failure> {
        let mut before = BTreeMap::new();
        for &email in destinations {
            let own = sandbox.contacts(email)?.into_iter().map(|one| (one.resource_name, Value::Object(one.person)));
            before.insert(email, own.collect());
        }
        let group = sandbox.groups(source)?.into_iter().find(|known| known.name == group);
        let group = group.ok_or("the source group is missing")?.resource_name;
        let mut checks = Self { sandbox, source, group, before, addition: None, shown: Vec::new(), failed: Vec::new() };
        checks.shown = checks.source_contacts()?.iter().take(SHOWN).map(name).collect();
        Ok(checks)
    }

    /// Names of the contacts that are worth a look: the first ones, then those that were touched.
    pub(super) fn shown(&self) -> &[String] {
        &self.shown
    }

    fn note(&mut self, what: &str, held: bool) {
        print(&format!("  {} {what}", if held { "✓" } else { "✗" }));
        if !held {
            self.failed.push(what.to_owned());
        }
    }

    fn source_contacts(&self) -> Result<Vec<Contact>, Failure> {
        let contacts = self.sandbox.contacts(self.source)?;
        Ok(contacts.into_iter().filter(|one| one.groups.contains(&self.group)).collect())
    }

    /// Every account has exactly the source group's contacts, each once and tagged, and what its user had before.
    pub(super) fn in_step(&mut self, what: &str, destinations: &[&str]) -> Result<(), Failure> {
        let wanted: Vec<String> = sorted(self.source_contacts()?.iter().map(|one| content(&one.person)));
        let mut held = true;
        for &email in destinations {
            let group = synced_group(self.sandbox, email)?;
            let contacts = self.sandbox.contacts(email)?;
            let synced: Vec<&Contact> = contacts.iter().filter(|one| tag(&one.person).is_some()).collect();
            let is_member =
                |one: &&Contact| group.as_ref().is_some_and(|group| one.groups.contains(&group.resource_name));
            let tags: BTreeSet<_> = synced.iter().filter_map(|one| tag(&one.person)).collect();
            held &= sorted(synced.iter().map(|one| content(&one.person))) == wanted
                && synced.iter().all(is_member)
                && synced.iter().all(|one| one.groups.contains(MY_CONTACTS))
                && tags.len() == synced.len()
                && self.own_kept(email, &contacts);
        }
        self.note(what, held);
        Ok(())
    }

    fn own_kept(&self, email: &str, contacts: &[Contact]) -> bool {
        let now: BTreeMap<&String, &Contact> = contacts.iter().map(|one| (&one.resource_name, one)).collect();
        let before = self.before.get(email);
        before
            .into_iter()
            .flatten()
            .all(|(resource, person)| now.get(resource).is_some_and(|one| Value::Object(one.person.clone()) == *person))
    }

    /// A group of the same name that the user had is left alone, and ours has a suffix.
    pub(super) fn own_group(&mut self, email: &str) -> Result<(), Failure> {
        let ours = synced_group(self.sandbox, email)?.map(|group| group.name).unwrap_or_default();
        let own = ours.strip_suffix(" (2)").map(str::to_owned);
        let groups = self.sandbox.groups(email)?;
        let is_kept = own.is_some_and(|own| groups.iter().any(|group| group.name == own && group.members.is_empty()));
        self.note(&format!("{email} keeps a group of that name; ours is called “{ours}”"), is_kept);
        Ok(())
    }

    /// Edits one contact at the source, deletes one, creates one.
    pub(super) fn change_source(&mut self) -> Result<Vec<String>, Failure> {
        let contacts = self.source_contacts()?;
        let mut told = Vec::new();
        self.shown.clear();
        if let Some(edited) = contacts.first() {
            self.sandbox.edit_contact(self.source, &edited.resource_name, |person| {
                person.insert("phoneNumbers".into(), json!([{ "value": "+1 555 0100", "type": "work" }]));
            })?;
            told.push(format!("a new phone number for {}", name(edited)));
            self.shown.push(name(edited));
        }
        if let Some(deleted) = contacts.get(1) {
            self.sandbox.delete_contact(self.source, &deleted.resource_name)?;
            told.push(format!("{} deleted", name(deleted)));
            self.shown.push(name(deleted));
        }
        let new = json!({ "names": [{ "givenName": "Nora", "familyName": "New" }],
            "emailAddresses": [{ "value": "nora.new@supplier.example", "type": "work" }] });
        let new = self.sandbox.create_contact(self.source, new)?;
        self.sandbox.add_to_group(self.source, &self.group, &new)?;
        told.push(format!("{NEW} added"));
        self.shown.push(NEW.into());
        Ok(told)
    }

    /// Edits a synced contact at a destination, and adds a contact of the user's own.
    pub(super) fn edit_destination(&mut self, email: &'a str) -> Result<Vec<String>, Failure> {
        let group = synced_group(self.sandbox, email)?.ok_or("no synced group")?;
        let mut synced = self.sandbox.contacts(email)?.into_iter().rev().filter(|one| tag(&one.person).is_some());
        let edited = synced.next().ok_or("no synced contact")?;
        self.sandbox.edit_contact(email, &edited.resource_name, |person| {
            person.insert("names".into(), json!([{ "givenName": "Edited", "familyName": "Here" }]));
        })?;
        let addition =
            json!({ "names": [{ "unstructuredName": ADDITION, "givenName": "Zoe", "familyName": "Addition" }] });
        let addition = self.sandbox.create_contact(email, addition)?;
        self.sandbox.add_to_group(email, &group.resource_name, &addition)?;
        let kept = self.sandbox.contacts(email)?.into_iter().find(|one| one.resource_name == addition);
        let kept = kept.map(|one| Value::Object(one.person)).unwrap_or_default();
        self.before.entry(email).or_default().insert(addition.clone(), kept);
        self.addition = Some(addition);
        self.shown.extend([name(&edited), EDITED.into(), ADDITION.into()]);
        Ok(vec![format!("{} renamed to “{EDITED}”", name(&edited)), format!("{ADDITION} added to the group")])
    }

    /// The addition is where its user put it.
    pub(super) fn addition_kept(&mut self, email: &str) -> Result<(), Failure> {
        let group = synced_group(self.sandbox, email)?.map(|group| group.resource_name).unwrap_or_default();
        let contacts = self.sandbox.contacts(email)?;
        let kept = contacts.iter().find(|one| Some(&one.resource_name) == self.addition.as_ref());
        let held = kept.is_some_and(|one| one.groups.contains(&group) && tag(&one.person).is_none());
        self.note(&format!("the contact that {email} added is untouched"), held);
        Ok(())
    }

    /// The account is clean: nothing of the sync is left, everything of the user's is there.
    pub(super) fn removed(&mut self, email: &str) -> Result<(), Failure> {
        let contacts = self.sandbox.contacts(email)?;
        let is_clean = synced_group(self.sandbox, email)?.is_none()
            && contacts.iter().all(|one| tag(&one.person).is_none() && !one.person.contains_key("clientData"));
        self.note(&format!("{email}: synced contacts and synced group are gone"), is_clean);
        let addition = contacts.iter().find(|one| Some(&one.resource_name) == self.addition.as_ref());
        let is_kept = addition.is_some_and(|one| one.groups.contains(MY_CONTACTS)) && self.own_kept(email, &contacts);
        self.note(&format!("{email}: the addition is in My Contacts, the rest is as it was"), is_kept);
        Ok(())
    }

    pub(super) fn verdict(self) -> Result<(), Failure> {
        if self.failed.is_empty() {
            print("\nEvery rule held.");
            return Ok(());
        }
        Err(format!("these rules did not hold: {}", self.failed.join("; ")).into())
    }
}

/// Takes contacts out of a group that are too full to carry the marks of the sync: Google would refuse the copies.
pub(super) fn leave_out_full(sandbox: &Sandbox, email: &str, group: &str) -> Result<(), Failure> {
    let fields = |contact: &Contact| contact.person.values().filter_map(Value::as_array).map(Vec::len).sum::<usize>();
    let contacts = sandbox.contacts(email)?;
    let groups = sandbox.groups(email)?;
    let group = groups.iter().find(|known| known.name == group).ok_or("the source group is missing")?;
    for full in contacts.iter().filter(|contact| fields(contact) + MARKS > MOST_FIELDS) {
        sandbox.remove_from_group(email, &group.resource_name, &full.resource_name)?;
        print(&format!("  {} has no room for the tag of the sync, and stays out of the group", name(full)));
    }
    Ok(())
}

/// What a contact says, without the marks of the sync.
fn content(person: &Map<String, Value>) -> String {
    let mut person = person.clone();
    person.remove("clientData");
    if let Some(fields) = person.get_mut("userDefined").and_then(Value::as_array_mut) {
        fields.retain(|field| field["key"] != GSYNC);
    }
    for (field, derived) in [("addresses", "formattedValue"), ("names", "unstructuredName")] {
        for item in
            person.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
        {
            // Google makes it of the other parts; only where there are none it is copied.
            if item.keys().any(|part| part != derived && part != "type") {
                item.remove(derived);
            }
        }
    }
    person.retain(|_, items| items.as_array().is_none_or(|items| !items.is_empty()));
    Value::Object(person).to_string()
}

fn sorted(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut items: Vec<String> = items.collect();
    items.sort();
    items
}
