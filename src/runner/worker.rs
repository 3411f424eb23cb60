//! Workers: claim what is due, keep the lease while working, stop when it is lost.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Runner;
use super::failure::Stop;
use crate::domain::Time;
use crate::store::{Claimed, StoreResult, Task};

/// How long a claim lasts without a sign of life: several times the longest single call to Google (its time-out).
const LEASE: TimeDelta = TimeDelta::seconds(180);
/// Signs of life, so that two may be missed.
const HEARTBEAT: TimeDelta = TimeDelta::seconds(60);
/// How often other replicas' work is looked for.
const POLL: TimeDelta = TimeDelta::seconds(5);
/// How long to wait after the database failed.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(10);
/// Unexpected failures (crashes included) after which work is given up: it must not take the server with it for ever.
pub(super) const MAX_FAILURES: i32 = 8;

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
        while !shutdown.is_cancelled() {
            changes.mark_unchanged();
            let free = self.settings.tasks.saturating_sub(in_hand.len());
            let next = match self.claim(free).await {
                Ok((claimed, next)) => {
                    for work in claimed {
                        let runner = self.clone();
                        in_hand.spawn(async move { runner.hold(work).await });
                    }
                    next
                }
                Err(failure) => {
                    error!(error = %failure, "no work could be claimed");
                    self.clock.now() + AFTER_FAILURE
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

    async fn claim(&self, free: usize) -> StoreResult<(Vec<Claimed>, Time)> {
        let now = self.clock.now();
        let claimed = match free {
            0 => Vec::new(),
            free => self.store.claim_work(&self.settings.name, free as u64, now + LEASE).await?,
        };
        let next = if free == 0 { None } else { self.store.next_work_at().await? };
        // Work that is due but whose lane is busy must not make this spin; the end of the lane's work wakes us.
        let soonest = now + TimeDelta::milliseconds(500);
        Ok((claimed, next.unwrap_or(Time::MAX_UTC).max(soonest).min(now + POLL)))
    }

    /// Claims one entry that is due and works on it to its end. `false`: none was due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn work_once(&self) -> StoreResult<bool> {
        let claimed = self.store.claim_work(&self.settings.name, 1, self.clock.now() + LEASE).await?;
        let found = !claimed.is_empty();
        for work in claimed {
            self.hold(work).await;
        }
        Ok(found)
    }

    /// Works while the lease is kept. When it is lost the work is dropped at once, as if the process had died.
    async fn hold(&self, claimed: Claimed) {
        let ended = tokio::select! {
            ended = self.perform(&claimed) => ended,
            () = self.keep_lease(&claimed) => Err(Stop::Lost),
        };
        match ended {
            Ok(()) => {}
            Err(Stop::Lost) => warn!(run.id = %claimed.run, "work on {} went to another worker", claimed.run),
            Err(stop) => {
                error!(run.id = %claimed.run, cause = ?stop, "work on {} broke off", claimed.run);
                let at = self.clock.now() + AFTER_FAILURE;
                let put_back =
                    self.store.atomically(async |tx| tx.postpone_work(&claimed, at, claimed.failures + 1).await);
                if let Err(failure) = put_back.await {
                    error!(error = %failure, "the work is taken up again when its lease has run out");
                }
            }
        }
    }

    async fn perform(&self, claimed: &Claimed) -> Result<(), Stop> {
        info!(run.id = %claimed.run, attempt = claimed.attempt, task = ?claimed.task, "work on {} begins", claimed.run);
        match claimed.task {
            Task::Gather => self.gather(claimed).await,
            Task::Shard { shard } => self.walk_shard(claimed, shard).await,
        }
    }

    async fn keep_lease(&self, claimed: &Claimed) {
        loop {
            self.clock.reach(self.clock.now() + HEARTBEAT).await;
            match self.store.renew_work(claimed, self.clock.now() + LEASE).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(failure) => warn!(error = %failure, "the lease could not be renewed"),
            }
        }
    }

    /// When a lease taken now runs out.
    pub(super) fn lease_end(&self) -> Time {
        self.clock.now() + LEASE
    }
}
