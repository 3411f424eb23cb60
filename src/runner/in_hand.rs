//! Work in hand: the leases that this process holds, and until when it may rely on each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::{Time, WorkId};
use crate::google::Permit;
use crate::store::Claimed;

/// A claim of this process.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) claimed: Claimed,
    until: watch::Sender<Time>,
    lost: CancellationToken,
}

impl Held {
    /// When the lease runs out, as last renewed.
    pub(super) fn until(&self) -> Time {
        *self.until.borrow()
    }

    /// The lease was renewed.
    pub(super) fn renewed(&self, until: Time) {
        self.until.send_replace(until);
    }

    /// The work is another's now, or was withdrawn.
    pub(super) fn lose(&self) {
        self.lost.cancel();
    }

    /// Completes when the work is lost.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

/// All claims of this process.
#[derive(Debug, Default)]
pub(super) struct InHand {
    held: Mutex<BTreeMap<WorkId, Arc<Held>>>,
}

impl InHand {
    /// Takes a claim in hand until the answer is dropped.
    pub(super) fn take(self: &Arc<Self>, claimed: Claimed, until: Time) -> Holding {
        let held = Arc::new(Held { claimed, until: watch::Sender::new(until), lost: CancellationToken::new() });
        self.held().insert(held.claimed.id, Arc::clone(&held));
        Holding { in_hand: Arc::clone(self), held }
    }

    /// What is in hand now.
    pub(super) fn all(&self) -> Vec<Arc<Held>> {
        self.held().values().cloned().collect()
    }

    /// Lets calls to Google pass while the lease on the work lasts.
    pub(super) fn permit(&self, claimed: &Claimed) -> Permit {
        let held = self.held().get(&claimed.id).filter(|held| held.claimed.attempt == claimed.attempt).cloned();
        // Work that is not in hand any more has nothing to say to Google.
        held.map_or_else(Permit::over, |held| Permit::new(held.until.subscribe()))
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<WorkId, Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A claim in hand; out of hand when dropped.
#[derive(Debug)]
pub(super) struct Holding {
    in_hand: Arc<InHand>,
    pub(super) held: Arc<Held>,
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.in_hand.held().remove(&self.held.claimed.id);
    }
}
