//! What the engine remembers between runs: ids, etags and hashes, never contact data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ContactNumber, Etags, Field, Nonce, ResourceName};

/// A hash per field of a contact's content, so that contents can be compared without being kept. Made in `sync`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "f")]
    fields: BTreeMap<String, String>,
}

impl Fingerprint {
    /// A fingerprint of this version of the algorithm.
    #[must_use]
    pub fn new(version: u8, fields: impl Iterator<Item = (Field, String)>) -> Self {
        Self { version, fields: fields.map(|(field, hash)| (field.path().to_owned(), hash)).collect() }
    }

    /// Names of the fields in which the contents differ.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<String> {
        let fields: BTreeSet<&String> = self.fields.keys().chain(other.fields.keys()).collect();
        fields.into_iter().filter(|&field| self.fields.get(field) != other.fields.get(field)).cloned().collect()
    }

    /// The content has something in this field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains_key(field.path())
    }
}

/// Our record of the source group. Complete: it is only ever made from complete readings.
pub type Mirror = BTreeMap<ContactNumber, MirrorEntry>;

/// Our record of one contact of the source group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorEntry {
    /// Its name in the source account.
    pub resource: ResourceName,
    /// In the group; otherwise it once was.
    pub is_present: bool,
    /// Its content.
    pub content: Fingerprint,
}

/// Our records of the synced contacts at one destination.
pub type Links = BTreeMap<ContactNumber, Link>;

/// Our record of one synced contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its name in the destination account.
    pub resource: ResourceName,
    /// Mark of the create that made it. `None` for a contact adopted without its twin.
    pub nonce: Option<Nonce>,
    /// Etags it had when we last saw it.
    pub etags: Etags,
    /// What we last sent.
    pub sent: Fingerprint,
    /// What Google stored after that.
    pub stored: Fingerprint,
}

/// A create whose answer was not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Mark of the create.
    pub nonce: Nonce,
    /// Source contact.
    pub number: ContactNumber,
}
