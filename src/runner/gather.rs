//! Gather: reads the source once, brings the mirror up to date, and queues the shards of the run.
//!
//! Whatever is missing, incomplete or unreadable here fails the run and writes nothing: only a complete reading may make
//! a contact count as gone.

use chrono::TimeDelta;
use tracing::warn;

use super::contents::source_failed;
use super::failure::{Stop, error};
use super::worker::MAX_FAILURES;
use super::{Runner, draft};
use crate::domain::{
    ContactNumber, HoldReason, Job, JobId, Mirror, PlannedDeletions, RunError, RunErrorCode, RunKind, RunStatus,
    SourceHealthStatus, Time, hold_reason,
};
use crate::store::{Claimed, RunInHand, StoreError, Tx};

/// How long a held run waits for a decision: over a weekend.
const HOLD: TimeDelta = TimeDelta::hours(72);
/// Repetitions of what failed: after 1, 5 and 25 minutes.
const BACK_OFF: [TimeDelta; 3] = [TimeDelta::minutes(1), TimeDelta::minutes(5), TimeDelta::minutes(25)];

/// When to try again after `attempts` failures. `None`: not in this run.
pub(super) fn next_attempt(now: Time, attempts: i32) -> Option<Time> {
    BACK_OFF.get(usize::try_from(attempts - 1).ok()?).map(|pause| now + *pause)
}

/// What the guard says of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// Its shards begin.
    GoesOn,
    /// Somebody must decide.
    Held(HoldReason),
    /// It was canceled meanwhile.
    Over,
}

impl Runner {
    pub(super) async fn gather(&self, claimed: &Claimed) -> Result<(), Stop> {
        self.forget_ended().await?;
        let run = self.store.run_in_hand(claimed.run).await?.filter(|run| !run.is_over);
        let job = match &run {
            Some(run) => self.job_of(run).await?,
            None => None,
        };
        let (Some(run), Some(job)) = (run, job) else {
            self.contents.drop_run(claimed.run);
            // A preview outlives its job, and has nothing to tell any more.
            let end = async |tx: &Tx| {
                tx.end_work(claimed).await?;
                tx.end_run(claimed.run, RunStatus::Canceled).await
            };
            return Ok(self.store.atomically(end).await?);
        };
        self.store
            .atomically(async |tx| {
                tx.fence(claimed).await?;
                tx.start_run(claimed.run).await
            })
            .await?;
        if claimed.failures > MAX_FAILURES {
            let broken = error(
                RunErrorCode::InternalServerError,
                "The source could not be read; the server's log has the cause.",
            );
            return self.fail_run(claimed, &run, &job, SourceHealthStatus::Unknown, &broken).await;
        }
        let read = match run.kind {
            RunKind::Preview => self.preview_mirror(claimed, &job).await.map(Some),
            RunKind::Sync | RunKind::Removal | RunKind::Release => self.read_source(claimed, &job).await.map(|()| None),
        };
        let read = match read {
            Err(Stop::AccountGone(_)) if !self.directory.is_gone(&job.source.google_id).await? => Err(suspended()),
            read => read.map_err(source_failed),
        };
        match read {
            Ok(Some(mirror)) => self.foresee_hold(claimed, &run, &job, &mirror).await,
            Ok(None) => self.guard(claimed, &run, job.id).await,
            Err(Stop::Wait { until, error }) => self.wait_source(claimed, until, claimed.failures, &error).await,
            Err(Stop::Retry(cause)) => match next_attempt(self.clock.now(), claimed.failures + 1) {
                Some(at) => self.wait_source(claimed, at, claimed.failures + 1, &cause).await,
                None => self.fail_run(claimed, &run, &job, SourceHealthStatus::Unknown, &cause).await,
            },
            Err(Stop::Fail(cause) | Stop::AccountGone(cause)) => {
                self.fail_run(claimed, &run, &job, health_of(cause.code), &cause).await
            }
            Err(stop @ (Stop::Lost | Stop::Canceled | Stop::ReadAgain | Stop::Broken)) => Err(stop),
        }
    }

    /// Forgets contents of runs that ended elsewhere: by a cancellation, or at another worker.
    async fn forget_ended(&self) -> Result<(), Stop> {
        for run in self.contents.runs() {
            if self.store.run_in_hand(run).await?.is_none_or(|run| run.is_over) {
                self.contents.drop_run(run);
            }
        }
        Ok(())
    }

    /// The job of a run, or the one that its draft would become.
    pub(super) async fn job_of(&self, run: &RunInHand) -> Result<Option<Job>, Stop> {
        match (run.job, &run.draft) {
            (Some(id), _) => Ok(self.store.job(id).await?),
            (None, Some(draft)) => {
                let user = self.store.user(draft.source_user).await?;
                Ok(user.and_then(|user| draft::job(draft, &user, self.clock.now())))
            }
            (None, None) => Ok(None),
        }
    }

    /// Lets the shards begin.
    async fn go_on(&self, claimed: &Claimed, run: &RunInHand) -> Result<(), Stop> {
        self.store
            .atomically(async |tx| {
                tx.enqueue_shards(claimed.run, run.destinations).await?;
                tx.end_work(claimed).await
            })
            .await?;
        Ok(())
    }

    /// Lets the shards begin, unless the run would delete so much that somebody must decide first. Judged from our records,
    /// before any destination is read.
    async fn guard(&self, claimed: &Claimed, run: &RunInHand, job: JobId) -> Result<(), Stop> {
        let Some(job) = self.store.job(job).await? else { return self.go_on(claimed, run).await };
        let mirror = self.store.mirror(job.id).await?;
        let is_empty = !mirror.values().any(|entry| entry.is_present);
        let planned = self.store.planned_deletions(job.id, claimed.run).await?;
        let guard = job.guard.unwrap_or(self.settings.guard);
        let each: Vec<PlannedDeletions> = planned.values().copied().collect();
        let total = each.iter().map(|one| one.deletions).sum();
        let expires_at = self.clock.now() + HOLD;
        let judged = self
            .store
            .atomically(async |tx| {
                let is_over = tx.is_over(claimed.run).await?; // locks the run before its results
                tx.end_work(claimed).await?;
                if is_over {
                    return Ok(Judged::Over);
                }
                let approved = tx.approved_deletions(claimed.run).await?;
                tx.save_planned_deletions(claimed.run, &planned).await?;
                match hold_reason(&guard, &each, is_empty, job.is_relinked, approved) {
                    Some(reason) => {
                        tx.hold_run(job.id, claimed.run, reason, total, guard, expires_at).await?;
                        Ok(Judged::Held(reason))
                    }
                    None => {
                        tx.accept_source(job.id).await?;
                        tx.enqueue_shards(claimed.run, run.destinations).await?;
                        Ok::<_, StoreError>(Judged::GoesOn)
                    }
                }
            })
            .await?;
        if let Judged::Held(reason) = judged {
            warn!(job.id = %job.id, run.id = %claimed.run, deletions = total, "run {} is held: {reason:?}", claimed.run);
        }
        if judged != Judged::GoesOn {
            self.contents.drop_run(claimed.run);
        }
        Ok(())
    }

    /// Tells of a preview what the guard would say to a sync, and lets its shards begin.
    async fn foresee_hold(&self, claimed: &Claimed, run: &RunInHand, job: &Job, mirror: &Mirror) -> Result<(), Stop> {
        let now = match run.job {
            Some(id) => self.store.job(id).await?, // with the guard and the source of this moment
            None => None,
        };
        let job = now.as_ref().unwrap_or(job);
        let present: Vec<ContactNumber> =
            mirror.iter().filter(|(_, entry)| entry.is_present).map(|(number, _)| *number).collect();
        let foreseen = self.store.foreseen_deletions(claimed.run, &present).await?;
        let foreseen: Vec<PlannedDeletions> = foreseen.into_values().collect();
        let guard = job.guard.unwrap_or(self.settings.guard);
        let reason = hold_reason(&guard, &foreseen, present.is_empty(), job.is_relinked, None);
        let is_over = self
            .store
            .atomically(async |tx| {
                let is_over = tx.is_over(claimed.run).await?;
                tx.end_work(claimed).await?;
                if !is_over {
                    tx.save_foreseen_hold(claimed.run, reason).await?;
                    tx.enqueue_shards(claimed.run, run.destinations).await?;
                }
                Ok::<_, StoreError>(is_over)
            })
            .await?;
        if is_over {
            self.contents.drop_run(claimed.run);
        }
        Ok(())
    }

    async fn wait_source(&self, claimed: &Claimed, at: Time, failures: i32, cause: &RunError) -> Result<(), Stop> {
        self.store
            .atomically(async |tx| {
                tx.postpone_work(claimed, at, failures).await?;
                tx.wait_run(claimed.run, cause, at).await
            })
            .await?;
        Ok(())
    }

    async fn fail_run(
        &self,
        claimed: &Claimed,
        run: &RunInHand,
        job: &Job,
        health: SourceHealthStatus,
        cause: &RunError,
    ) -> Result<(), Stop> {
        warn!(job.id = %job.id, run.id = %claimed.run, code = ?cause.code, "run {} failed at its source", claimed.run);
        self.contents.drop_run(claimed.run);
        self.store
            .atomically(async |tx| {
                tx.end_work(claimed).await?;
                if run.kind != RunKind::Preview {
                    tx.save_source_health(job.id, health, None).await?;
                }
                tx.finish_run(claimed.run, Some(cause)).await
            })
            .await?;
        Ok(())
    }
}

/// Google refuses tokens of suspended and of deleted users in the same words; the Directory knows this one.
fn suspended() -> Stop {
    Stop::Fail(error(
        RunErrorCode::SourceUserSuspended,
        "Google refuses the source account, though the user exists: it is suspended, or has no Contacts service. Nothing was changed.",
    ))
}

fn health_of(code: RunErrorCode) -> SourceHealthStatus {
    match code {
        RunErrorCode::SourceGroupMissing => SourceHealthStatus::GroupMissing,
        RunErrorCode::SourceUserSuspended => SourceHealthStatus::UserSuspended,
        RunErrorCode::SourceUserDeleted => SourceHealthStatus::UserDeleted,
        RunErrorCode::SourceUserNotOnPrimaryDomain => SourceHealthStatus::UserNotOnPrimaryDomain,
        RunErrorCode::AccessDenied => SourceHealthStatus::AccessDenied,
        RunErrorCode::InvalidDestinationUser
        | RunErrorCode::DestinationUserSuspended
        | RunErrorCode::ContactLimitReached
        | RunErrorCode::ContactsRefused
        | RunErrorCode::DeletionGuard
        | RunErrorCode::QuotaExceeded
        | RunErrorCode::UpstreamUnavailable
        | RunErrorCode::InternalServerError => SourceHealthStatus::Unknown,
    }
}
