//! One attempt at one destination: lease the account, do what the run is for, record how it went.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use tracing::{info, warn};

use super::failure::{Stop, error};
use super::gather::next_attempt;
use super::{Runner, draft};
use crate::domain::{
    Counts, Destination, DestinationStatus, InvalidDestinationReason, Job, ResultStatus, RunError, RunErrorCode,
    RunKind, Time, WorkspaceUser,
};
use crate::google::Account;
use crate::store::{Claimed, DestinationOutcome, RunInHand, ShardItem, StoreResult, Tx};

/// How soon an account that other work holds is looked at again.
const ACCOUNT_BUSY: TimeDelta = TimeDelta::seconds(5);
/// How long until a removal that failed is tried again.
const REMOVAL_AGAIN: TimeDelta = TimeDelta::days(1);
/// At most one progress event per run in this time.
const PROGRESS_EVERY: TimeDelta = TimeDelta::seconds(1);

/// What an attempt works with.
pub(super) struct Attempt<'a> {
    pub(super) runner: &'a Runner,
    pub(super) claimed: &'a Claimed,
    pub(super) item: &'a ShardItem,
    pub(super) job: &'a Job,
    pub(super) destination: &'a Destination,
    pub(super) account: Account,
    /// Destinations in the run, for the price of batches.
    pub(super) destinations: usize,
    tally: Mutex<Tally>,
}

struct Tally {
    counts: Counts,
    planned_deletions: usize,
}

/// How an attempt that came to its end leaves the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// In step.
    InStep,
    /// In step, but for contacts that Google refused.
    WithRefusals,
    /// Cleaned, and to be forgotten.
    Clean,
    /// Only looked at.
    Untouched,
}

impl Runner {
    pub(super) async fn attempt(&self, claimed: &Claimed, run: &RunInHand, item: &ShardItem) -> Result<(), Stop> {
        let skipped = DestinationOutcome::skipped();
        let Some((job, destination)) = self.parties(run, item).await? else {
            return self.finish(claimed, item, &skipped, None).await;
        };
        let is_in_removals_way =
            matches!(run.kind, RunKind::Sync | RunKind::Preview) && destination.status == DestinationStatus::Removing;
        if is_in_removals_way || run.is_over {
            return self.finish(claimed, item, &skipped, None).await;
        }
        let is_ours = self
            .store
            .atomically(async |tx| {
                tx.fence(claimed).await?;
                Ok::<_, crate::store::StoreError>(
                    !tx.is_over(claimed.run).await? && tx.start_result(item.result).await?,
                )
            })
            .await?;
        if !is_ours {
            return self.finish_if_running(claimed, item, &skipped).await;
        }
        if run.kind == RunKind::Preview {
            return self.in_account(claimed, run, item, &job, &destination).await; // it writes nothing there
        }
        if !self.store.lease_account(&destination.google_id, claimed, self.lease_end()).await? {
            let busy = error(RunErrorCode::UpstreamUnavailable, "Other work of this server is in the account.");
            return self.postpone(claimed, item, item.attempts, self.clock.now() + ACCOUNT_BUSY, &busy).await;
        }
        let ended = self.in_account(claimed, run, item, &job, &destination).await;
        self.store.release_account(&destination.google_id, claimed).await?;
        ended
    }

    /// Job and destination of an item; for the preview of a draft, those that would be. `None` when they are gone.
    async fn parties(&self, run: &RunInHand, item: &ShardItem) -> Result<Option<(Job, Destination)>, Stop> {
        let Some(job) = self.job_of(run).await? else { return Ok(None) };
        let destination = match (item.destination, item.user) {
            (Some(id), _) => self.store.destination(id).await?,
            (None, Some(user)) if run.draft.is_some() => {
                let user = self.store.user(user).await?;
                user.map(|user| draft::destination(&job, &user, self.clock.now()))
            }
            (None, _) => None,
        };
        Ok(destination.map(|destination| (job, destination)))
    }

    async fn in_account(
        &self,
        claimed: &Claimed,
        run: &RunInHand,
        item: &ShardItem,
        job: &Job,
        destination: &Destination,
    ) -> Result<(), Stop> {
        let user = self.store.user(destination.user).await?;
        let primary_domain =
            self.store.workspace().await?.map(|workspace| workspace.primary_domain).unwrap_or_default();
        let email = user.as_ref().map_or(&destination.email, |user| &user.email);
        let attempt = Attempt {
            runner: self,
            claimed,
            item,
            job,
            destination,
            account: self.google.account(email, &destination.google_id).while_held(self.in_hand.permit(claimed)),
            destinations: run.destinations,
            tally: Mutex::new(Tally { counts: so_far(&item.counts), planned_deletions: 0 }),
        };
        let ended = match (usable(user.as_ref(), &primary_domain, run.kind), run.kind) {
            (Err(stop), _) => Err(stop),
            (Ok(()), RunKind::Sync) => attempt.sync().await,
            (Ok(()), RunKind::Removal) => attempt.remove().await,
            (Ok(()), RunKind::Release) => attempt.release().await,
            (Ok(()), RunKind::Preview) => attempt.preview().await,
        };
        self.conclude(&attempt, run.kind, ended).await
    }

    async fn conclude(&self, attempt: &Attempt<'_>, kind: RunKind, ended: Result<Left, Stop>) -> Result<(), Stop> {
        let (claimed, item) = (attempt.claimed, attempt.item);
        let now = self.clock.now();
        let ended = match ended {
            // Google refuses suspended and deleted users in the same words. What is gone needs no removal.
            Err(Stop::AccountGone(cause)) => match self.directory.is_gone(&attempt.destination.google_id).await {
                Ok(true) if matches!(kind, RunKind::Removal | RunKind::Release) => Ok(Left::Clean),
                Ok(true) => Err(Stop::Fail(cause)),
                Ok(false) => Err(Stop::Fail(out_of_reach())),
                Err(failure) => Err(failure.into()),
            },
            ended => ended,
        };
        let outcome = |status, error| DestinationOutcome {
            status,
            counts: attempt.counts(),
            planned_deletions: attempt.planned_deletions(),
            error,
        };
        let (outcome, left) = match ended {
            Ok(left @ (Left::InStep | Left::Clean | Left::Untouched)) => {
                (outcome(ResultStatus::Succeeded, None), Some(left))
            }
            Ok(left @ Left::WithRefusals) => {
                let refused = error(
                    RunErrorCode::ContactsRefused,
                    format!("Google refused {} contacts; the others are right.", attempt.counts().failed),
                );
                (outcome(ResultStatus::Failed, Some(refused)), Some(left))
            }
            Err(Stop::Canceled) => (outcome(ResultStatus::Skipped, None), None),
            Err(Stop::Wait { until, error }) => {
                return self.postpone(claimed, item, item.attempts, until, &error).await;
            }
            Err(Stop::ReadAgain) => {
                let moving =
                    error(RunErrorCode::UpstreamUnavailable, "The account kept changing while it was written.");
                match next_attempt(now, item.attempts + 1) {
                    Some(at) => return self.postpone(claimed, item, item.attempts + 1, at, &moving).await,
                    None => (outcome(ResultStatus::Failed, Some(moving)), None),
                }
            }
            Err(Stop::Retry(cause)) => match next_attempt(now, item.attempts + 1) {
                Some(at) => return self.postpone(claimed, item, item.attempts + 1, at, &cause).await,
                None => (outcome(ResultStatus::Failed, Some(cause)), None),
            },
            Err(Stop::Fail(cause) | Stop::AccountGone(cause)) => (outcome(ResultStatus::Failed, Some(cause)), None),
            Err(stop @ (Stop::Lost | Stop::Broken)) => return Err(stop),
        };
        if let Some(cause) = &outcome.error {
            warn!(run.id = %claimed.run, destination.id = %attempt.destination.id, code = ?cause.code, "{} failed at one destination", claimed.run);
        } else {
            info!(run.id = %claimed.run, destination.id = %attempt.destination.id, status = ?outcome.status, "{} is done with one destination", claimed.run);
        }
        self.finish(claimed, item, &outcome, left).await
    }

    /// Records the end at one destination.
    pub(super) async fn finish(
        &self,
        claimed: &Claimed,
        item: &ShardItem,
        outcome: &DestinationOutcome,
        left: Option<Left>,
    ) -> Result<(), Stop> {
        let kind = self.store.run_in_hand(claimed.run).await?.map(|run| run.kind);
        let is_removal = matches!(kind, Some(RunKind::Removal | RunKind::Release));
        self.store
            .atomically(async |tx| {
                tx.fence(claimed).await?;
                if let Some(destination) = item.destination.filter(|_| kind != Some(RunKind::Preview)) {
                    match (left, outcome.status) {
                        (Some(Left::Clean), _) => tx.forget_destination(destination).await?,
                        (_, ResultStatus::Succeeded) => tx.save_destination_outcome(destination, true, None).await?,
                        (_, ResultStatus::Failed) => {
                            let again = is_removal.then(|| tx.now() + REMOVAL_AGAIN);
                            tx.save_destination_outcome(destination, false, again).await?;
                        }
                        (_, ResultStatus::Skipped | ResultStatus::Waiting | ResultStatus::Running) => {}
                    }
                }
                tx.finish_result(claimed.run, item.result, outcome).await
            })
            .await?;
        Ok(())
    }

    async fn finish_if_running(
        &self,
        claimed: &Claimed,
        item: &ShardItem,
        outcome: &DestinationOutcome,
    ) -> Result<(), Stop> {
        // A result that was in hand when its worker died, in a run that was canceled since.
        if item.status == ResultStatus::Running { self.finish(claimed, item, outcome, None).await } else { Ok(()) }
    }

    pub(super) async fn postpone(
        &self,
        claimed: &Claimed,
        item: &ShardItem,
        attempts: i32,
        at: Time,
        cause: &RunError,
    ) -> Result<(), Stop> {
        let skipped = DestinationOutcome::skipped();
        self.store
            .atomically(async |tx| {
                tx.fence(claimed).await?;
                // A run that was asked to stop does not wait for another attempt.
                if tx.is_over(claimed.run).await? {
                    return tx.finish_result(claimed.run, item.result, &skipped).await;
                }
                tx.postpone_result(item.result, attempts, at, cause).await
            })
            .await?;
        Ok(())
    }

    /// Records that an attempt broke off for a fault of this server: the others of the shard go on.
    pub(super) async fn broke_off(&self, claimed: &Claimed, item: &ShardItem) -> Result<(), Stop> {
        let broken = error(
            RunErrorCode::InternalServerError,
            "The account could not be worked on; the server's log has the cause.",
        );
        match next_attempt(self.clock.now(), item.attempts + 1) {
            Some(at) => self.postpone(claimed, item, item.attempts + 1, at, &broken).await,
            None => {
                let outcome = DestinationOutcome {
                    status: ResultStatus::Failed,
                    error: Some(broken),
                    ..DestinationOutcome::skipped()
                };
                self.finish(claimed, item, &outcome, None).await
            }
        }
    }
}

impl Attempt<'_> {
    /// Changes the counts.
    pub(super) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.tally().counts);
    }

    pub(super) fn counts(&self) -> Counts {
        self.tally().counts
    }

    pub(super) fn plan_deletions(&self, planned: usize) {
        self.tally().planned_deletions = planned;
    }

    fn planned_deletions(&self) -> usize {
        self.tally().planned_deletions
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts over with counting, when everything is read again.
    pub(super) fn reset_reading_counts(&self) {
        self.count(|counts| (counts.unchanged, counts.additions) = (0, 0));
    }

    /// Records something in a transaction of the work's own, with the counts so far, and stops if the run is over.
    pub(super) async fn record<T>(&self, change: impl AsyncFnOnce(&Tx) -> StoreResult<T>) -> Result<T, Stop> {
        let counts = self.counts();
        let now = self.runner.clock.now();
        let tells = self.runner.contents.of(self.claimed.run).tells(now, PROGRESS_EVERY);
        let (value, is_over) = self
            .runner
            .store
            .atomically(async |tx| {
                tx.fence(self.claimed).await?;
                let value = change(tx).await?;
                tx.save_counts(self.item.result, &counts).await?;
                let is_over = tx.must_stop(self.claimed.run).await?;
                if tells && !is_over {
                    tx.append_progress(self.claimed.run).await?;
                }
                Ok::<_, crate::store::StoreError>((value, is_over))
            })
            .await?;
        if is_over { Err(Stop::Canceled) } else { Ok(value) }
    }
}

/// What earlier attempts have done; what they saw is seen again.
fn so_far(counts: &Counts) -> Counts {
    Counts { unchanged: 0, additions: 0, failed: 0, ..*counts }
}

/// The user exists, and yet Google lets nobody in.
fn out_of_reach() -> RunError {
    error(
        RunErrorCode::DestinationUserSuspended,
        "Google refuses the account, though the user exists: it is suspended, or has no Contacts service. Restore the user, or remove it from the job.",
    )
}

/// The user was deleted from the Workspace.
pub(super) fn gone() -> Stop {
    Stop::AccountGone(error(
        RunErrorCode::InvalidDestinationUser,
        "The user does not exist any more. Remove the user from the job.",
    ))
}

/// The user can be worked on, as far as the Directory knows. What is gone needs no removal.
fn usable(user: Option<&WorkspaceUser>, primary_domain: &str, kind: RunKind) -> Result<(), Stop> {
    use InvalidDestinationReason as Reason;
    let Some(user) = user.filter(|user| !user.is_deleted) else {
        return Err(gone());
    };
    let Some(reason) = user.ineligible_reason(primary_domain) else { return Ok(()) };
    let message =
        format!("{} Restore the user, or remove it from the job.", reason.message(user.email.as_str(), primary_domain));
    match (reason, kind) {
        (Reason::UserSuspended | Reason::UserArchived, _) => {
            Err(Stop::Fail(error(RunErrorCode::DestinationUserSuspended, message)))
        }
        (_, RunKind::Sync | RunKind::Preview) => Err(Stop::Fail(error(RunErrorCode::InvalidDestinationUser, message))),
        (_, RunKind::Removal | RunKind::Release) => Ok(()), // still our contacts to take away
    }
}
