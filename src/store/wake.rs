//! Signals inside one process: something in the database has changed, look again.
//!
//! A signal carries nothing; whoever wakes reads the database. None can be missed: receivers compare a generation.

use tokio::sync::watch;

/// The signals of one store.
#[derive(Debug)]
pub struct Wakes {
    changes: watch::Sender<u64>,
    work: watch::Sender<u64>,
}

impl Default for Wakes {
    fn default() -> Self {
        Self { changes: watch::Sender::new(0), work: watch::Sender::new(0) }
    }
}

impl Wakes {
    pub(super) fn changed(&self) {
        self.changes.send_modify(|generation| *generation += 1);
    }

    pub(super) fn has_work(&self) {
        self.work.send_modify(|generation| *generation += 1);
    }

    /// Changes after every commit: for those who show the present.
    #[must_use]
    pub fn receiver(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Changes when work was queued, ended or freed: for workers and the scheduler.
    #[must_use]
    pub fn work(&self) -> watch::Receiver<u64> {
        self.work.subscribe()
    }
}
