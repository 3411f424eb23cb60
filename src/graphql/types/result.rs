//! `RunDestinationResult`: what a run did at one destination.

use async_graphql::{Context, Enum, ID, Object};

use super::{ContactChangeConnection, ContactCounts, Destination, Run, RunError};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::ContactChangeFilter;
use crate::graphql::limits::page_cost;
use crate::graphql::page::PAGE;
use crate::graphql::scalars::EmailAddress;

/// Result of a run at one destination.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct RunDestinationResult(pub(in crate::graphql) domain::DestinationResult);

/// Status at one destination. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ResultStatus")]
pub(in crate::graphql) enum RunDestinationStatus {
    /// Not begun.
    Waiting,
    /// In hand.
    Running,
    /// All contacts are right.
    Succeeded,
    /// See `error`.
    Failed,
    /// Not attempted: the run ended first.
    Skipped,
}

/// Result of a run at one destination.
#[Object]
impl RunDestinationResult {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Address at the time of the run.
    async fn email(&self) -> EmailAddress {
        self.0.email.clone().into()
    }

    /// Destination. Null once removed.
    async fn destination(&self, ctx: &Context<'_>) -> Result<Option<Destination>, ApiError> {
        match self.0.destination {
            Some(destination) => Ok(ctx.loaders()?.destination(destination).await?.map(Destination)),
            None => Ok(None),
        }
    }

    /// Run of the result.
    async fn run(&self, ctx: &Context<'_>) -> Result<Run, ApiError> {
        let run = ctx.loaders()?.run(self.0.run).await?;
        run.map(Run).ok_or_else(|| ApiError::internal("a result without its run"))
    }

    /// Status at this destination.
    async fn status(&self) -> RunDestinationStatus {
        self.0.status.into()
    }

    /// Contacts at this destination.
    async fn counts(&self) -> ContactCounts {
        self.0.counts.into()
    }

    /// Error at this destination. Null when none.
    async fn error(&self) -> Option<RunError> {
        self.0.error.clone().map(RunError)
    }

    /// Deletions planned here by the last plan.
    async fn planned_deletions(&self) -> i32 {
        self.0.planned_deletions
    }

    /// Changes to contacts, made or previewed. Names only, kept 30 days.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects changes.")] filter: Option<ContactChangeFilter>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<ContactChangeConnection, ApiError> {
        ContactChangeConnection::of_result(ctx, self.0.id, filter, first, after).await
    }
}
