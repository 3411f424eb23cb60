//! The steps of a plan.

use crate::domain::{ContactNumber, Etags, Link, Nonce, ResourceName};

/// One step of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Create the copy of this source contact.
    Create {
        /// Source contact.
        number: ContactNumber,
    },
    /// Write the source's content over the copy.
    Write {
        /// Source contact.
        number: ContactNumber,
        /// The copy.
        resource: ResourceName,
        /// Its etags.
        etags: Etags,
        /// It was edited or untagged there; otherwise it only changed at the source.
        is_overwrite: bool,
        /// Names of the fields that change.
        changed_fields: Vec<String>,
        /// Has, or had, calendar addresses, which some accounts refuse in a mask.
        has_calendar_urls: bool,
        /// Mark of the create that made it.
        nonce: Option<Nonce>,
        /// The twin is missing: other applications' `clientData`, to be written back beside a new twin.
        other_client_data: Option<Vec<(String, String)>>,
    },
    /// Put the copy back into a group.
    Join {
        /// Source contact.
        number: ContactNumber,
        /// The copy.
        resource: ResourceName,
        /// The synced group or My Contacts.
        group: ResourceName,
    },
    /// Record the copy as it now is; nothing is written there.
    Record {
        /// Source contact.
        number: ContactNumber,
        /// The record.
        link: Link,
    },
    /// Delete a contact of ours, and its record if there is one.
    Delete {
        /// Source contact, if the contact is on record.
        number: Option<ContactNumber>,
        /// The contact.
        resource: ResourceName,
    },
    /// Drop the record of a contact that is gone on both sides.
    Forget {
        /// Source contact.
        number: ContactNumber,
    },
}
