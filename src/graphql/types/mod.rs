//! Types of the schema, one file each: domain values with the fields that clients see.

mod activity;
mod actor;
mod audit;
mod connection;
mod contact;
mod contact_group;
mod counts;
mod destination;
mod hold;
mod job;
mod node;
mod payload;
mod rate_limit;
mod result;
mod run;
mod run_error;
mod run_event;
mod schedule;
mod source;
mod synced_group;
mod user;
mod user_error;
mod viewer;
mod workspace;

pub(super) use activity::JobActivityEvent;
pub(super) use actor::Actor;
pub(super) use audit::{AuditAction, AuditEntry};
pub(super) use connection::{
    AuditEntryConnection, ContactChangeConnection, DestinationConnection, JobConnection, RunConnection,
    RunDestinationResultConnection, RunEventConnection, SyncedGroupConnection, SyncedGroupContactConnection,
    WorkspaceUserConnection,
};
pub(super) use contact::{ContactChange, ContactChangeAction, SyncedGroupContact};
pub(super) use contact_group::ContactGroup;
pub(super) use counts::{ContactCounts, DestinationStatusCounts};
pub(super) use destination::{Destination, DestinationStatus};
pub(super) use hold::{DeletionGuard, HoldDecision, HoldReason, RunHold};
pub(super) use job::{Job, JobStatus};
pub(super) use node::Node;
pub(super) use payload::{
    AddUsersPayload, ApproveRunPayload, CancelRunPayload, CreateJobPayload, DeleteJobPayload, DestinationInputResult,
    DestinationInputSummary, MutationPayload, PauseJobPayload, PreviewJobPayload, RejectRunPayload,
    RelinkSourceGroupPayload, RemoveUsersPayload, ResumeJobPayload, RunJobPayload, UpdateJobPayload,
};
pub(super) use rate_limit::RateLimit;
pub(super) use result::{RunDestinationResult, RunDestinationStatus};
pub(super) use run::{Run, RunKind, RunStatus, RunTrigger};
pub(super) use run_error::RunError;
pub(super) use run_event::RunEventEdge;
pub(super) use schedule::Schedule;
pub(super) use source::{JobSource, SourceHealthStatus};
pub(super) use synced_group::SyncedGroup;
pub(super) use user::{InvalidDestinationReason, WorkspaceUser};
pub(super) use user_error::{UserError, UserErrorCode};
pub(super) use viewer::Viewer;
pub(super) use workspace::Workspace;
