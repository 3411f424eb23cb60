//! Whether an account has room for what is to be created in it.

use super::Reading;

/// Contacts that Google lets an account hold, those in the trash included (Google Contacts help).
pub const CONTACT_LIMIT: usize = 25_000;

/// More contacts than an account can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow {
    /// Contacts that are known to be there. Those in the trash count too, but nobody tells how many they are.
    pub there: usize,
    /// Contacts that would be created.
    pub creates: usize,
}

/// Tells when an account cannot hold `creates` more contacts. After a reading of changes only `known` ones, synced contacts
/// and additions, are certain. What is deleted makes no room: it goes to the trash.
#[must_use]
pub fn overflow(reading: &Reading, known: usize, creates: usize) -> Option<Overflow> {
    let there = match reading {
        Reading::Full(people) => people.len(),
        Reading::Changes { .. } => known,
    };
    (creates > 0 && there + creates > CONTACT_LIMIT).then_some(Overflow { there, creates })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{Content, Person, ResourceName};

    #[test]
    fn an_account_is_refused_what_it_cannot_hold() {
        let person = |number: usize| Person {
            resource: ResourceName::new(format!("people/c{number}")),
            previous: Vec::new(),
            etags: None,
            number: None,
            content: Content::default(),
            tags: Vec::new(),
            client_data: Vec::new(),
            groups: BTreeSet::new(),
        };
        let full = |count: usize| Reading::Full((0..count).map(person).collect());
        let changes = || Reading::Changes { present: vec![person(1)], deleted: BTreeSet::new() };
        for (reading, known, creates, expected) in [
            (full(24_990), 100, 10, None),
            (full(24_990), 100, 11, Some(Overflow { there: 24_990, creates: 11 })),
            (full(25_000), 0, 0, None), // nothing is to be created: changes still arrive
            (full(0), 0, 25_001, Some(Overflow { there: 0, creates: 25_001 })),
            (changes(), 24_990, 10, None),
            (changes(), 24_990, 11, Some(Overflow { there: 24_990, creates: 11 })),
        ] {
            assert_eq!(overflow(&reading, known, creates), expected, "{known} {creates}");
        }
    }
}
