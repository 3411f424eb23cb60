//! What was read at a destination.

use std::collections::BTreeSet;

use crate::domain::{Person, ResourceName};

/// A complete reading of a destination account.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Every contact of the account.
    Full(Vec<Person>),
    /// What changed since the last reading: contacts as they are now, and names of deleted ones.
    Changes {
        /// Created or changed.
        present: Vec<Person>,
        /// Deleted.
        deleted: BTreeSet<ResourceName>,
    },
}

impl Reading {
    /// The contacts that were read, handed over.
    #[must_use]
    pub fn into_people(self) -> Vec<Person> {
        match self {
            Reading::Full(people) => people,
            Reading::Changes { present, .. } => present,
        }
    }

    /// The contacts that were read.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        match self {
            Reading::Full(people) => people,
            Reading::Changes { present, .. } => present,
        }
    }
}
