//! Runs: one execution of a job, and its result at each destination.

use serde::{Deserialize, Serialize};

use super::{Actor, DestinationId, EmailAddress, HoldReason, JobId, ResultId, RunId, Time, UserId};

/// One execution of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Our id.
    pub id: RunId,
    /// Its job. `None` once the job is deleted.
    pub job: Option<JobId>,
    /// Ordinal within the job: 1, 2, 3. `None` for the preview of a draft.
    pub number: Option<i32>,
    /// Kind.
    pub kind: RunKind,
    /// What started it.
    pub trigger: Trigger,
    /// Status.
    pub status: RunStatus,
    /// When a waiting run goes on. `None` unless waiting.
    pub resumes_at: Option<Time>,
    /// Destinations in the run.
    pub destinations_total: i32,
    /// Destinations done, whatever the result.
    pub destinations_finished: i32,
    /// Contacts over all destinations.
    pub counts: Counts,
    /// Error that stopped the whole run.
    pub error: Option<RunError>,
    /// Of a preview: why a sync would be held.
    pub expected_hold_reason: Option<HoldReason>,
    /// Who asked for it.
    pub requested_by: Actor,
    /// When it was asked for.
    pub created_at: Time,
    /// When it started.
    pub started_at: Option<Time>,
    /// When it ended.
    pub finished_at: Option<Time>,
}

/// Kinds of run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// Writes the source to the destinations.
    Sync,
    /// Removes synced contacts and groups (R4).
    Removal,
    /// Leaves synced contacts and groups to their users, without tags (R13).
    Release,
    /// Tells what a sync would do, and writes nothing to any account.
    Preview,
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// First run of a job (R1).
    JobCreated,
    /// Daily schedule (R2).
    Schedule,
    /// `runJob`, `previewJob` or `relinkSourceGroup`.
    Manual,
    /// `removeUsers` or `deleteJob`.
    Removal,
}

/// Statuses of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunStatus {
    /// Waits for a worker.
    Queued,
    /// Works.
    Running,
    /// Waits for quota, for Google to settle, or for a repeated attempt.
    Waiting,
    /// The deletion guard holds it until somebody decides.
    Held,
    /// All destinations succeeded.
    Succeeded,
    /// Some destinations failed.
    PartiallySucceeded,
    /// No destination succeeded.
    Failed,
    /// Its hold was rejected.
    Rejected,
    /// Its hold was not decided in time.
    Expired,
    /// Stopped before its end.
    Canceled,
}

impl RunStatus {
    /// The status is final.
    #[must_use]
    pub fn is_finished(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Waiting | Self::Held => false,
            Self::Succeeded
            | Self::PartiallySucceeded
            | Self::Failed
            | Self::Rejected
            | Self::Expired
            | Self::Canceled => true,
        }
    }

    /// Final status of a run whose destinations are all done.
    #[must_use]
    pub fn of_results(succeeded: i32, failed: i32) -> Self {
        match (succeeded, failed) {
            (_, 0) => Self::Succeeded,
            (0, _) => Self::Failed,
            _ => Self::PartiallySucceeded,
        }
    }
}

/// Contacts a run touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New at the source, or missing at the destination.
    pub created: i32,
    /// Changed at the source.
    pub updated: i32,
    /// Edited at a destination, then reset to the source.
    pub overwritten: i32,
    /// Gone from the source group, or removed with the destination.
    pub deleted: i32,
    /// Left to the user, without tag.
    pub released: i32,
    /// Already equal.
    pub unchanged: i32,
    /// Added by destination users, left alone.
    pub additions: i32,
    /// Refused by Google.
    pub failed: i32,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.overwritten += other.overwritten;
        self.deleted += other.deleted;
        self.released += other.released;
        self.unchanged += other.unchanged;
        self.additions += other.additions;
        self.failed += other.failed;
    }
}

/// Error of a run or of one destination, for administrators. Holds no contact data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// Code, for programs.
    pub code: RunErrorCode,
    /// What happened, to what, and what to do.
    pub message: String,
}

/// Codes of run errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunErrorCode {
    /// Source group is missing; nothing was deleted.
    SourceGroupMissing,
    /// Source user is suspended.
    SourceUserSuspended,
    /// Source user is deleted.
    SourceUserDeleted,
    /// Source user left the primary domain.
    SourceUserNotOnPrimaryDomain,
    /// User left the primary domain, or the Workspace, since the addition.
    InvalidDestinationUser,
    /// Destination user is suspended.
    DestinationUserSuspended,
    /// Account holds as many contacts as Google allows.
    ContactLimitReached,
    /// Google refused single contacts; the others are right.
    ContactsRefused,
    /// Domain-wide delegation was refused.
    AccessDenied,
    /// Google quota is used up.
    QuotaExceeded,
    /// Google did not answer, or its answer was not complete.
    UpstreamUnavailable,
    /// Adopted contacts would have to be deleted beyond the guard at this destination.
    DeletionGuard,
    /// Fault of this server.
    InternalServerError,
}

impl RunErrorCode {
    /// The next attempt may succeed without repair.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        match self {
            Self::QuotaExceeded | Self::UpstreamUnavailable | Self::InternalServerError => true,
            Self::SourceGroupMissing
            | Self::SourceUserSuspended
            | Self::SourceUserDeleted
            | Self::SourceUserNotOnPrimaryDomain
            | Self::InvalidDestinationUser
            | Self::DestinationUserSuspended
            | Self::ContactLimitReached
            | Self::ContactsRefused
            | Self::DeletionGuard
            | Self::AccessDenied => false,
        }
    }
}

/// Result of a run at one destination.
#[derive(Debug, Clone, PartialEq)]
pub struct DestinationResult {
    /// Our id.
    pub id: ResultId,
    /// Its run.
    pub run: RunId,
    /// Destination. `None` once removed.
    pub destination: Option<DestinationId>,
    /// Address at the time of the run.
    pub email: EmailAddress,
    /// Status at this destination.
    pub status: ResultStatus,
    /// Contacts at this destination.
    pub counts: Counts,
    /// Error at this destination.
    pub error: Option<RunError>,
    /// Deletions planned here by the last plan.
    pub planned_deletions: i32,
}

/// Status of a run at one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResultStatus {
    /// Not begun, or waits for a repeated attempt.
    Waiting,
    /// In hand.
    Running,
    /// All contacts are right.
    Succeeded,
    /// See the error.
    Failed,
    /// Not attempted: the run ended first, or the destination is being removed.
    Skipped,
}

impl ResultStatus {
    /// The status is final.
    #[must_use]
    pub fn is_finished(self) -> bool {
        match self {
            Self::Waiting | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Skipped => true,
        }
    }
}

/// A job that does not exist yet, as a preview needs it. Stored with the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Source user.
    pub source_user: UserId,
    /// Google's name of the source group.
    pub source_group: String,
    /// Name of the source group.
    pub source_group_name: String,
    /// Name of the group at destinations, if it does not follow the source group's.
    pub custom_group_name: Option<String>,
    /// Number that the job would have.
    pub number: i64,
}
