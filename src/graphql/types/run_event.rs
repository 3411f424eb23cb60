//! `RunEvent` and its types: frozen facts about a run. No field of an event can fail, so that none can end a stream.

use async_graphql::{ID, Interface, SimpleObject};

use super::{Actor, ContactCounts, HoldDecision, HoldReason, RunDestinationStatus, RunError, RunStatus};
use crate::domain::{self, EventKind};
use crate::graphql::scalars::{DateTime, EmailAddress};

/// Event of a run: a frozen fact. Types may be added at any time.
#[derive(Interface)]
#[graphql(
    field(
        name = "sequence",
        ty = "&i32",
        desc = "Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen."
    ),
    field(name = "at", ty = "&DateTime", desc = "Timestamp of the event."),
    field(name = "run_id", ty = "&ID", desc = "ID of the run."),
    field(name = "status", ty = "&RunStatus", desc = "Status of the run after the event.")
)]
pub(in crate::graphql) enum RunEvent {
    /// Run left the queue.
    Started(RunStarted),
    /// Progress.
    Progressed(RunProgressed),
    /// One destination is done.
    DestinationFinished(RunDestinationFinished),
    /// Run is held.
    Held(RunHeld),
    /// Hold was decided.
    HoldDecided(RunHoldDecided),
    /// Run waits.
    Waiting(RunWaiting),
    /// Run ended.
    Finished(RunFinished),
}

/// Run left the queue.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunStarted {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// Destinations in the run.
    destinations_total: i32,
}

/// Progress, at most once a second, in absolute numbers.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunProgressed {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// Destinations in the run.
    destinations_total: i32,
    /// Destinations done so far.
    destinations_finished: i32,
    /// Contacts so far.
    counts: ContactCounts,
}

/// One destination is done.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunDestinationFinished {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// ID of the RunDestinationResult, for `node`.
    result_id: ID,
    /// Address of the destination.
    email: EmailAddress,
    /// Status at the destination.
    destination_status: RunDestinationStatus,
    /// Contacts at the destination.
    counts: ContactCounts,
    /// Error at the destination. Null when none.
    error: Option<RunError>,
}

/// Deletion guard holds the run. Not final.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunHeld {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// Why the run is held.
    reason: HoldReason,
    /// Deletions the run plans.
    planned_deletions: i32,
    /// Timestamp at which the run expires.
    expires_at: DateTime,
}

/// Hold was decided.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunHoldDecided {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// Decision.
    decision: HoldDecision,
    /// Who decided. Null when nobody did.
    decided_by: Option<Actor>,
}

/// Run waits for quota or for a repeated attempt. Not final.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunWaiting {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// What the run waits for.
    error: RunError,
    /// Timestamp at which it goes on.
    resumes_at: DateTime,
}

/// Last event of every run.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunFinished {
    /// Ordinal of the event in its run: 1, 2, 3, without gaps. Ignore what you have seen.
    sequence: i32,
    /// Timestamp of the event.
    at: DateTime,
    /// ID of the run.
    run_id: ID,
    /// Status of the run after the event.
    status: RunStatus,
    /// Contacts of the whole run.
    counts: ContactCounts,
    /// Destinations that failed.
    destinations_failed: i32,
    /// Error that stopped the run. Null when none.
    error: Option<RunError>,
}

impl From<domain::Event> for RunEvent {
    fn from(event: domain::Event) -> Self {
        let domain::Event { run, sequence, at, status, kind } = event;
        let (at, run_id, status) = (DateTime(at), ID(run.to_string()), RunStatus::from(status));
        match kind {
            EventKind::Started { destinations_total } => {
                Self::Started(RunStarted { sequence, at, run_id, status, destinations_total })
            }
            EventKind::Progressed { destinations_total, destinations_finished, counts } => {
                Self::Progressed(RunProgressed {
                    sequence,
                    at,
                    run_id,
                    status,
                    destinations_total,
                    destinations_finished,
                    counts: counts.into(),
                })
            }
            EventKind::DestinationFinished { result_id, email, destination_status, counts, error } => {
                Self::DestinationFinished(RunDestinationFinished {
                    sequence,
                    at,
                    run_id,
                    status,
                    result_id: ID(result_id),
                    email: EmailAddress::as_stored(email),
                    destination_status: destination_status.into(),
                    counts: counts.into(),
                    error: error.map(RunError),
                })
            }
            EventKind::Held { reason, planned_deletions, expires_at } => Self::Held(RunHeld {
                sequence,
                at,
                run_id,
                status,
                reason: reason.into(),
                planned_deletions,
                expires_at: expires_at.into(),
            }),
            EventKind::HoldDecided { decision, decided_by } => Self::HoldDecided(RunHoldDecided {
                sequence,
                at,
                run_id,
                status,
                decision: decision.into(),
                decided_by: decided_by.map(Actor),
            }),
            EventKind::Waiting { error, resumes_at } => Self::Waiting(RunWaiting {
                sequence,
                at,
                run_id,
                status,
                error: RunError(error),
                resumes_at: resumes_at.into(),
            }),
            EventKind::Finished { counts, destinations_failed, error } => Self::Finished(RunFinished {
                sequence,
                at,
                run_id,
                status,
                counts: counts.into(),
                destinations_failed,
                error: error.map(RunError),
            }),
        }
    }
}

/// Event with its cursor.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RunEventEdge {
    /// Cursor for `after`, valid in subscription and connection alike.
    cursor: String,
    /// Event itself.
    node: RunEvent,
    /// Indicates the event was in the log before the subscription began. Always true in `Run.events`.
    is_backlog: bool,
}

impl RunEventEdge {
    /// An event as it is sent.
    pub(in crate::graphql) fn new(event: domain::Event, is_backlog: bool) -> Self {
        let cursor = crate::graphql::page::event_cursor(event.run, event.sequence);
        Self { cursor, node: event.into(), is_backlog }
    }
}
