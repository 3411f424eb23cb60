//! Workers: claim what is due, keep the lease while working, stop when it is lost.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Runner;
use super::failure::Stop;
use super::in_hand::{Held, Holding};
use crate::domain::Time;
use crate::store::{Claim, Claimed, StoreResult, Task};

/// Signs of life in the time of a lease, so that two may be missed.
const SIGNS_PER_LEASE: i32 = 3;
/// How often other replicas' work is looked for, and the database tried again that failed; never more seldom than a sign of
/// life is due.
const POLL: TimeDelta = TimeDelta::seconds(5);
/// Unexpected failures (crashes included) after which work is given up: it must not take the server with it for ever.
pub(super) const MAX_FAILURES: i32 = 8;

/// Since when a worker has reached the database without a gap.
#[derive(Debug, Default)]
struct Contact {
    since: Option<Time>,
    last: Option<Time>,
}

impl Contact {
    /// Nothing was heard for longer than `gap`: the database was away, or this process was stopped, or has just begun.
    fn is_broken(&self, now: Time, gap: TimeDelta) -> bool {
        self.since.is_none() || self.last.is_none_or(|last| now - last > gap)
    }

    /// The database has been within reach for `time`.
    fn has_lasted(&self, now: Time, time: TimeDelta) -> bool {
        self.since.is_some_and(|since| now - since >= time)
    }
}

impl Runner {
    /// Keeps the schedule and works until `shutdown`; then finishes what is in hand for at most `grace`, and stops.
    pub async fn run(&self, shutdown: CancellationToken, grace: Duration) {
        let schedule = async {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.keep_schedule() => {}
            }
        };
        tokio::join!(schedule, self.work(&shutdown, grace));
    }

    async fn work(&self, shutdown: &CancellationToken, grace: Duration) {
        let mut changes = self.store.wakes().work();
        let mut in_hand = JoinSet::new(); // aborts its tasks when dropped
        let mut contact = Contact::default();
        while !shutdown.is_cancelled() {
            changes.mark_unchanged();
            let is_alone = self.in_hand.all().iter().any(|held| held.claimed.is_suspect);
            let free = if is_alone { 0 } else { self.settings.tasks.saturating_sub(in_hand.len()) };
            let next = match self.claim(free, &mut contact).await {
                Ok((claimed, next)) => {
                    for work in claimed {
                        let runner = self.clone();
                        in_hand.spawn(async move { runner.hold(work).await });
                    }
                    next
                }
                Err(failure) => {
                    error!(error = %failure, "no work could be claimed");
                    contact = Contact::default();
                    self.clock.now() + self.poll()
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.clock.reach(next) => {}
                _ = changes.changed() => {}
                Some(_) = in_hand.join_next() => {}
            }
        }
        let drained = tokio::time::timeout(grace, async { while in_hand.join_next().await.is_some() {} });
        if drained.await.is_err() {
            warn!("work in hand was left; it is taken up again when its lease has run out");
        }
    }

    /// After a gap the leases of this process come first, and for the time of a lease nobody else's work is taken over:
    /// whoever has it may have been cut off as we were, and shall have time to renew it.
    async fn claim(&self, free: usize, contact: &mut Contact) -> StoreResult<(Vec<Holding>, Time)> {
        if contact.is_broken(self.clock.now(), self.heartbeat() * 2) {
            for held in self.in_hand.all() {
                self.renew(&held).await?;
            }
            contact.since = Some(self.clock.now());
        }
        let now = self.clock.now();
        let claimed = match free {
            0 => Vec::new(),
            free => self.take(free as u64, contact.has_lasted(now, self.lease())).await?,
        };
        let next = self.store.next_work_at().await?.filter(|_| free > 0);
        contact.last = Some(self.clock.now());
        // Work that is due but whose lane is busy must not make this spin; the end of the lane's work wakes us.
        let soonest = now + TimeDelta::milliseconds(500);
        Ok((claimed, next.unwrap_or(Time::MAX_UTC).max(soonest).min(now + self.poll())))
    }

    async fn take(&self, limit: u64, takes_over: bool) -> StoreResult<Vec<Holding>> {
        let in_hand: Vec<_> = self.in_hand.all().iter().map(|held| held.claimed.id).collect();
        let until = self.lease_end();
        let claim = Claim { worker: &self.settings.name, limit, until, takes_over, except: &in_hand };
        let claimed = self.store.claim_work(&claim).await?;
        Ok(claimed.into_iter().map(|claimed| self.in_hand.take(claimed, until)).collect())
    }

    /// Claims one entry that is due and works on it to its end. `false`: none was due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn work_once(&self) -> StoreResult<bool> {
        let claimed = self.take(1, true).await?;
        let found = !claimed.is_empty();
        for work in claimed {
            self.hold(work).await;
        }
        Ok(found)
    }

    /// Works while the lease is kept. When it is lost the work is dropped at once, as if the process had died.
    async fn hold(&self, holding: Holding) {
        let held = &holding.held;
        let claimed = &held.claimed;
        let ended = tokio::select! {
            ended = self.perform(claimed) => ended,
            () = self.keep_lease(held) => Err(Stop::Lost),
        };
        match ended {
            Ok(()) => {}
            Err(Stop::Lost) => {
                warn!(run.id = %claimed.run, work.id = %claimed.id, work.attempt = claimed.attempt, "work on {} went to another worker", claimed.run);
            }
            Err(stop) => {
                error!(run.id = %claimed.run, cause = ?stop, "work on {} broke off", claimed.run);
                let at = self.clock.now() + self.poll();
                let put_back =
                    self.store.atomically(async |tx| tx.postpone_work(claimed, at, claimed.failures + 1).await);
                if let Err(failure) = put_back.await {
                    error!(error = %failure, "the work is taken up again when its lease has run out");
                }
            }
        }
    }

    async fn perform(&self, claimed: &Claimed) -> Result<(), Stop> {
        info!(run.id = %claimed.run, work.id = %claimed.id, work.attempt = claimed.attempt, task = ?claimed.task, "work on {} begins", claimed.run);
        match claimed.task {
            Task::Gather => self.gather(claimed).await,
            Task::Shard { shard } => self.walk_shard(claimed, shard).await,
        }
    }

    /// Renews the lease again and again; ends when it is lost.
    async fn keep_lease(&self, held: &Held) {
        let mut next = held.until() - self.lease() + self.heartbeat();
        loop {
            tokio::select! {
                () = held.lost() => return,
                () = self.clock.reach(next) => {}
            }
            next = match self.renew(held).await {
                Ok(()) => self.clock.now() + self.heartbeat(),
                Err(failure) => {
                    warn!(error = %failure, "the lease could not be renewed");
                    self.clock.now() + self.poll()
                }
            };
        }
    }

    async fn renew(&self, held: &Held) -> StoreResult<()> {
        let until = self.lease_end();
        if self.store.renew_work(&held.claimed, until).await? {
            held.renewed(until);
        } else {
            held.lose();
        }
        Ok(())
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::MAX)
    }

    fn heartbeat(&self) -> TimeDelta {
        self.lease() / SIGNS_PER_LEASE
    }

    fn poll(&self) -> TimeDelta {
        POLL.min(self.heartbeat())
    }

    /// When a lease taken now runs out.
    pub(super) fn lease_end(&self) -> Time {
        self.clock.now() + self.lease()
    }
}
