//! `AuditEntry`: who did what, from where, and what it changed.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::{Actor, Node};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::scalars::DateTime;

/// Actions in the audit log. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::AuditAction")]
pub(in crate::graphql) enum AuditAction {
    /// Job created.
    JobCreate,
    /// Job changed.
    JobUpdate,
    /// Job deleted.
    JobDelete,
    /// Job paused.
    JobPause,
    /// Job resumed.
    JobResume,
    /// Users added.
    UsersAdd,
    /// Users removed.
    UsersRemove,
    /// Source group relinked.
    JobRelink,
    /// Run requested.
    RunStart,
    /// Preview requested.
    RunPreview,
    /// Held run approved.
    RunApprove,
    /// Held run rejected.
    RunReject,
    /// Run canceled.
    RunCancel,
    /// Run finished.
    RunFinish,
    /// Request refused for its role.
    AccessDenied,
}

/// Entry of the audit log.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct AuditEntry(pub(in crate::graphql) domain::AuditEntry);

/// Change of one field.
#[derive(SimpleObject)]
pub(in crate::graphql) struct AuditChange {
    /// Name of the field.
    field: String,
    /// Value before. Null when there was none.
    before: Option<String>,
    /// Value after. Null when there is none.
    after: Option<String>,
}

/// Entry of the audit log.
#[Object]
impl AuditEntry {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Timestamp of the action.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.0.action.into()
    }

    /// Who did it.
    async fn actor(&self) -> Actor {
        Actor(self.0.actor.clone())
    }

    /// Object concerned. Null once deleted, and when no object is concerned.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>, ApiError> {
        match &self.0.subject {
            Some(id) => Box::pin(Node::find(ctx, id)).await,
            None => Ok(None),
        }
    }

    /// Name of the object at the time; of a refused request, the field that was refused.
    async fn subject_label(&self) -> &str {
        &self.0.subject_label
    }

    /// Values before and after.
    async fn changes(&self) -> Vec<AuditChange> {
        let change = |change: &domain::AuditChange| AuditChange {
            field: change.field.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        };
        self.0.changes.iter().map(change).collect()
    }

    /// Request of the action, as in `extensions.requestId`. What the server does by itself carries the ID of its run.
    async fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// IP address of the caller. Null for what the server does by itself.
    async fn ip_address(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }
}
