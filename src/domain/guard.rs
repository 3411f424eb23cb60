//! The deletion guard: a run that would delete more than the limits allow waits for a decision.

use serde::{Deserialize, Serialize};

use super::{Actor, Time};

/// Limits of a run's deletions at one destination. It is held when the deletions exceed every limit that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionGuard {
    /// Deletions that need no decision. `None`: no such limit.
    pub max_deletions: Option<i32>,
    /// Percent of the destination's synced contacts whose deletion needs no decision. `None`: no such limit.
    pub max_deletion_percent: Option<i32>,
}

impl Default for DeletionGuard {
    /// Ten contacts and half of them: a tidied group passes, an emptied one does not.
    fn default() -> Self {
        Self { max_deletions: Some(10), max_deletion_percent: Some(50) }
    }
}

impl DeletionGuard {
    /// The deletions exceed every limit that is set. Without any limit nothing is exceeded.
    #[must_use]
    pub fn is_exceeded(&self, deletions: usize, synced: usize) -> bool {
        let number = |limit: i32| usize::try_from(limit).unwrap_or(0);
        let beyond_count = self.max_deletions.map(|limit| deletions > number(limit));
        let beyond_percent =
            self.max_deletion_percent.map(|limit| deletions.saturating_mul(100) > synced.saturating_mul(number(limit)));
        let limits = [beyond_count, beyond_percent];
        limits.iter().any(Option::is_some) && limits.iter().flatten().all(|is_beyond| *is_beyond)
    }

    /// Without any limit everything may go.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.max_deletions.is_none() && self.max_deletion_percent.is_none()
    }
}

impl std::fmt::Display for DeletionGuard {
    /// As the audit log shows it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let limit = |limit: Option<i32>, unit: &str| limit.map(|limit| format!("{limit}{unit}"));
        let limits = [limit(self.max_deletions, " contacts"), limit(self.max_deletion_percent, " %")];
        let limits: Vec<String> = limits.into_iter().flatten().collect();
        f.write_str(if limits.is_empty() { "none".to_owned() } else { limits.join(" and ") }.as_str())
    }
}

/// Deletions that a run plans at one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedDeletions {
    /// Synced contacts that left the source group.
    pub deletions: usize,
    /// Synced contacts.
    pub synced: usize,
}

/// Why a run must wait for a decision. `None` when it may go on.
///
/// `approved` is the number of deletions that an ADMIN has allowed for this run already.
#[must_use]
pub fn hold_reason(
    guard: &DeletionGuard,
    planned: &[PlannedDeletions],
    is_source_empty: bool,
    is_relinked: bool,
    approved: Option<usize>,
) -> Option<HoldReason> {
    let total: usize = planned.iter().map(|one| one.deletions).sum();
    let is_beyond_approval = match approved {
        Some(approved) if total <= approved => return None,
        approved => approved.is_some(),
    };
    if is_relinked {
        Some(HoldReason::SourceRelinked)
    } else if is_source_empty && total > 0 {
        Some(HoldReason::SourceGroupEmpty)
    } else if is_beyond_approval || planned.iter().any(|one| guard.is_exceeded(one.deletions, one.synced)) {
        Some(HoldReason::SourceGroupShrank)
    } else {
        None
    }
}

/// Why a run is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HoldReason {
    /// The source group has no contacts any more.
    SourceGroupEmpty,
    /// The source group lost more than the guard allows.
    SourceGroupShrank,
    /// First run with another source group.
    SourceRelinked,
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HoldDecision {
    /// The run went on.
    Approved,
    /// The run ended.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

/// Hold of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// Deletions planned over all destinations.
    pub planned_deletions: i32,
    /// Limits in force.
    pub guard: DeletionGuard,
    /// When it began.
    pub held_at: Time,
    /// When it ends by itself.
    pub expires_at: Time,
    /// How it ended. `None` while it is open.
    pub decision: Option<HoldDecision>,
    /// Who decided. `None` while it is open.
    pub decided_by: Option<Actor>,
    /// What was said about the decision.
    pub comment: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(deletions: usize, synced: usize) -> PlannedDeletions {
        PlannedDeletions { deletions, synced }
    }

    #[test]
    fn every_limit_that_is_set_must_be_exceeded() {
        let guard = DeletionGuard::default();
        assert!(!guard.is_exceeded(10, 10), "ten need no decision, though they are all");
        assert!(!guard.is_exceeded(50, 100), "half needs no decision");
        assert!(guard.is_exceeded(51, 100));
        assert!(guard.is_exceeded(11, 11));
        let count = DeletionGuard { max_deletion_percent: None, ..guard };
        assert!(count.is_exceeded(11, 10_000));
        let percent = DeletionGuard { max_deletions: None, ..guard };
        assert!(percent.is_exceeded(1, 1) && !percent.is_exceeded(0, 0));
        let none = DeletionGuard { max_deletions: None, max_deletion_percent: None };
        assert!(!none.is_exceeded(10_000, 10_000));
        assert!(none.is_off() && !count.is_off() && !percent.is_off());
    }

    #[test]
    fn an_emptied_source_is_held_whatever_the_limits() {
        let none = DeletionGuard { max_deletions: None, max_deletion_percent: None };
        let one = [planned(1, 1)];
        assert_eq!(hold_reason(&none, &one, true, false, None), Some(HoldReason::SourceGroupEmpty));
        assert_eq!(hold_reason(&none, &one, false, false, None), None);
        assert_eq!(hold_reason(&none, &[planned(0, 0)], true, false, None), None, "nothing would be deleted");
    }

    #[test]
    fn an_approval_covers_as_many_deletions_as_it_saw() {
        let guard = DeletionGuard::default();
        let many = [planned(20, 20), planned(20, 20)];
        assert_eq!(hold_reason(&guard, &many, false, false, None), Some(HoldReason::SourceGroupShrank));
        assert_eq!(hold_reason(&guard, &many, false, false, Some(40)), None);
        assert_eq!(hold_reason(&guard, &many, false, false, Some(39)), Some(HoldReason::SourceGroupShrank));
        assert_eq!(hold_reason(&guard, &[], false, true, None), Some(HoldReason::SourceRelinked));
        assert_eq!(hold_reason(&guard, &[], false, true, Some(0)), None);
        let few = [planned(1, 100)];
        assert_eq!(hold_reason(&guard, &few, false, false, None), None);
        assert_eq!(hold_reason(&guard, &few, false, false, Some(0)), Some(HoldReason::SourceGroupShrank));
    }
}
