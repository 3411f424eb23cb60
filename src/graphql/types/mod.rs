//! Types of the schema, one file each: domain values with the fields that clients see.

mod actor;
mod connection;
mod contact_group;
mod counts;
mod destination;
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

pub(super) use actor::Actor;
pub(super) use connection::{
    DestinationConnection, JobConnection, RunConnection, RunDestinationResultConnection, RunEventConnection,
    SyncedGroupConnection, WorkspaceUserConnection,
};
pub(super) use contact_group::ContactGroup;
pub(super) use counts::{ContactCounts, DestinationStatusCounts};
pub(super) use destination::{Destination, DestinationStatus};
pub(super) use job::{Job, JobStatus};
pub(super) use node::Node;
pub(super) use payload::{
    AddUsersPayload, CreateJobPayload, DeleteJobPayload, DestinationInputResult, DestinationInputSummary,
    MutationPayload, PauseJobPayload, RemoveUsersPayload, ResumeJobPayload, RunJobPayload, UpdateJobPayload,
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
