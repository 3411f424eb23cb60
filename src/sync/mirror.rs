//! Brings our record of the source group up to date from a complete reading of the source account.

use std::collections::BTreeMap;

use super::fingerprint;
use crate::domain::{
    Change, CompleteRead, ContactNumber, Content, Mirror, MirrorEntry, Person, ResourceName, display_name,
};

/// The record after a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct MirrorUpdate {
    /// The record as it now is.
    pub mirror: Mirror,
    /// Numbers whose entry is new or different.
    pub changed: Vec<ContactNumber>,
    /// Contents that the reading brought, of contacts in the group.
    pub contents: BTreeMap<ContactNumber, Content>,
    /// Names of contacts that were in the group and are no longer, as far as the reading told them.
    pub gone: BTreeMap<ContactNumber, String>,
}

/// A reading that cannot be trusted. Nothing may be deleted because of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceReadError {
    /// A contact of the group came without a source id.
    #[error("a contact of the source group came without an id")]
    Unnumbered,
}

/// The record after a full reading: who is not in it, or not in the group, is no longer present.
///
/// # Errors
/// When a contact of the group cannot be told from others.
pub fn mirror_after_full_read(
    mirror: &Mirror,
    group: &ResourceName,
    read: &CompleteRead<Person>,
) -> Result<MirrorUpdate, SourceReadError> {
    let mut update = Updating::new(mirror);
    let mut seen = Vec::new();
    for person in &read.items {
        if person.groups.contains(group) {
            seen.push(update.present(person)?);
        } else {
            update.left(person);
        }
    }
    seen.sort_unstable();
    let missing: Vec<ContactNumber> =
        mirror.keys().copied().filter(|number| seen.binary_search(number).is_err()).collect();
    for number in missing {
        update.gone(number);
    }
    Ok(update.done())
}

/// The record after an incremental reading, read to its last page.
///
/// # Errors
/// When a contact of the group cannot be told from others.
pub fn mirror_after_changes(
    mirror: &Mirror,
    group: &ResourceName,
    read: &CompleteRead<Change>,
) -> Result<MirrorUpdate, SourceReadError> {
    let mut update = Updating::new(mirror);
    for change in &read.items {
        match change {
            Change::Present(person) if person.groups.contains(group) => {
                update.present(person)?;
            }
            Change::Present(person) => {
                update.left(person);
                if let Some(number) = update.known(person) {
                    update.gone(number);
                }
            }
            Change::Deleted(resource) => {
                if let Some(number) = update.by_resource.get(resource).copied() {
                    update.gone(number);
                }
            }
        }
    }
    Ok(update.done())
}

struct Updating {
    mirror: Mirror,
    by_resource: BTreeMap<ResourceName, ContactNumber>,
    changed: Vec<ContactNumber>,
    contents: BTreeMap<ContactNumber, Content>,
    names: BTreeMap<ContactNumber, String>,
}

impl Updating {
    fn new(mirror: &Mirror) -> Self {
        let by_resource = mirror.iter().map(|(number, entry)| (entry.resource.clone(), *number)).collect();
        Self {
            mirror: mirror.clone(),
            by_resource,
            changed: Vec::new(),
            contents: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }

    /// The number under which a contact is on record, also when Google has renamed it.
    fn known(&self, person: &Person) -> Option<ContactNumber> {
        std::iter::once(&person.resource).chain(&person.previous).find_map(|name| self.by_resource.get(name).copied())
    }

    fn present(&mut self, person: &Person) -> Result<ContactNumber, SourceReadError> {
        let number = self.known(person).or(person.number).ok_or(SourceReadError::Unnumbered)?;
        let entry =
            MirrorEntry { resource: person.resource.clone(), is_present: true, content: fingerprint(&person.content) };
        self.by_resource.insert(person.resource.clone(), number);
        self.contents.insert(number, person.content.clone());
        if self.mirror.get(&number) != Some(&entry) {
            self.mirror.insert(number, entry);
            self.changed.push(number);
        }
        Ok(number)
    }

    /// Keeps the name of a contact that is not in the group, if it once was.
    fn left(&mut self, person: &Person) {
        let name = self.known(person).and_then(|number| Some((number, display_name(&person.content)?)));
        self.names.extend(name);
    }

    fn gone(&mut self, number: ContactNumber) {
        self.contents.remove(&number);
        if let Some(entry) = self.mirror.get_mut(&number).filter(|entry| entry.is_present) {
            entry.is_present = false;
            self.changed.push(number);
        }
    }

    fn done(mut self) -> MirrorUpdate {
        self.changed.sort_unstable();
        self.changed.dedup();
        MirrorUpdate { mirror: self.mirror, changed: self.changed, contents: self.contents, gone: self.names }
    }
}
