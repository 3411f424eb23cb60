//! Activity: thin signals about jobs and their runs, for dashboards.

use super::{JobId, RunId, Time};

/// Something that happened to a job or its runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Place in the order of all activities.
    pub sequence: i64,
    /// What happened.
    pub kind: ActivityKind,
    /// When.
    pub at: Time,
    /// Job concerned.
    pub job: JobId,
    /// Run concerned. `None` when it is about the job alone.
    pub run: Option<RunId>,
}

/// Kinds of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL enum JobActivityKind, where clients read them")]
pub enum ActivityKind {
    JobCreated,
    JobUpdated,
    JobDeleted,
    DestinationsChanged,
    SourceHealthChanged,
    RunQueued,
    RunStarted,
    RunHeld,
    RunFinished,
}
