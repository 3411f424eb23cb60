//! `Run`: one execution of a job.

use async_graphql::{Context, Enum, ID, Object};

use super::{
    Actor, ContactCounts, HoldReason, Job, RunDestinationResultConnection, RunError, RunEventConnection, RunHold,
};
use crate::domain::{self, Role, Time};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::RunDestinationResultFilter;
use crate::graphql::limits::page_cost;
use crate::graphql::page::{EVENT_PAGE, PAGE};
use crate::graphql::scalars::DateTime;

/// How soon a run that works, or may start at any moment, is worth another look.
const POLL_MS: i32 = 2_000;
/// A run that waits for hours is looked at once a minute: somebody may change that.
const SLOWEST_POLL_MS: i64 = 60_000;

/// One execution: a sync, a preview or a removal.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct Run(pub(in crate::graphql) domain::Run);

/// Kinds of run. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::RunKind")]
pub(in crate::graphql) enum RunKind {
    /// Writes the source to the destinations.
    Sync,
    /// Removes synced contacts and groups.
    Removal,
    /// Leaves synced contacts and groups to their users, without tags.
    Release,
    /// Writes nothing to any account.
    Preview,
}

/// What started a run. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Trigger")]
pub(in crate::graphql) enum RunTrigger {
    /// First run of a job.
    JobCreated,
    /// Daily schedule.
    Schedule,
    /// `runJob`, `previewJob` or `relinkSourceGroup`.
    Manual,
    /// `removeUsers` or `deleteJob`.
    Removal,
}

/// Statuses of a run. Open: rely on `isFinished`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::RunStatus")]
pub(in crate::graphql) enum RunStatus {
    /// Waits for a worker.
    Queued,
    /// Works.
    Running,
    /// Waits for quota or for a repeated attempt; goes on at `resumesAt`.
    Waiting,
    /// Waits for `approveRun` or `rejectRun`. Nothing was written.
    Held,
    /// All destinations succeeded. Final.
    Succeeded,
    /// Some destinations failed. Final.
    PartiallySucceeded,
    /// No destination succeeded. Final.
    Failed,
    /// Hold was rejected. Final.
    Rejected,
    /// Hold was not decided in time. Final.
    Expired,
    /// Stopped by `cancelRun`, or because its job is deleted. Final.
    Canceled,
}

/// Actions on a run. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum RunAction {
    /// `approveRun`.
    Approve,
    /// `rejectRun`.
    Reject,
    /// `cancelRun`.
    Cancel,
}

fn allowed_actions(run: &domain::Run, role: Role) -> Vec<RunAction> {
    let decides = run.status == domain::RunStatus::Held && role >= Role::Admin;
    let is_removal = matches!(run.kind, domain::RunKind::Removal | domain::RunKind::Release);
    let cancels = !run.status.is_finished() && !is_removal && role >= Role::Operator;
    [(RunAction::Approve, decides), (RunAction::Reject, decides), (RunAction::Cancel, cancels)]
        .into_iter()
        .filter_map(|(action, is_allowed)| is_allowed.then_some(action))
        .collect()
}

fn next_poll_after(run: &domain::Run, now: Time) -> Option<i32> {
    match (run.status.is_finished(), run.resumes_at) {
        (true, _) => None,
        (false, None) if run.status == domain::RunStatus::Held => i32::try_from(SLOWEST_POLL_MS).ok(),
        (false, None) => Some(POLL_MS),
        (false, Some(resumes_at)) => {
            let wait = (resumes_at - now).num_milliseconds().clamp(i64::from(POLL_MS), SLOWEST_POLL_MS);
            i32::try_from(wait).ok()
        }
    }
}

/// One execution: a sync, a preview or a removal.
#[Object]
impl Run {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Ordinal of the run within its job. Null for the preview of a draft.
    async fn number(&self) -> Option<i32> {
        self.0.number
    }

    /// Job of the run. Null for the preview of a draft, and once the job is deleted.
    async fn job(&self, ctx: &Context<'_>) -> Result<Option<Job>, ApiError> {
        match self.0.job {
            Some(job) => Ok(ctx.loaders()?.job(job).await?.map(Job)),
            None => Ok(None),
        }
    }

    /// Kind of the run.
    async fn kind(&self) -> RunKind {
        self.0.kind.into()
    }

    /// What started the run.
    async fn trigger(&self) -> RunTrigger {
        self.0.trigger.into()
    }

    /// Status of the run.
    async fn status(&self) -> RunStatus {
        self.0.status.into()
    }

    /// Indicates the status is final.
    async fn is_finished(&self) -> bool {
        self.0.status.is_finished()
    }

    /// Timestamp at which a waiting run goes on. Null unless WAITING.
    async fn resumes_at(&self) -> Option<DateTime> {
        self.0.resumes_at.map(DateTime)
    }

    /// Milliseconds a polling client should wait. Null when finished.
    async fn next_poll_after_ms(&self, ctx: &Context<'_>) -> Result<Option<i32>, ApiError> {
        Ok(next_poll_after(&self.0, ctx.clock()?.now()))
    }

    /// Destinations in the run.
    async fn destinations_total(&self) -> i32 {
        self.0.destinations_total
    }

    /// Destinations done, whatever the result.
    async fn destinations_finished(&self) -> i32 {
        self.0.destinations_finished
    }

    /// Contacts over all destinations.
    async fn counts(&self) -> ContactCounts {
        self.0.counts.into()
    }

    /// Hold by the deletion guard. Null when the run was never held.
    async fn hold(&self, ctx: &Context<'_>) -> Result<Option<RunHold>, ApiError> {
        Ok(ctx.loaders()?.hold(self.0.id).await?.map(RunHold))
    }

    /// Why the deletion guard would have held a sync when this preview read the source. Null when it would have gone on, while
    /// the source is unread or cannot be read, and for runs of other kinds. A destination alone that the guard refuses has
    /// the error DELETION_GUARD in its result.
    async fn expected_hold_reason(&self) -> Option<HoldReason> {
        self.0.expected_hold_reason.map(HoldReason::from)
    }

    /// Error that stopped the whole run. Null otherwise; see `results` for single ones.
    async fn error(&self) -> Option<RunError> {
        self.0.error.clone().map(RunError)
    }

    /// Actions the caller's role and the run's status allow now.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> Result<Vec<RunAction>, ApiError> {
        Ok(allowed_actions(&self.0, ctx.viewer()?.role))
    }

    /// Results per destination.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects results.")] filter: Option<RunDestinationResultFilter>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<RunDestinationResultConnection, ApiError> {
        RunDestinationResultConnection::of_run(ctx, self.0.id, filter, first, after).await
    }

    /// Event log of the run: same edges and cursors as the subscription. Kept 30 days.
    #[graphql(complexity = "page_cost(first, EVENT_PAGE, child_complexity)")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 100)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<RunEventConnection, ApiError> {
        RunEventConnection::of_run(ctx, self.0.id, first, after).await
    }

    /// Who or what asked for the run.
    async fn requested_by(&self) -> Actor {
        Actor(self.0.requested_by.clone())
    }

    /// Timestamp of the request.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Timestamp of the start. Null while queued.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    /// Timestamp of the end. Null until then.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}
