//! `ContactCounts` and `DestinationStatusCounts`.

use async_graphql::SimpleObject;

use crate::domain;

/// Contacts a run touched.
#[derive(Debug, Clone, SimpleObject)]
pub(in crate::graphql) struct ContactCounts {
    /// New at the source.
    created: i32,
    /// Changed at the source.
    updated: i32,
    /// Edited at a destination, then reset to the source.
    overwritten: i32,
    /// Gone from the source group, or removed with the destination.
    deleted: i32,
    /// Left to the user, without tag.
    released: i32,
    /// Already equal.
    unchanged: i32,
    /// Added by destination users, left alone.
    additions: i32,
    /// Refused by Google.
    failed: i32,
}

impl From<domain::Counts> for ContactCounts {
    fn from(counts: domain::Counts) -> Self {
        let domain::Counts { created, updated, overwritten, deleted, released, unchanged, additions, failed } = counts;
        Self { created, updated, overwritten, deleted, released, unchanged, additions, failed }
    }
}

/// Destinations of a job per status.
#[derive(SimpleObject)]
pub(in crate::graphql) struct DestinationStatusCounts {
    /// All destinations.
    total: i32,
    /// Destinations in PENDING.
    pending: i32,
    /// Destinations in SYNCED.
    synced: i32,
    /// Destinations in FAILING.
    failing: i32,
    /// Destinations in REMOVING.
    removing: i32,
}

impl From<domain::StatusCounts> for DestinationStatusCounts {
    fn from(counts: domain::StatusCounts) -> Self {
        let domain::StatusCounts { pending, synced, failing, removing } = counts;
        Self { total: pending + synced + failing + removing, pending, synced, failing, removing }
    }
}
