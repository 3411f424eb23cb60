//! When batches are sent: not before everything that a document can ask for by now has been asked for. However many rows a
//! level of it has, they then join in one statement per kind and thousand, also while other documents are executed.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::sync::watch;
use tokio::task::{unconstrained, yield_now};

/// Rounds of the executor in which nothing more was asked for. Whatever can go on goes on in one of them, unless a list
/// around it has had its turn already: each of them may put it off by another round.
const QUIET_ROUNDS: usize = 8;

/// The gate before the batches of one execution. Whoever wants a row waits here; the first to come opens it for all.
pub(super) struct Gate(watch::Sender<Crowd>);

/// Where those who want a row are.
#[derive(Debug, Default)]
struct Crowd {
    /// How often the gate was opened.
    openings: usize,
    /// Before the gate.
    waiting: usize,
    /// Let in, but not in a batch yet.
    entering: usize,
    /// Let in, and without a row yet.
    inside: usize,
}

impl Crowd {
    fn open(&mut self) {
        self.openings += 1;
        self.entering += self.waiting;
        self.inside += self.waiting;
        self.waiting = 0;
    }
}

/// Somebody who wants a row, until it is there or no longer wanted.
struct Visitor<'a> {
    gate: &'a Gate,
    /// Openings before this one came.
    openings: usize,
    is_opener: bool,
    has_entered: bool,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self(watch::Sender::default())
    }

    /// Reads a row when the gate opens, with all others that are let in: their keys are in their batches before the first
    /// batch is sent. A thousand rows must be able to pass in one round, so that none of them takes from the task's budget.
    pub(super) async fn pass<T>(&self, read: impl Future<Output = T>) -> T {
        unconstrained(async {
            let mut visitor = self.arrive();
            visitor.wait().await;
            let mut read = pin!(read);
            // A loader takes the key when it is first asked, and then lets others go first.
            match poll_fn(|cx| Poll::Ready(read.as_mut().poll(cx))).await {
                Poll::Ready(row) => row,
                Poll::Pending => {
                    visitor.enter();
                    self.until(|crowd| crowd.entering == 0).await;
                    read.await
                }
            }
        })
        .await
    }

    fn arrive(&self) -> Visitor<'_> {
        let (mut openings, mut is_opener) = (0, false);
        self.0.send_if_modified(|crowd| {
            (openings, is_opener) = (crowd.openings, crowd.waiting == 0);
            crowd.waiting += 1;
            false
        });
        Visitor { gate: self, openings, is_opener, has_entered: false }
    }

    async fn until(&self, is_so: impl FnMut(&Crowd) -> bool) {
        let _ = self.0.subscribe().wait_for(is_so).await; // the sender is ours
    }

    /// Nobody is inside, and nobody more comes.
    async fn calm(&self) {
        let (mut quiet, mut known) = (0, 0);
        while quiet < QUIET_ROUNDS {
            self.until(|crowd| crowd.inside == 0).await;
            yield_now().await;
            let waiting = self.0.borrow().waiting;
            quiet = if waiting == known { quiet + 1 } else { 0 };
            known = waiting;
        }
    }
}

impl Visitor<'_> {
    async fn wait(&self) {
        if self.is_opener {
            self.gate.calm().await;
            self.gate.0.send_modify(Crowd::open);
        } else {
            self.gate.until(|crowd| crowd.openings > self.openings).await;
        }
    }

    fn enter(&mut self) {
        self.has_entered = true;
        self.gate.0.send_if_modified(|crowd| {
            crowd.entering -= 1;
            crowd.entering == 0
        });
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        self.gate.0.send_if_modified(|crowd| {
            if crowd.openings == self.openings {
                crowd.waiting -= 1;
                if self.is_opener {
                    crowd.open(); // given up while others wait
                }
                return self.is_opener;
            }
            crowd.inside -= 1;
            if !self.has_entered {
                crowd.entering -= 1;
            }
            // Everybody waits on the one channel: whoever is woken for nothing is polled for nothing.
            crowd.inside == 0 || !self.has_entered && crowd.entering == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::task::Context;

    use futures_util::future::{join, join_all};
    use futures_util::{FutureExt, poll};

    use super::*;

    /// Rows that are read in batches, and the size of each batch.
    struct Rows {
        gate: Gate,
        pending: Mutex<usize>,
        batches: Mutex<Vec<usize>>,
    }

    impl Rows {
        fn new() -> Self {
            Self { gate: Gate::new(), pending: Mutex::default(), batches: Mutex::default() }
        }

        /// As a loader does it: the key is taken at once, and the batch sent by the first to come back.
        async fn read(&self) {
            let row = async {
                *self.pending.lock().unwrap() += 1;
                yield_now().await;
                let batch = std::mem::take(&mut *self.pending.lock().unwrap());
                if batch > 0 {
                    self.batches.lock().unwrap().push(batch);
                }
            };
            self.gate.pass(row).await;
        }

        fn batches(&self) -> Vec<usize> {
            self.batches.lock().unwrap().clone()
        }
    }

    /// Goes on some rounds later than it could, whenever it could.
    struct Late<F>(F, usize, usize);

    impl<F: Future + Unpin> Future for Late<F> {
        type Output = F::Output;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
            if self.2 > 0 {
                self.2 -= 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.2 = self.1;
            self.0.poll_unpin(cx)
        }
    }

    #[tokio::test]
    async fn keys_join_in_one_batch_however_late_some_are_let_in() {
        let rows = Rows::new();
        let two_levels = |late: usize| {
            let row = async {
                rows.read().await;
                rows.read().await;
            };
            Late(Box::pin(row), late, 0)
        };
        join_all((0..100).map(|number| two_levels(number % QUIET_ROUNDS))).await;
        assert_eq!(rows.batches(), [100, 100]);
    }

    #[tokio::test]
    async fn whoever_gives_up_keeps_nobody_waiting() {
        let rows = Rows::new();
        let mut opener = Box::pin(rows.read());
        let mut second = Box::pin(rows.read());
        let mut third = Box::pin(rows.read());
        assert!(poll!(&mut opener).is_pending() && poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        drop(opener); // lets the others in
        assert!(poll!(&mut third).is_pending());
        drop(second); // before its key is in a batch
        join(third, rows.read()).await;
        assert_eq!(rows.batches(), [1, 1], "the last one came when the gate had been opened");
    }
}
