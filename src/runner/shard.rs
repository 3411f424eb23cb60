//! A shard: walks the destinations that one worker serves, some at a time, until none is left or all must wait.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, StreamExt, stream};

use tracing::warn;

use super::Runner;
use super::directory::{DirectoryError, DirectoryKey};
use super::failure::{Stop, error};
use super::gather::next_attempt;
use super::worker::MAX_FAILURES;
use crate::domain::{ResultStatus, RunError, RunErrorCode, RunKind, Time};
use crate::store::{Claimed, DestinationOutcome, ShardItem};

/// The users of a run are not known as they are now.
struct Unknown {
    /// When to look again, where Google says so.
    until: Option<Time>,
    cause: RunError,
}

impl Runner {
    pub(super) async fn walk_shard(&self, claimed: &Claimed, shard: i32) -> Result<(), Stop> {
        let Some(run) = self.store.run_in_hand(claimed.run).await? else {
            return Ok(self.store.atomically(async |tx| tx.end_work(claimed).await).await?);
        };
        self.store
            .atomically(async |tx| {
                tx.fence(claimed).await?;
                tx.start_run(claimed.run).await
            })
            .await?;
        let unknown = if run.is_over || claimed.failures > MAX_FAILURES {
            None
        } else {
            self.refresh_users_of(claimed, run.kind).await?
        };
        loop {
            let items = self.store.shard(claimed.run, shard).await?;
            let unfinished: Vec<ShardItem> = items.into_iter().filter(|item| !item.status.is_finished()).collect();
            if unfinished.is_empty() {
                break;
            }
            if claimed.failures > MAX_FAILURES {
                self.give_up(claimed, &unfinished).await?;
                break;
            }
            let now = self.clock.now();
            let (due, later): (Vec<ShardItem>, Vec<ShardItem>) =
                unfinished.into_iter().partition(|item| item.next_attempt_at.is_none_or(|at| at <= now));
            if due.is_empty() {
                return self.wait_shard(claimed, &later).await;
            }
            if let Some(unknown) = &unknown {
                for item in &due {
                    self.not_known(claimed, item, unknown).await?;
                }
                continue;
            }
            let run = &run;
            let attempts = due.into_iter().map(|item| async move {
                let ended = AssertUnwindSafe(self.attempt(claimed, run, &item)).catch_unwind().await;
                (item, ended.unwrap_or(Err(Stop::Broken))) // the panic is in the log
            });
            let mut attempts = stream::iter(attempts).buffer_unordered(self.settings.accounts);
            while let Some((item, ended)) = attempts.next().await {
                match ended {
                    Err(Stop::Broken) => self.broke_off(claimed, &item).await?,
                    ended => ended?,
                }
            }
        }
        self.contents_done(claimed).await?;
        Ok(self.store.atomically(async |tx| tx.end_work(claimed).await).await?)
    }

    /// Brings the users of the run up to date: it may have waited so long that an address is somebody else's by now. What is
    /// left is why that failed. A removal goes on without the Directory, by the last known state.
    async fn refresh_users_of(&self, claimed: &Claimed, kind: RunKind) -> Result<Option<Unknown>, Stop> {
        let users = self.store.google_ids_of_run(claimed.run).await?;
        let keys: Vec<DirectoryKey> = users.into_iter().map(DirectoryKey::Id).collect();
        let Err(failure) = self.directory.refresh(&keys).await else { return Ok(None) };
        warn!(run.id = %claimed.run, error = %failure, "the Directory could not be read before {}", claimed.run);
        if matches!(failure, DirectoryError::Google(_)) && matches!(kind, RunKind::Removal | RunKind::Release) {
            return Ok(None);
        }
        match failure.into() {
            Stop::Wait { until, error } => Ok(Some(Unknown { until: Some(until), cause: error })),
            Stop::Retry(cause) | Stop::Fail(cause) | Stop::AccountGone(cause) => {
                Ok(Some(Unknown { until: None, cause }))
            }
            stop @ (Stop::Lost | Stop::Canceled | Stop::ReadAgain | Stop::Broken) => Err(stop),
        }
    }

    /// Counts a user who is not known now as a failed attempt, without a look into the account.
    async fn not_known(&self, claimed: &Claimed, item: &ShardItem, unknown: &Unknown) -> Result<(), Stop> {
        let (now, attempts) = (self.clock.now(), item.attempts + 1);
        match (unknown.until, next_attempt(now, attempts)) {
            (Some(until), _) if until > now => self.postpone(claimed, item, item.attempts, until, &unknown.cause).await,
            (_, Some(at)) => self.postpone(claimed, item, attempts, at, &unknown.cause).await,
            (_, None) => self.fail(claimed, item, &unknown.cause).await,
        }
    }

    async fn wait_shard(&self, claimed: &Claimed, later: &[ShardItem]) -> Result<(), Stop> {
        let Some(next) = later.iter().min_by_key(|item| item.next_attempt_at) else { return Ok(()) };
        let at = next.next_attempt_at.unwrap_or_else(|| self.clock.now());
        let unknown = || error(RunErrorCode::UpstreamUnavailable, "The attempt was interrupted.");
        let cause = next.error.clone().unwrap_or_else(unknown);
        self.store
            .atomically(async |tx| {
                tx.postpone_work(claimed, at, 0).await?;
                tx.wait_run(claimed.run, &cause, at).await
            })
            .await?;
        Ok(())
    }

    /// Fails what is left of a shard whose work ends its worker each time.
    async fn give_up(&self, claimed: &Claimed, unfinished: &[ShardItem]) -> Result<(), Stop> {
        let broken = error(
            RunErrorCode::InternalServerError,
            "The account could not be worked on; the server's log has the cause.",
        );
        for item in unfinished {
            self.fail(claimed, item, &broken).await?;
        }
        Ok(())
    }

    async fn fail(&self, claimed: &Claimed, item: &ShardItem, cause: &RunError) -> Result<(), Stop> {
        let outcome = DestinationOutcome {
            status: ResultStatus::Failed,
            counts: item.counts,
            error: Some(cause.clone()),
            ..DestinationOutcome::skipped()
        };
        self.finish(claimed, item, &outcome, None).await
    }

    /// Contents are kept until the run is over.
    async fn contents_done(&self, claimed: &Claimed) -> Result<(), Stop> {
        let is_over = self.store.run_in_hand(claimed.run).await?.is_none_or(|run| run.is_over);
        if is_over {
            self.contents.drop_run(claimed.run);
        }
        Ok(())
    }
}
