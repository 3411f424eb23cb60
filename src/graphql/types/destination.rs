//! `Destination`: a user who receives the contacts of a job.

use async_graphql::{Context, Enum, ID, Object};

use super::{Actor, Job, RunDestinationResult, SyncedGroup, WorkspaceUser};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::scalars::{DateTime, EmailAddress};

/// User who receives the contacts of a job.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct Destination(pub(in crate::graphql) domain::Destination);

/// Statuses of a destination. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::DestinationStatus")]
pub(in crate::graphql) enum DestinationStatus {
    /// Added, waits for the next run.
    Pending,
    /// Last run succeeded.
    Synced,
    /// Last run failed here; the next one tries again.
    Failing,
    /// Its contacts and group are being removed.
    Removing,
}

impl Destination {
    async fn owner(&self, ctx: &Context<'_>) -> Result<domain::Job, ApiError> {
        // A destination is deleted with its job, so its absence is a race with that and not the caller's doing.
        let job = ctx.loaders()?.job(self.0.job).await?;
        job.ok_or_else(|| ApiError::internal("a destination without its job"))
    }
}

/// User who receives the contacts of a job.
#[Object]
impl Destination {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Job of the destination.
    async fn job(&self, ctx: &Context<'_>) -> Result<Job, ApiError> {
        self.owner(ctx).await.map(Job)
    }

    /// Address of the destination user.
    async fn email(&self) -> EmailAddress {
        self.0.email.clone().into()
    }

    /// Destination user. Null when deleted.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<WorkspaceUser>, ApiError> {
        let user = ctx.loaders()?.user(self.0.user).await?;
        Ok(user.filter(|user| !user.is_deleted).map(WorkspaceUser))
    }

    /// Status of the destination.
    async fn status(&self) -> DestinationStatus {
        self.0.status.into()
    }

    /// Timestamp of the run that will first include it: the next daily run. Null unless PENDING, or when the job is paused.
    async fn pending_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        if self.0.status != domain::DestinationStatus::Pending {
            return Ok(None);
        }
        // In a run already: the first run of a job, or one that was asked for. There is no later one to wait for.
        let in_hand = ctx.loaders()?.last_result(self.0.id).await?;
        if in_hand.is_some_and(|result| !result.status.is_finished()) {
            return Ok(None);
        }
        Ok(self.owner(ctx).await?.next_run_at.map(DateTime))
    }

    /// Group the sync created in the account. Null until it is created.
    async fn synced_group(&self, ctx: &Context<'_>) -> Result<Option<SyncedGroup>, ApiError> {
        Ok(ctx.loaders()?.synced_group_of(self.0.id).await?.map(SyncedGroup))
    }

    /// Result in the last run that included it. Null before that.
    async fn last_result(&self, ctx: &Context<'_>) -> Result<Option<RunDestinationResult>, ApiError> {
        Ok(ctx.loaders()?.last_result(self.0.id).await?.map(RunDestinationResult))
    }

    /// Timestamp of the last success. Null before the first one.
    async fn last_success_at(&self) -> Option<DateTime> {
        self.0.last_success_at.map(DateTime)
    }

    /// Failures since the last success.
    async fn consecutive_failures(&self) -> i32 {
        self.0.consecutive_failures
    }

    /// Timestamp of the next attempt. Null while none is planned.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at.map(DateTime)
    }

    /// Timestamp of the addition.
    async fn added_at(&self) -> DateTime {
        self.0.added_at.into()
    }

    /// Who added the user.
    async fn added_by(&self) -> Actor {
        Actor(self.0.added_by.clone())
    }
}
