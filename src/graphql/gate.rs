//! When batches are sent: not before everything that a document can ask for by now has been asked for. However many rows a
//! level of it has, they then join in one statement per kind, also while other documents are executed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::{unconstrained, yield_now};

/// Rounds of the executor in which nothing more was asked for. Whatever can go on goes on in one of them, so that a second
/// one would do; the rest is for tasks that share a thread.
const QUIET_ROUNDS: usize = 4;

/// The gate before the batches of one execution. Whoever wants a row waits here; the first to come opens it for all.
pub(super) struct Gate {
    /// Closed by whoever opens the gate.
    opening: Mutex<Option<watch::Receiver<()>>>,
    arrivals: AtomicUsize,
    /// How many have passed and have not got their row yet.
    passed: watch::Sender<usize>,
}

/// Somebody who has passed, until the row is there.
struct Passed<'a>(&'a Gate);

impl Drop for Passed<'_> {
    fn drop(&mut self) {
        self.0.passed.send_modify(|passed| *passed -= 1);
    }
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { opening: Mutex::default(), arrivals: AtomicUsize::new(0), passed: watch::Sender::new(0) }
    }

    /// Reads a row when the gate opens. A thousand rows must be able to pass in one round, so that none of them takes from
    /// the task's budget.
    pub(super) async fn pass<T>(&self, read: impl Future<Output = T>) -> T {
        unconstrained(async {
            self.wait().await;
            self.passed.send_modify(|passed| *passed += 1);
            let _passed = Passed(self);
            read.await
        })
        .await
    }

    async fn wait(&self) {
        self.arrivals.fetch_add(1, Ordering::Relaxed);
        match self.join() {
            Ok(opener) => {
                self.calm().await;
                drop(opener); // also when this execution is given up meanwhile: nobody waits for ever
            }
            Err(mut opening) => {
                let _ = opening.changed().await; // an error is what is waited for: the opener is gone
            }
        }
    }

    /// The first to come opens the gate for those who come later.
    fn join(&self) -> Result<watch::Sender<()>, watch::Receiver<()>> {
        let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = opening.as_ref().filter(|waiting| waiting.has_changed().is_ok()) {
            return Err(waiting.clone());
        }
        let (opener, waiting) = watch::channel(());
        *opening = Some(waiting);
        Ok(opener)
    }

    /// Nobody who has passed is without a row, and nothing more is asked for.
    async fn calm(&self) {
        let mut passed = self.passed.subscribe();
        let (mut quiet, mut seen) = (0, self.arrivals.load(Ordering::Relaxed));
        while quiet < QUIET_ROUNDS {
            let _ = passed.wait_for(|passed| *passed == 0).await; // the sender is ours
            yield_now().await;
            let arrived = self.arrivals.load(Ordering::Relaxed);
            quiet = if arrived == seen && *passed.borrow() == 0 { quiet + 1 } else { 0 };
            seen = arrived;
        }
    }
}
