//! Events of a run: frozen facts in a gapless sequence, stored and replayed.

use serde::{Deserialize, Serialize};

use super::{Actor, Counts, HoldDecision, HoldReason, ResultStatus, RunError, RunId, RunStatus, Time};

/// Event of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its run.
    pub run: RunId,
    /// Ordinal in the run: 1, 2, 3, without gaps.
    pub sequence: i32,
    /// When it happened.
    pub at: Time,
    /// Status of the run after the event.
    pub status: RunStatus,
    /// What happened.
    pub kind: EventKind,
}

/// What happened. Stored as JSON: variants and fields may be added, never renamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// Run left the queue.
    Started {
        /// Destinations in the run.
        destinations_total: i32,
    },
    /// Progress in absolute numbers.
    Progressed {
        /// Destinations in the run.
        destinations_total: i32,
        /// Destinations done so far.
        destinations_finished: i32,
        /// Contacts so far.
        counts: Counts,
    },
    /// One destination is done.
    DestinationFinished {
        /// Its `ResultId`, in the API's form.
        result_id: String,
        /// Address of the destination.
        email: String,
        /// Status at the destination.
        destination_status: ResultStatus,
        /// Contacts at the destination.
        counts: Counts,
        /// Error at the destination.
        error: Option<RunError>,
    },
    /// The deletion guard holds the run. Not final.
    Held {
        /// Why.
        reason: HoldReason,
        /// Deletions the run plans.
        planned_deletions: i32,
        /// When it ends by itself.
        expires_at: Time,
    },
    /// The hold was decided.
    HoldDecided {
        /// Decision.
        decision: HoldDecision,
        /// Who decided. `None` when nobody did.
        decided_by: Option<Actor>,
    },
    /// Run waits. Not final.
    Waiting {
        /// What it waits for.
        error: RunError,
        /// When it goes on.
        resumes_at: Time,
    },
    /// Last event of every run.
    Finished {
        /// Contacts of the whole run.
        counts: Counts,
        /// Destinations that failed.
        destinations_failed: i32,
        /// Error that stopped the run.
        error: Option<RunError>,
    },
}

impl EventKind {
    /// The run ends with this event.
    #[must_use]
    pub fn is_last(&self) -> bool {
        matches!(self, EventKind::Finished { .. })
    }
}
