//! Names of contacts for the lists of changes: from what a run has in memory, never from a call of its own.

use std::collections::BTreeMap;

use crate::domain::{ContactChange, ContactNumber, ResourceName, display_name};
use crate::sync::{PlannedChange, Reading};

use super::contents::SourceContents;

/// Where names come from.
pub(super) struct Names<'a> {
    source: &'a SourceContents,
    there: BTreeMap<&'a ResourceName, String>,
}

impl<'a> Names<'a> {
    /// Names in the contents of the source, and in what was read at the destination.
    pub(super) fn new(source: &'a SourceContents, reading: &'a Reading) -> Self {
        let there = reading.people().iter();
        let there = there.filter_map(|person| Some((&person.resource, display_name(&person.content)?)));
        Self { source, there: there.collect() }
    }

    /// Adds names that were read otherwise.
    pub(super) fn add(&mut self, more: impl Iterator<Item = (&'a ResourceName, String)>) {
        self.there.extend(more);
    }

    /// The name of a contact, by its number or by the name of its copy.
    pub(super) fn of(&self, number: Option<ContactNumber>, copy: Option<&ResourceName>) -> Option<String> {
        let at_source = number.and_then(|number| self.source.name(number));
        at_source.or_else(|| copy.and_then(|copy| self.there.get(copy).cloned()))
    }

    /// A planned change, with the name of its contact.
    pub(super) fn named(&self, change: PlannedChange) -> ContactChange {
        ContactChange {
            action: change.action,
            display_name: self.of(change.number, change.resource.as_ref()),
            changed_fields: change.changed_fields,
        }
    }
}
