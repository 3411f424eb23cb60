//! `Workspace`: what this server manages.

use async_graphql::{Context, Object};

use super::DeletionGuard;
use super::connection::int;
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::store::{JobFilter, RunFilter};

/// Google Workspace this server manages.
pub(in crate::graphql) struct Workspace(pub(in crate::graphql) domain::Workspace);

/// Google Workspace this server manages.
#[Object]
impl Workspace {
    /// Domain whose users may be destinations.
    async fn primary_domain(&self) -> &str {
        &self.0.primary_domain
    }

    /// Indicates this is the built-in sandbox, not a Workspace at Google.
    async fn is_sandbox(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(ctx.options()?.is_sandbox)
    }

    /// Jobs in all states.
    async fn job_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(int(ctx.store()?.count_jobs(&JobFilter::default()).await?))
    }

    /// Deletion guard of jobs that set none.
    async fn default_deletion_guard(&self, ctx: &Context<'_>) -> Result<DeletionGuard, ApiError> {
        Ok(DeletionGuard(ctx.options()?.default_guard))
    }

    /// Held runs that wait for an ADMIN.
    async fn held_run_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let held = RunFilter { statuses: Some(vec![domain::RunStatus::Held]), ..RunFilter::default() };
        Ok(int(ctx.store()?.count_runs(&held).await?))
    }
}
