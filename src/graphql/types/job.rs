//! `Job`: what is synced from whom to whom.

use async_graphql::{Context, Enum, ID, Object};

use super::{
    Actor, DeletionGuard, DestinationConnection, DestinationStatusCounts, JobSource, Run, RunConnection, Schedule,
};
use crate::domain::{self, Role};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::{DestinationFilter, DestinationOrder, RunFilter};
use crate::graphql::limits::page_cost;
use crate::graphql::page::PAGE;
use crate::graphql::scalars::DateTime;

/// One-way sync of one personal contact group of a source user to destination users.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct Job(pub(in crate::graphql) domain::Job);

/// Statuses of a job. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::JobStatus")]
pub(in crate::graphql) enum JobStatus {
    /// Runs daily.
    Active,
    /// Skips daily runs.
    Paused,
    /// Removes its data from the accounts.
    Deleting,
}

/// Actions on a job. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum JobAction {
    /// `updateJob`.
    Update,
    /// `updateJob` with `deletionGuard`.
    UpdateDeletionGuard,
    /// `deleteJob`.
    Delete,
    /// `addUsers`.
    AddUsers,
    /// `removeUsers`.
    RemoveUsers,
    /// `removeUsers` with `abandon`.
    AbandonUsers,
    /// `runJob`.
    Run,
    /// `previewJob`.
    Preview,
    /// `pauseJob`.
    Pause,
    /// `resumeJob`.
    Resume,
}

/// One-way sync of one personal contact group of a source user to destination users. Edits made at a destination are
/// overwritten, additions are kept.
#[Object]
impl Job {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Name of the job, by default the name of the group.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Status of the job.
    async fn status(&self) -> JobStatus {
        self.0.status.into()
    }

    /// Notes on the job. Empty when there are none.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Source of the job, with its health.
    async fn source(&self) -> JobSource {
        JobSource(self.0.source.clone())
    }

    /// Name of the group created in destination accounts. Follows the source group's name unless one was given.
    async fn synced_group_name(&self) -> &str {
        self.0.synced_group_name()
    }

    /// Indicates synced contacts also join the system group My Contacts.
    async fn add_to_my_contacts(&self) -> bool {
        self.0.add_to_my_contacts
    }

    /// Daily schedule of the job.
    async fn schedule(&self) -> Schedule {
        (&self.0).into()
    }

    /// Guard against mass deletion.
    async fn deletion_guard(&self, ctx: &Context<'_>) -> Result<DeletionGuard, ApiError> {
        Ok(DeletionGuard(self.0.guard.unwrap_or(ctx.options()?.default_guard)))
    }

    /// Actions the caller's role and the job's state allow now.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> Result<Vec<JobAction>, ApiError> {
        let role = ctx.viewer()?.role;
        if role < Role::Operator {
            return Ok(Vec::new());
        }
        if self.0.status == domain::JobStatus::Deleting {
            return Ok(if role >= Role::Admin { vec![JobAction::AbandonUsers] } else { Vec::new() });
        }
        let loaders = ctx.loaders()?;
        let counts = loaders.status_counts(self.0.id).await?;
        let has_destination = counts.pending + counts.synced + counts.failing > 0;
        let is_running = loaders.active_run(self.0.id).await?.is_some_and(|run| run.kind == domain::RunKind::Sync);
        let may_run = self.0.status == domain::JobStatus::Active && has_destination && !is_running;
        Ok([
            (JobAction::Update, true),
            (JobAction::UpdateDeletionGuard, role >= Role::Admin),
            (JobAction::Delete, role >= Role::Admin),
            (JobAction::AddUsers, true),
            (JobAction::RemoveUsers, true),
            (JobAction::AbandonUsers, role >= Role::Admin),
            (JobAction::Run, may_run),
            (JobAction::Preview, has_destination),
            (JobAction::Pause, self.0.status == domain::JobStatus::Active),
            (JobAction::Resume, self.0.status == domain::JobStatus::Paused),
        ]
        .into_iter()
        .filter_map(|(action, is_allowed)| is_allowed.then_some(action))
        .collect())
    }

    /// Number that stands first in the 'gSync' tag of every contact synced by this job.
    async fn g_sync_number(&self) -> String {
        self.0.number.to_string()
    }

    /// Destinations per status.
    async fn destination_statuses(&self, ctx: &Context<'_>) -> Result<DestinationStatusCounts, ApiError> {
        Ok(ctx.loaders()?.status_counts(self.0.id).await?.into())
    }

    /// Destinations of the job.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn destinations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects destinations.")] filter: Option<DestinationFilter>,
        #[graphql(desc = "Order of the destinations.", default_with = "Some(DestinationOrder::default())")]
        order_by: Option<DestinationOrder>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<DestinationConnection, ApiError> {
        DestinationConnection::of_job(ctx, self.0.id, filter, order_by, first, after).await
    }

    /// History of the job.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects runs.")] filter: Option<RunFilter>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<RunConnection, ApiError> {
        RunConnection::of_job(ctx, self.0.id, filter, first, after).await
    }

    /// Unfinished run. Null when the job is idle.
    async fn active_run(&self, ctx: &Context<'_>) -> Result<Option<Run>, ApiError> {
        Ok(ctx.loaders()?.active_run(self.0.id).await?.map(Run))
    }

    /// Last finished run that is no preview. Null before the first one ends.
    async fn last_run(&self, ctx: &Context<'_>) -> Result<Option<Run>, ApiError> {
        Ok(ctx.loaders()?.last_run(self.0.id).await?.map(Run))
    }

    /// Number that grows with each change of the job, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Timestamp of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who created the job.
    async fn created_by(&self) -> Actor {
        Actor(self.0.created_by.clone())
    }

    /// Timestamp of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}
