//! `DeletionGuard` and `RunHold`: limits of deletions, and runs that wait for a decision.

use async_graphql::{Enum, Object};

use super::Actor;
use crate::domain;
use crate::graphql::scalars::DateTime;

/// Guard against mass deletion. A run is held when at any destination its deletions exceed every limit that is set, or when
/// the source group is empty and anything would be deleted.
pub(in crate::graphql) struct DeletionGuard(pub(in crate::graphql) domain::DeletionGuard);

/// Guard against mass deletion. A run is held when at any destination its deletions exceed every limit that is set, or when
/// the source group is empty and anything would be deleted.
#[Object]
impl DeletionGuard {
    /// Deletions at one destination beyond which a run may be held. Null for no such limit.
    async fn max_deletions(&self) -> Option<i32> {
        self.0.max_deletions
    }

    /// Share of a destination's synced contacts, 1 to 100, beyond which a run may be held. Null for no such limit.
    async fn max_deletion_percent(&self) -> Option<i32> {
        self.0.max_deletion_percent
    }
}

/// Reasons of a hold. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::HoldReason")]
#[expect(clippy::enum_variant_names, reason = "every reason is one of the source, and the names are public")]
pub(in crate::graphql) enum HoldReason {
    /// Source group has no contacts any more.
    SourceGroupEmpty,
    /// Source group lost more than the guard allows.
    SourceGroupShrank,
    /// First run after `relinkSourceGroup`.
    SourceRelinked,
}

/// Decisions on a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::HoldDecision")]
pub(in crate::graphql) enum HoldDecision {
    /// Run went on.
    Approved,
    /// Run ended.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

/// Hold of a run.
pub(in crate::graphql) struct RunHold(pub(in crate::graphql) domain::Hold);

/// Hold of a run.
#[Object]
impl RunHold {
    /// Why the run is held.
    async fn reason(&self) -> HoldReason {
        self.0.reason.into()
    }

    /// Deletions the run plans over all destinations.
    async fn planned_deletions(&self) -> i32 {
        self.0.planned_deletions
    }

    /// Limits in force when held.
    async fn guard(&self) -> DeletionGuard {
        DeletionGuard(self.0.guard)
    }

    /// Timestamp of the hold.
    async fn held_at(&self) -> DateTime {
        self.0.held_at.into()
    }

    /// Timestamp at which the run expires.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Decision. Null while open, and when the run was canceled.
    async fn decision(&self) -> Option<HoldDecision> {
        self.0.decision.map(Into::into)
    }

    /// Who decided. Null while open, and when nobody did.
    async fn decided_by(&self) -> Option<Actor> {
        self.0.decided_by.clone().map(Actor)
    }

    /// Comment on the decision. Null when there is none.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }
}
