//! Payloads of mutations: what changed, and what the caller can correct.

use async_graphql::{Context, Enum, ID, Interface, Object, SimpleObject};

use super::{Destination, InvalidDestinationReason, Job, Run, UserError};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;

/// Payload of any mutation.
#[derive(Interface)]
#[graphql(field(
    name = "user_errors",
    ty = "&Vec<UserError>",
    desc = "Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field."
))]
pub(in crate::graphql) enum MutationPayload {
    /// Of `createJob`.
    CreateJob(CreateJobPayload),
    /// Of `addUsers`.
    AddUsers(AddUsersPayload),
    /// Of `removeUsers`.
    RemoveUsers(RemoveUsersPayload),
    /// Of `deleteJob`.
    DeleteJob(DeleteJobPayload),
    /// Of `runJob`.
    RunJob(RunJobPayload),
    /// Of `updateJob`.
    UpdateJob(UpdateJobPayload),
    /// Of `pauseJob`.
    PauseJob(PauseJobPayload),
    /// Of `resumeJob`.
    ResumeJob(ResumeJobPayload),
    /// Of `previewJob`.
    PreviewJob(PreviewJobPayload),
    /// Of `relinkSourceGroup`.
    RelinkSourceGroup(RelinkSourceGroupPayload),
    /// Of `approveRun`.
    ApproveRun(ApproveRunPayload),
    /// Of `rejectRun`.
    RejectRun(RejectRunPayload),
    /// Of `cancelRun`.
    CancelRun(CancelRunPayload),
}

/// Payload of `previewJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PreviewJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Queued run of kind PREVIEW. Null when refused.
    pub(in crate::graphql) run: Option<Run>,
    /// Result per input address of a draft, in input order; empty for a job.
    pub(in crate::graphql) results: Vec<DestinationInputResult>,
    /// Indicates this repeats the answer to an earlier call with the same key.
    pub(in crate::graphql) is_replay: bool,
}

/// Payload of `relinkSourceGroup`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RelinkSourceGroupPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Job as it now is. Null when not found.
    pub(in crate::graphql) job: Option<Job>,
    /// Queued run, to be held. Null when refused, or when the job has no destinations.
    pub(in crate::graphql) run: Option<Run>,
}

/// Payload of `approveRun`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ApproveRunPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Run as it now is. Null when not found.
    pub(in crate::graphql) run: Option<Run>,
}

/// Payload of `rejectRun`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RejectRunPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Run as it now is. Null when not found.
    pub(in crate::graphql) run: Option<Run>,
}

/// Payload of `cancelRun`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CancelRunPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Run as it now is. Null when not found.
    pub(in crate::graphql) run: Option<Run>,
}

/// Payload of `createJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CreateJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Created job. Null when refused.
    pub(in crate::graphql) job: Option<Job>,
    /// First run, already queued. Null when refused.
    pub(in crate::graphql) run: Option<Run>,
    /// Totals of the call.
    pub(in crate::graphql) summary: DestinationInputSummary,
    /// Result per input address, in input order.
    pub(in crate::graphql) results: Vec<DestinationInputResult>,
    /// Indicates this repeats the answer to an earlier call with the same key.
    pub(in crate::graphql) is_replay: bool,
}

/// Payload of `addUsers`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct AddUsersPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Job as it now is. Null when not found.
    pub(in crate::graphql) job: Option<Job>,
    /// Totals of the call.
    pub(in crate::graphql) summary: DestinationInputSummary,
    /// Result per input address, in input order.
    pub(in crate::graphql) results: Vec<DestinationInputResult>,
}

/// Payload of `removeUsers`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RemoveUsersPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Job as it now is. Null when not found.
    pub(in crate::graphql) job: Option<Job>,
    /// Run that cleans the accounts. Null when there was nothing to remove.
    pub(in crate::graphql) run: Option<Run>,
    /// Totals of the call.
    pub(in crate::graphql) summary: DestinationInputSummary,
    /// Result per input address, in input order.
    pub(in crate::graphql) results: Vec<DestinationInputResult>,
}

/// Payload of `deleteJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct DeleteJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// ID of the deleted job. Null when refused.
    pub(in crate::graphql) deleted_job_id: Option<ID>,
    /// Run that cleans the accounts. Null when refused.
    pub(in crate::graphql) run: Option<Run>,
}

/// Payload of `runJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Queued run. Null when refused.
    pub(in crate::graphql) run: Option<Run>,
    /// Indicates this repeats the answer to an earlier call with the same key.
    pub(in crate::graphql) is_replay: bool,
}

/// Payload of `updateJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct UpdateJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Job as it now is. Null when not found.
    pub(in crate::graphql) job: Option<Job>,
}

/// Payload of `pauseJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PauseJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Job as it now is. Null when not found.
    pub(in crate::graphql) job: Option<Job>,
}

/// Payload of `resumeJob`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ResumeJobPayload {
    /// Problems the caller can correct, in input order. Empty when everything was accepted. Always select this field.
    pub(in crate::graphql) user_errors: Vec<UserError>,
    /// Job as it now is. Null when not found.
    pub(in crate::graphql) job: Option<Job>,
}

/// Result for one input address.
pub(in crate::graphql) struct DestinationInputResult(pub(in crate::graphql) domain::Row);

/// Outcomes for one address. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum DestinationInputOutcome {
    /// Now a PENDING destination, or part of the first run.
    Added,
    /// Was a destination already.
    AlreadyPresent,
    /// Now REMOVING.
    Removed,
    /// Was no destination.
    NotPresent,
    /// Same as an earlier row.
    DuplicateInRequest,
    /// See the user error with this index.
    Invalid,
    /// Valid, but the list was refused.
    NotAttempted,
}

/// Result for one input address.
#[Object]
impl DestinationInputResult {
    /// Index in the input list.
    async fn index(&self) -> i32 {
        i32::try_from(self.0.index).unwrap_or(i32::MAX)
    }

    /// Address as it was sent.
    async fn email(&self) -> &str {
        &self.0.sent
    }

    /// What happened to the address.
    async fn outcome(&self) -> DestinationInputOutcome {
        match self.0.outcome {
            domain::Outcome::Added => DestinationInputOutcome::Added,
            domain::Outcome::AlreadyPresent => DestinationInputOutcome::AlreadyPresent,
            domain::Outcome::Removed => DestinationInputOutcome::Removed,
            domain::Outcome::NotPresent => DestinationInputOutcome::NotPresent,
            domain::Outcome::DuplicateInRequest => DestinationInputOutcome::DuplicateInRequest,
            domain::Outcome::Invalid(_) => DestinationInputOutcome::Invalid,
            domain::Outcome::NotAttempted => DestinationInputOutcome::NotAttempted,
        }
    }

    /// Destination concerned. Null for invalid or unknown addresses.
    async fn destination(&self, ctx: &Context<'_>) -> Result<Option<Destination>, ApiError> {
        match self.0.destination {
            Some(destination) => Ok(ctx.loaders()?.destination(destination).await?.map(Destination)),
            None => Ok(None),
        }
    }

    /// Reason, with INVALID only.
    async fn reason(&self) -> Option<InvalidDestinationReason> {
        match self.0.outcome {
            domain::Outcome::Invalid(reason) => Some(reason.into()),
            _ => None,
        }
    }
}

/// Totals of a list of addresses.
#[derive(SimpleObject)]
pub(in crate::graphql) struct DestinationInputSummary {
    /// Rows sent.
    requested: i32,
    /// Rows ADDED.
    added: i32,
    /// Rows REMOVED.
    removed: i32,
    /// Rows ALREADY_PRESENT, NOT_PRESENT or DUPLICATE_IN_REQUEST.
    unchanged: i32,
    /// Rows INVALID.
    invalid: i32,
    /// Rows NOT_ATTEMPTED.
    not_attempted: i32,
}

impl From<domain::Summary> for DestinationInputSummary {
    fn from(summary: domain::Summary) -> Self {
        let domain::Summary { requested, added, removed, unchanged, invalid, not_attempted } = summary;
        Self { requested, added, removed, unchanged, invalid, not_attempted }
    }
}
