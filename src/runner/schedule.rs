//! The daily schedule (R2), the daily repetition of removals that could not reach an account, and the end of holds.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use tracing::{error, info};

use super::Runner;
use crate::domain::{
    Actor, AuditAction, Caller, Destination, DestinationId, DestinationStatus, JobId, JobStatus, RunKind, Time, Trigger,
};
use crate::store::StoreResult;

/// How long to wait after the database failed.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(10);
/// How often old history is dropped.
const PRUNE_EVERY: TimeDelta = TimeDelta::hours(1);
/// How often other replicas' changes are looked for.
const POLL: TimeDelta = TimeDelta::seconds(60);

impl Runner {
    /// Queues what falls due, for ever.
    pub(super) async fn keep_schedule(&self) {
        let mut changes = self.store.wakes().work();
        let mut prune_at = self.clock.now();
        loop {
            changes.mark_unchanged();
            if self.clock.now() >= prune_at {
                prune_at = self.clock.now() + PRUNE_EVERY;
                if let Err(failure) = self.store.prune(self.settings.retention).await {
                    error!(error = %failure, "old history could not be dropped");
                }
            }
            let next = match self.queue_due().await {
                Ok(next) => next.unwrap_or(Time::MAX_UTC).min(self.clock.now() + POLL),
                Err(failure) => {
                    error!(error = %failure, "the schedule could not be read");
                    self.clock.now() + AFTER_FAILURE
                }
            };
            tokio::select! {
                () = self.clock.reach(next) => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// Queues what is due now. The answer is when something falls due next.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_due(&self) -> StoreResult<Option<Time>> {
        loop {
            let now = self.clock.now();
            let jobs = self.store.due_jobs(now).await?;
            let removals = self.store.due_removals(now).await?;
            let holds = self.store.due_holds(now).await?;
            if jobs.is_empty() && removals.is_empty() && holds.is_empty() {
                return self.store.next_due_at().await;
            }
            let mut has_failed = false; // one broken job does not keep the others from running
            for job in jobs {
                if let Err(failure) = self.queue_slot(job, now).await {
                    error!(job.id = %job, error = %failure, "the daily run of {job} could not be queued");
                    has_failed = true;
                }
            }
            for run in holds {
                if let Err(failure) = self.store.atomically(async |tx| tx.expire_hold(run).await).await {
                    error!(run.id = %run, error = %failure, "the hold of {run} could not be ended");
                    has_failed = true;
                }
            }
            let mut by_job: BTreeMap<JobId, Vec<DestinationId>> = BTreeMap::new();
            for (job, destination) in removals {
                by_job.entry(job).or_default().push(destination);
            }
            for (job, destinations) in by_job {
                if let Err(failure) = self.queue_removal(job, &destinations).await {
                    error!(job.id = %job, error = %failure, "the removal from {job} could not be queued");
                    has_failed = true;
                }
            }
            if has_failed {
                return Ok(Some(now + AFTER_FAILURE));
            }
        }
    }

    async fn queue_slot(&self, id: JobId, now: Time) -> StoreResult<()> {
        self.store
            .atomically(async |tx| {
                let Some(job) = tx.job(id).await? else { return Ok(()) };
                let slot = job.schedule.latest_due(now); // of several missed slots only the latest is made up
                let next = job.schedule.slot_after(slot.date).due;
                if !tx.serve_slot(id, slot.date, next).await? {
                    return tx.plan_slot(id, next).await; // the day of creation was served by the first run
                }
                let destinations = present(tx.destinations_of(id).await?);
                let is_free = job.status == JobStatus::Active && tx.unfinished_sync(id).await?.is_none();
                if is_free && !destinations.is_empty() {
                    let run = tx
                        .insert_run(
                            &job,
                            RunKind::Sync,
                            Trigger::Schedule,
                            Some(slot.date),
                            &Actor::Scheduler,
                            &destinations,
                        )
                        .await?;
                    tx.audit_run(&Caller::scheduler(&run.id), AuditAction::RunStart, &run, &job).await?;
                    info!(job.id = %id, run.id = %run.id, "daily run {} queued", run.id);
                }
                Ok(())
            })
            .await
    }

    async fn queue_removal(&self, id: JobId, due: &[DestinationId]) -> StoreResult<()> {
        self.store
            .atomically(async |tx| {
                let Some(job) = tx.job(id).await? else { return Ok(()) };
                let destinations = tx.destinations_of(id).await?;
                let mut by_kind: [(RunKind, Vec<Destination>); 2] =
                    [(RunKind::Removal, vec![]), (RunKind::Release, vec![])];
                for destination in destinations.into_iter().filter(|destination| due.contains(&destination.id)) {
                    let kind = tx.take_due_removal(destination.id).await?;
                    let list = by_kind.iter_mut().find(|(listed, _)| Some(*listed) == kind);
                    list.into_iter().for_each(|(_, list)| list.push(destination.clone()));
                }
                for (kind, destinations) in by_kind.iter().filter(|(_, destinations)| !destinations.is_empty()) {
                    let run =
                        tx.insert_run(&job, *kind, Trigger::Removal, None, &Actor::Scheduler, destinations).await?;
                    tx.audit_run(&Caller::scheduler(&run.id), AuditAction::RunStart, &run, &job).await?;
                }
                Ok(())
            })
            .await
    }
}

fn present(mut destinations: Vec<Destination>) -> Vec<Destination> {
    destinations.retain(|destination| destination.status != DestinationStatus::Removing);
    destinations
}
