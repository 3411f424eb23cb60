//! `JobActivityEvent`: a thin signal that something has happened to a job or its runs.

use async_graphql::{Context, Enum, ID, Object};

use super::{Job, Run};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::page::activity_cursor;
use crate::graphql::scalars::DateTime;

/// Kinds of activity. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ActivityKind")]
pub(in crate::graphql) enum JobActivityKind {
    /// Job was created.
    JobCreated,
    /// Job was changed, paused or resumed.
    JobUpdated,
    /// Job was deleted.
    JobDeleted,
    /// Destinations were added or removed.
    DestinationsChanged,
    /// Health of the source changed.
    SourceHealthChanged,
    /// Run was queued.
    RunQueued,
    /// Run started.
    RunStarted,
    /// Run is held.
    RunHeld,
    /// Run finished.
    RunFinished,
}

/// Something that happened to a job or its runs.
pub(in crate::graphql) struct JobActivityEvent(pub(in crate::graphql) domain::Activity);

/// Something that happened to a job or its runs.
#[Object]
impl JobActivityEvent {
    /// Cursor for `after`. Kept 30 days.
    async fn cursor(&self) -> String {
        activity_cursor(self.0.sequence)
    }

    /// Kind of change.
    async fn kind(&self) -> JobActivityKind {
        self.0.kind.into()
    }

    /// Timestamp of the change.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// ID of the job.
    async fn job_id(&self) -> ID {
        self.0.job.to_string().into()
    }

    /// ID of the run. Null when no run is concerned.
    async fn run_id(&self) -> Option<ID> {
        self.0.run.map(|run| run.to_string().into())
    }

    /// Job as it is now. Null once deleted.
    async fn job(&self, ctx: &Context<'_>) -> Result<Option<Job>, ApiError> {
        Ok(ctx.loaders()?.job(self.0.job).await?.map(Job))
    }

    /// Run as it is now. Null when no run is concerned.
    async fn run(&self, ctx: &Context<'_>) -> Result<Option<Run>, ApiError> {
        match self.0.run {
            Some(run) => Ok(ctx.loaders()?.run(run).await?.map(Run)),
            None => Ok(None),
        }
    }
}
