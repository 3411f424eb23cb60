//! The words of the product: ids, users, jobs, destinations, runs, contacts, errors.
//!
//! Pure: no I/O, no `async`, no database and no GraphQL. Every other room may use this one; it uses none.
//! To add a stored value, start here and let the compiler lead you to `store` and `graphql`.

mod activity;
mod actor;
mod audit;
mod change;
mod clock;
mod contact;
mod destination;
mod email;
mod event;
mod guard;
mod ids;
mod job;
mod judge;
mod name_key;
mod person;
mod record;
mod refusal;
mod run;
mod schedule;
mod tag;
mod user;

pub use activity::{Activity, ActivityKind};
pub use actor::{Actor, Role, Viewer};
pub use audit::{AuditAction, AuditChange, AuditEntry, Caller};
pub use change::{ChangeAction, ContactChange, display_name};
pub use clock::{Clock, Time};
pub use contact::{Content, Field, MY_CONTACTS, ResourceName};
pub use destination::{Destination, DestinationStatus, StatusCounts, SyncedGroup};
pub use email::{EmailAddress, MalformedAddress};
pub use event::{Event, EventKind};
pub use guard::{DeletionGuard, Hold, HoldDecision, HoldReason, PlannedDeletions, hold_reason};
pub use ids::{AuditId, ContactGroupId, DestinationId, IdError, JobId, ResultId, RunId, SyncedGroupId, UserId, WorkId};
pub use job::{ContactGroup, Job, JobStatus, Source, SourceHealth, SourceHealthStatus, SyncedContactsPolicy};
pub use judge::{InvalidDestinationPolicy, Present, Surroundings, Verdict, judge, refusal, rows};
pub use name_key::name_key;
pub use person::{Change, CompleteRead, Etags, Person, SyncToken};
pub use record::{Fingerprint, Intent, Link, Links, Mirror, MirrorEntry};
pub use refusal::{InvalidDestinationReason, Outcome, Refusal, RefusalCode, Row, Summary, quoted};
pub use run::{
    Counts, DestinationResult, Draft, ResultStatus, Run, RunError, RunErrorCode, RunKind, RunStatus, Trigger,
};
pub use schedule::{DailySchedule, ScheduleError, Slot};
pub use tag::{ContactNumber, GSYNC, GSYNC_NONCE, GSyncTag, JobNumber, Nonce};
pub use user::{DirectoryUser, Workspace, WorkspaceUser};
