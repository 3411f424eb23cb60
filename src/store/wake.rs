//! Signals inside one process: something in the database has changed, look again.
//!
//! A signal carries nothing; whoever wakes reads the database. Missing one is impossible: a generation counter is compared.

use tokio::sync::watch;

/// The signals of one store.
#[derive(Debug)]
pub struct Wakes {
    generation: watch::Sender<u64>,
}

impl Default for Wakes {
    fn default() -> Self {
        Self { generation: watch::Sender::new(0) }
    }
}

impl Wakes {
    /// Tells everyone that a change was committed.
    pub fn everyone(&self) {
        self.generation.send_modify(|generation| *generation += 1);
    }

    /// A receiver; `changed()` completes after the next commit.
    #[must_use]
    pub fn receiver(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }
}
