//! Inputs of mutations. Of a nullable field with a default, an explicit null means the default.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined, OneofObject};

use crate::domain;

/// What to do with a list that has invalid users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::InvalidDestinationPolicy")]
pub(in crate::graphql) enum InvalidDestinationPolicy {
    /// Change nothing, and report every invalid user.
    RejectAll,
    /// Accept the valid users, and report the others.
    SkipInvalid,
}

/// What becomes of synced contacts and groups when their job is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::SyncedContactsPolicy")]
pub(in crate::graphql) enum SyncedContactsPolicy {
    /// Remove them, as `removeUsers` does.
    Remove,
    /// Leave them to their users, without gSync tags.
    Keep,
}

/// Exactly one way to name a personal contact group of the source user.
#[derive(Debug, Clone, OneofObject)]
pub(in crate::graphql) enum ContactGroupRefInput {
    /// ID of the group.
    Id(ID),
    /// Exact name of the group.
    Name(String),
}

/// Daily schedule.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ScheduleInput {
    /// Time of day as HH:mm.
    pub(super) time_of_day: String,
    /// IANA time zone, for example Europe/Vienna.
    pub(super) time_zone: String,
}

/// Guard against mass deletion. An omitted field is unchanged.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct DeletionGuardInput {
    /// Deletions at one destination that need no approval. Null removes the limit.
    pub(super) max_deletions: MaybeUndefined<i32>,
    /// Share of a destination's synced contacts whose deletion needs no approval, 1 to 100. Null removes the limit.
    pub(super) max_deletion_percent: MaybeUndefined<i32>,
}

/// Input of `createJob`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct CreateJobInput {
    /// Address of the source user.
    pub(super) source_user_email: String,
    /// Personal contact group of the source user.
    pub(super) source_group: ContactGroupRefInput,
    /// Addresses on the primary domain, 1 to 500.
    pub(super) destination_emails: Vec<String>,
    /// What to do if some addresses are invalid.
    #[graphql(default_with = "Some(InvalidDestinationPolicy::RejectAll)")]
    on_invalid: Option<InvalidDestinationPolicy>,
    /// Defaults to the name of the source group. At most 200 characters.
    pub(super) name: Option<String>,
    /// Notes on the job. At most 2,000 characters.
    pub(super) description: Option<String>,
    /// Name of the group to create in destination accounts. Defaults to the name of the source group.
    pub(super) synced_group_name: Option<String>,
    /// Whether synced contacts also join My Contacts.
    #[graphql(default_with = "Some(true)")]
    add_to_my_contacts: Option<bool>,
    /// Defaults to a time chosen by the server.
    pub(super) schedule: Option<ScheduleInput>,
    /// Defaults to the Workspace's limits. ADMIN only.
    pub(super) deletion_guard: MaybeUndefined<DeletionGuardInput>,
    /// Unique key of this intent, at most 128 characters. Reuse it only to retry; kept 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// Input of `updateJob`. An omitted field is unchanged.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct UpdateJobInput {
    /// Job to change.
    pub(super) job_id: ID,
    /// New name.
    pub(super) name: MaybeUndefined<String>,
    /// New notes.
    pub(super) description: MaybeUndefined<String>,
    /// New name of the group in destination accounts; the next run renames it. Null follows the source group's name.
    pub(super) synced_group_name: MaybeUndefined<String>,
    /// New schedule.
    pub(super) schedule: MaybeUndefined<ScheduleInput>,
    /// New guard. ADMIN only.
    pub(super) deletion_guard: MaybeUndefined<DeletionGuardInput>,
    /// Refuse with VERSION_CONFLICT if the job has another version.
    pub(super) expected_version: Option<i32>,
}

/// Input of `pauseJob`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct PauseJobInput {
    /// Job to pause.
    pub(super) job_id: ID,
    /// Reason for the audit log.
    pub(super) reason: Option<String>,
}

/// Input of `resumeJob`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ResumeJobInput {
    /// Job to resume.
    pub(super) job_id: ID,
}

/// Input of `addUsers`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct AddUsersInput {
    /// Job to add them to.
    pub(super) job_id: ID,
    /// Addresses on the primary domain, 1 to 500.
    pub(super) emails: Vec<String>,
    /// What to do if some addresses are invalid.
    #[graphql(default_with = "Some(InvalidDestinationPolicy::RejectAll)")]
    on_invalid: Option<InvalidDestinationPolicy>,
}

/// Input of `removeUsers`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct RemoveUsersInput {
    /// Job to remove them from.
    pub(super) job_id: ID,
    /// Addresses, 1 to 500. Unknown ones are reported as NOT_PRESENT, not as errors.
    pub(super) emails: Vec<String>,
    /// Forget users whose accounts cannot be reached, leaving what is in them. ADMIN only.
    #[graphql(default_with = "Some(false)")]
    abandon: Option<bool>,
}

/// Input of `previewJob`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct PreviewJobInput {
    /// What to preview.
    pub(super) target: PreviewTargetInput,
    /// Unique key of this intent, at most 128 characters. Reuse it only to retry; kept 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// Exactly one target of a preview.
#[derive(Debug, Clone, OneofObject)]
pub(in crate::graphql) enum PreviewTargetInput {
    /// Existing job, pending destinations included.
    JobId(ID),
    /// Job that does not exist yet.
    Draft(JobDraftInput),
}

/// Job that does not exist yet.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct JobDraftInput {
    /// Address of the source user.
    pub(super) source_user_email: String,
    /// Personal contact group of the source user.
    pub(super) source_group: ContactGroupRefInput,
    /// Addresses on the primary domain, 1 to 500.
    pub(super) destination_emails: Vec<String>,
    /// What to do if some addresses are invalid.
    #[graphql(default_with = "Some(InvalidDestinationPolicy::RejectAll)")]
    on_invalid: Option<InvalidDestinationPolicy>,
    /// Name of the group to create in destination accounts. Defaults to the name of the source group.
    pub(super) synced_group_name: Option<String>,
}

/// Input of `relinkSourceGroup`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct RelinkSourceGroupInput {
    /// Job to relink.
    pub(super) job_id: ID,
    /// Other personal contact group of the same source user.
    pub(super) source_group: ContactGroupRefInput,
}

/// Input of `approveRun`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ApproveRunInput {
    /// Run to approve.
    pub(super) run_id: ID,
    /// Planned deletions the approver has seen.
    pub(super) expected_deletions: i32,
    /// Comment for the audit log.
    pub(super) comment: Option<String>,
}

/// Input of `rejectRun`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct RejectRunInput {
    /// Run to reject.
    pub(super) run_id: ID,
    /// Comment for the audit log.
    pub(super) comment: Option<String>,
}

/// Input of `cancelRun`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct CancelRunInput {
    /// Run to cancel.
    pub(super) run_id: ID,
}

/// Input of `deleteJob`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct DeleteJobInput {
    /// Job to delete.
    pub(super) job_id: ID,
    /// What becomes of the synced contacts and groups.
    #[graphql(default_with = "Some(SyncedContactsPolicy::Remove)")]
    synced_contacts: Option<SyncedContactsPolicy>,
}

/// Input of `runJob`.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct RunJobInput {
    /// Job to run.
    pub(super) job_id: ID,
    /// Unique key of this intent, at most 128 characters. Reuse it only to retry; kept 24 hours.
    pub(super) idempotency_key: Option<String>,
}

impl CreateJobInput {
    pub(super) fn on_invalid(&self) -> domain::InvalidDestinationPolicy {
        self.on_invalid.map_or(domain::InvalidDestinationPolicy::RejectAll, Into::into)
    }

    pub(super) fn add_to_my_contacts(&self) -> bool {
        self.add_to_my_contacts.unwrap_or(true)
    }
}

impl JobDraftInput {
    pub(super) fn on_invalid(&self) -> domain::InvalidDestinationPolicy {
        self.on_invalid.map_or(domain::InvalidDestinationPolicy::RejectAll, Into::into)
    }
}

impl RemoveUsersInput {
    pub(super) fn abandon(&self) -> bool {
        self.abandon.unwrap_or(false)
    }
}

impl AddUsersInput {
    pub(super) fn on_invalid(&self) -> domain::InvalidDestinationPolicy {
        self.on_invalid.map_or(domain::InvalidDestinationPolicy::RejectAll, Into::into)
    }
}

impl DeleteJobInput {
    pub(super) fn synced_contacts(&self) -> domain::SyncedContactsPolicy {
        self.synced_contacts.map_or(domain::SyncedContactsPolicy::Remove, Into::into)
    }
}
