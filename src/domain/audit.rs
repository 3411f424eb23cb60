//! The audit log: who did what, from where, and what it changed.

use std::net::IpAddr;

use super::{Actor, AuditId, Time};

/// Who asks for a change, and in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Id of the request, as the answer and the log show it.
    pub request_id: String,
    /// Where the request came from. `None` for what the server does by itself.
    pub ip: Option<IpAddr>,
}

impl Caller {
    /// The daily schedule, acting for `what`.
    #[must_use]
    pub fn scheduler(what: &impl ToString) -> Self {
        Self { actor: Actor::Scheduler, request_id: what.to_string(), ip: None }
    }

    /// The server, acting for `what`.
    #[must_use]
    pub fn system(what: &impl ToString) -> Self {
        Self { actor: Actor::System, request_id: what.to_string(), ip: None }
    }
}

/// Entry of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Our id.
    pub id: AuditId,
    /// When it was done.
    pub at: Time,
    /// What was done.
    pub action: AuditAction,
    /// Who did it.
    pub actor: Actor,
    /// Id of the object concerned, in the API's form. `None` when there is none.
    pub subject: Option<String>,
    /// Name of the object at the time.
    pub subject_label: String,
    /// Values before and after.
    pub changes: Vec<AuditChange>,
    /// Request of the action.
    pub request_id: String,
    /// Address of the caller.
    pub ip: Option<String>,
}

/// Change of one field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AuditChange {
    /// Name of the field, as in the API.
    pub field: String,
    /// Value before. `None` when there was none.
    pub before: Option<String>,
    /// Value after. `None` when there is none.
    pub after: Option<String>,
}

impl AuditChange {
    /// A change of `field`. `None` when both values are the same.
    #[must_use]
    pub fn of(field: &str, before: Option<String>, after: Option<String>) -> Option<Self> {
        (before != after).then(|| Self { field: field.to_owned(), before, after })
    }

    /// A value that something was made or asked for with.
    #[must_use]
    pub fn with(field: &str, value: impl ToString) -> Self {
        Self { field: field.to_owned(), before: None, after: Some(value.to_string()) }
    }
}

/// What the audit log knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL enum AuditAction, where clients read them")]
pub enum AuditAction {
    JobCreate,
    JobUpdate,
    JobDelete,
    JobPause,
    JobResume,
    UsersAdd,
    UsersRemove,
    JobRelink,
    RunStart,
    RunPreview,
    RunApprove,
    RunReject,
    RunCancel,
    RunFinish,
    AccessDenied,
}
