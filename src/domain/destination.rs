//! Destinations: the users who receive a job's contacts, and the group made for them.

use super::{Actor, DestinationId, EmailAddress, JobId, ResourceName, SyncedGroupId, Time, UserId};

/// A user of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// Our id.
    pub id: DestinationId,
    /// Its job.
    pub job: JobId,
    /// The user.
    pub user: UserId,
    /// Google's immutable id of the user.
    pub google_id: String,
    /// Last known address of the user.
    pub email: EmailAddress,
    /// Status.
    pub status: DestinationStatus,
    /// The last success. `None` before the first one.
    pub last_success_at: Option<Time>,
    /// Failures since the last success.
    pub consecutive_failures: i32,
    /// Next attempt of a removal that could not reach the account.
    pub next_attempt_at: Option<Time>,
    /// When it was added.
    pub added_at: Time,
    /// Who added it.
    pub added_by: Actor,
}

/// Statuses of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DestinationStatus {
    /// Added, waits for the next run.
    Pending,
    /// Last run succeeded.
    Synced,
    /// Last run failed here.
    Failing,
    /// Its contacts and group are being removed, or released.
    Removing,
}

/// Destinations of a job per status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// In PENDING.
    pub pending: i32,
    /// In SYNCED.
    pub synced: i32,
    /// In FAILING.
    pub failing: i32,
    /// In REMOVING.
    pub removing: i32,
}

/// Group that the sync created in a destination account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncedGroup {
    /// Our id.
    pub id: SyncedGroupId,
    /// Whose it is.
    pub destination: DestinationId,
    /// Google's name.
    pub resource: ResourceName,
    /// Name it was given.
    pub name: String,
    /// Contacts the sync keeps there.
    pub synced_contact_count: i32,
    /// Contacts the user added.
    pub addition_count: i32,
    /// When it was created.
    pub created_at: Time,
    /// The last success.
    pub last_synced_at: Option<Time>,
}
