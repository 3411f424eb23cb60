//! `JobSource` and `SourceHealth`: where the contacts of a job come from.

use async_graphql::{Context, Enum, Object, SimpleObject};

use super::{ContactGroup, WorkspaceUser};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::scalars::{DateTime, EmailAddress};

/// Source of a job.
pub(in crate::graphql) struct JobSource(pub(in crate::graphql) domain::Source);

/// Source of a job.
#[Object]
impl JobSource {
    /// Source user. Null when deleted.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<WorkspaceUser>, ApiError> {
        let user = ctx.loaders()?.user(self.0.user).await?;
        Ok(user.filter(|user| !user.is_deleted).map(WorkspaceUser))
    }

    /// Last known address of the source user.
    async fn email(&self) -> EmailAddress {
        self.0.email.clone().into()
    }

    /// Contact group. Null when missing.
    async fn group(&self, ctx: &Context<'_>) -> Result<Option<ContactGroup>, ApiError> {
        match self.0.health.status {
            domain::SourceHealthStatus::GroupMissing | domain::SourceHealthStatus::UserDeleted => Ok(None),
            domain::SourceHealthStatus::Ok
            | domain::SourceHealthStatus::GroupEmpty
            | domain::SourceHealthStatus::UserSuspended
            | domain::SourceHealthStatus::UserNotOnPrimaryDomain
            | domain::SourceHealthStatus::AccessDenied
            | domain::SourceHealthStatus::Unknown => {
                Ok(ctx.loaders()?.contact_group(self.0.group_id).await?.map(ContactGroup))
            }
        }
    }

    /// Last known name of the group.
    async fn group_name(&self) -> &str {
        &self.0.group_name
    }

    /// Health of the source.
    async fn health(&self) -> SourceHealth {
        self.0.health.into()
    }
}

/// Health of a source.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SourceHealth {
    /// Status found by the last check.
    status: SourceHealthStatus,
    /// Indicates runs fail, writing nothing, until this is repaired.
    blocks_runs: bool,
    /// Timestamp since which the status holds.
    since: DateTime,
    /// Timestamp of the last check.
    checked_at: DateTime,
}

impl From<domain::SourceHealth> for SourceHealth {
    fn from(health: domain::SourceHealth) -> Self {
        Self {
            status: health.status.into(),
            blocks_runs: health.status.blocks_runs(),
            since: health.since.into(),
            checked_at: health.checked_at.into(),
        }
    }
}

/// Health of a source. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::SourceHealthStatus")]
pub(in crate::graphql) enum SourceHealthStatus {
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
