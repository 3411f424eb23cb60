//! Jobs: the source, its health, what is asked for.

use super::{
    Actor, ContactGroupId, DailySchedule, DeletionGuard, EmailAddress, JobId, JobNumber, ResourceName, Time, UserId,
};

/// One-way sync of one personal contact group of a source user to destination users.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Our id.
    pub id: JobId,
    /// Name, by default that of the group.
    pub name: String,
    /// Notes; empty when there are none.
    pub description: String,
    /// Status.
    pub status: JobStatus,
    /// Where the contacts come from.
    pub source: Source,
    /// First half of the job's tags.
    pub number: JobNumber,
    /// Name of the group at destinations, if it does not follow the source group's.
    pub custom_group_name: Option<String>,
    /// Synced contacts also join My Contacts.
    pub add_to_my_contacts: bool,
    /// Its own guard against mass deletion. `None`: the server's.
    pub guard: Option<DeletionGuard>,
    /// The source was pointed at another group, and no run since has been approved.
    pub is_relinked: bool,
    /// When it runs each day.
    pub schedule: DailySchedule,
    /// Instant of the next daily run. `None` when none is planned.
    pub next_run_at: Option<Time>,
    /// Grows with each change.
    pub version: i32,
    /// When it was created.
    pub created_at: Time,
    /// Who created it.
    pub created_by: Actor,
    /// When it was last changed.
    pub updated_at: Time,
}

impl Job {
    /// Name that the group at destinations should have.
    #[must_use]
    pub fn synced_group_name(&self) -> &str {
        self.custom_group_name.as_deref().unwrap_or(&self.source.group_name)
    }
}

/// Statuses of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Runs daily.
    Active,
    /// Skips daily runs.
    Paused,
    /// Removes its data from the accounts.
    Deleting,
}

/// Source of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Source user.
    pub user: UserId,
    /// Google's immutable id of the source user.
    pub google_id: String,
    /// Last known address of the source user.
    pub email: EmailAddress,
    /// Our id of the source group.
    pub group_id: ContactGroupId,
    /// Google's name of the source group.
    pub group: ResourceName,
    /// Last known name of the source group.
    pub group_name: String,
    /// Health found by the last check.
    pub health: SourceHealth,
}

/// Health of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceHealth {
    /// What the last check found.
    pub status: SourceHealthStatus,
    /// Since when that holds.
    pub since: Time,
    /// When the last check was.
    pub checked_at: Time,
}

/// Health of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceHealthStatus {
    /// Group can be read.
    Ok,
    /// Group was deleted or is no longer the user's. Never treated as empty.
    GroupMissing,
    /// Group has no contacts.
    GroupEmpty,
    /// Source user is suspended.
    UserSuspended,
    /// Source user is deleted.
    UserDeleted,
    /// Source user left the primary domain.
    UserNotOnPrimaryDomain,
    /// Domain-wide delegation was refused.
    AccessDenied,
    /// Google could not be asked.
    Unknown,
}

impl SourceHealthStatus {
    /// Runs fail, writing nothing, until this is repaired.
    #[must_use]
    pub fn blocks_runs(self) -> bool {
        match self {
            Self::Ok | Self::GroupEmpty | Self::Unknown => false,
            Self::GroupMissing
            | Self::UserSuspended
            | Self::UserDeleted
            | Self::UserNotOnPrimaryDomain
            | Self::AccessDenied => true,
        }
    }
}

/// What becomes of synced contacts and groups when their job is deleted (R13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncedContactsPolicy {
    /// Remove them.
    Remove,
    /// Leave them to their users, without gSync tags.
    Keep,
}

/// Personal contact group of a user, as last listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactGroup {
    /// Our id.
    pub id: ContactGroupId,
    /// Whose it is.
    pub user: UserId,
    /// Google's name.
    pub resource: ResourceName,
    /// Name the user gave it.
    pub name: String,
    /// Members when last read.
    pub contact_count: i32,
    /// Created by a sync, so it cannot be a source.
    pub is_synced: bool,
}
