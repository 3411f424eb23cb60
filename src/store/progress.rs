//! The life of a run, from its start to its last event.
//!
//! Every step appends the event that tells it, in the same transaction, so run and log never disagree.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::convert::{Named, from_json, run_error, to_json};
use super::runs::read_run;
use super::{Store, StoreError, StoreResult, Subject, Tx};
use crate::domain::{
    ActivityKind, AuditAction, AuditChange, Caller, Counts, DestinationId, Draft, EventKind, JobId, ResultId,
    ResultStatus, RunError, RunId, RunKind, RunStatus, Time, UserId,
};

use entity::{destination, job, run, run_result};

/// A run as its workers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunInHand {
    /// Its job. `None` once the job is deleted, and for the preview of a draft.
    pub job: Option<JobId>,
    /// The job that does not exist yet, which it previews.
    pub draft: Option<Draft>,
    /// Kind.
    pub kind: RunKind,
    /// Destinations in the run.
    pub destinations: usize,
    /// Finished, or asked to stop.
    pub is_over: bool,
}

/// One destination of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardItem {
    /// Its result.
    pub result: ResultId,
    /// Destination. `None` once removed, and for the preview of a draft.
    pub destination: Option<DestinationId>,
    /// User whose account it is.
    pub user: Option<UserId>,
    /// Status of the result.
    pub status: ResultStatus,
    /// Contacts, as far as earlier attempts came.
    pub counts: Counts,
    /// Attempts that failed so far.
    pub attempts: i32,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Time>,
    /// Why the last attempt failed.
    pub error: Option<RunError>,
}

impl Store {
    /// The run, for its workers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_in_hand(&self, id: RunId) -> StoreResult<Option<RunInHand>> {
        let row = run::Entity::find_by_id(id.uuid()).one(&self.db).await?;
        row.map(|row| {
            Ok(RunInHand {
                job: row.job_id.map(JobId::from),
                draft: row.draft.map(|draft| from_json("run", draft)).transpose()?,
                kind: RunKind::named(&row.kind)?,
                destinations: usize::try_from(row.destinations_total).unwrap_or(0),
                is_over: row.cancel_requested || row.finished_at.is_some(),
            })
        })
        .transpose()
    }

    /// Destinations of one shard, in the order of their results.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shard(&self, run: RunId, shard: i32) -> StoreResult<Vec<ShardItem>> {
        use run_result::{Column, Entity};
        let these = Column::RunId.eq(run.uuid()).and(Column::Shard.eq(shard));
        let rows =
            Entity::find().filter(these).order_by_asc(Column::Email).order_by_asc(Column::Id).all(&self.db).await?;
        rows.into_iter()
            .map(|row| {
                Ok(ShardItem {
                    result: row.id.into(),
                    destination: row.destination_id.map(DestinationId::from),
                    user: row.user_id.map(UserId::from),
                    status: ResultStatus::named(&row.status)?,
                    counts: from_json("run_result", row.counts)?,
                    attempts: row.attempts,
                    next_attempt_at: row.next_attempt_at,
                    error: run_error("run_result", row.error_code, row.error_message)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// The run is finished, or was asked to stop. Locks the run, so that its end and this answer have an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_over(&self, id: RunId) -> StoreResult<bool> {
        Ok(self
            .touch_run(id, |update| update)
            .await?
            .is_none_or(|row| row.cancel_requested || row.finished_at.is_some()))
    }

    /// The work in hand must stop at once: the run is finished, or its job is being deleted. A run that was only canceled
    /// comes to the end of the destinations in hand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn must_stop(&self, id: RunId) -> StoreResult<bool> {
        let Some(row) = self.touch_run(id, |update| update).await? else { return Ok(true) };
        if row.finished_at.is_some() || !row.cancel_requested {
            return Ok(row.finished_at.is_some());
        }
        let deleting = job::Column::Status.eq(crate::domain::JobStatus::Deleting.name());
        let of_run = match row.job_id {
            Some(job) => job::Entity::find_by_id(job).filter(deleting).one(&self.db).await?,
            None => None,
        };
        Ok(of_run.is_some())
    }

    /// Takes a run out of the queue, or on after a wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_run(&self, id: RunId) -> StoreResult<()> {
        use run::Column;
        let Some(row) = self.touch_run(id, |update| update).await? else { return Ok(()) };
        match RunStatus::named(&row.status)? {
            RunStatus::Queued if row.started_at.is_none() => {
                self.set_run_status(id, RunStatus::Running, None).await?;
                self.touch_run(id, |update| update.col_expr(Column::StartedAt, Expr::value(Some(self.now)))).await?;
                let started = EventKind::Started { destinations_total: row.destinations_total };
                self.append_event(id, RunStatus::Running, &started).await?;
                if let Some(job) = row.job_id {
                    self.tell(ActivityKind::RunStarted, job.into(), Some(id));
                }
            }
            RunStatus::Queued | RunStatus::Waiting => {
                self.set_run_status(id, RunStatus::Running, None).await?;
                self.append_progress(id).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Appends where the run stands, in absolute numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn append_progress(&self, id: RunId) -> StoreResult<()> {
        let Some(row) = run::Entity::find_by_id(id.uuid()).one(&self.db).await? else { return Ok(()) };
        let progressed = EventKind::Progressed {
            destinations_total: row.destinations_total,
            destinations_finished: row.destinations_finished,
            counts: self.sum_counts(id).await?,
        };
        self.append_event(id, RunStatus::named(&row.status)?, &progressed).await?;
        Ok(())
    }

    /// Lets the run wait: every unfinished destination waits, none is in hand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wait_run(&self, id: RunId, error: &RunError, resumes_at: Time) -> StoreResult<()> {
        let in_hand = run_result::Column::Status.eq(ResultStatus::Running.name());
        let is_running = run_result::Entity::find()
            .filter(run_result::Column::RunId.eq(id.uuid()).and(in_hand))
            .count(&self.db)
            .await?
            > 0;
        let row = self.touch_run(id, |update| update).await?;
        if is_running || row.is_none_or(|row| row.finished_at.is_some()) {
            return Ok(());
        }
        self.set_run_status(id, RunStatus::Waiting, Some(resumes_at)).await?;
        let waiting = EventKind::Waiting { error: error.clone(), resumes_at };
        self.append_event(id, RunStatus::Waiting, &waiting).await?;
        Ok(())
    }

    /// Ends a run: unfinished destinations are skipped, the last event is appended, and a deleted job whose accounts are
    /// all clean goes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_run(&self, id: RunId, error: Option<&RunError>) -> StoreResult<()> {
        self.close_run(id, error, None).await
    }

    /// Ends a run with this status, whatever its results are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_run(&self, id: RunId, status: RunStatus) -> StoreResult<()> {
        self.close_run(id, None, Some(status)).await
    }

    async fn close_run(&self, id: RunId, error: Option<&RunError>, status: Option<RunStatus>) -> StoreResult<()> {
        use run::Column;
        let Some(row) = self.touch_run(id, |update| update).await?.filter(|row| row.finished_at.is_none()) else {
            return Ok(());
        };
        self.skip_unfinished(id, None).await?;
        self.withdraw_waiting_work(id).await?;
        let succeeded = self.count_results(id, ResultStatus::Succeeded).await?;
        let status = match (status, error) {
            (Some(status), _) => status,
            (None, Some(_)) => RunStatus::Failed,
            (None, None) if row.cancel_requested => RunStatus::Canceled,
            (None, None) => RunStatus::of_results(succeeded, row.destinations_failed),
        };
        let counts = self.sum_counts(id).await?;
        let stored = to_json("run", &counts)?;
        self.set_run_status(id, status, None).await?;
        self.touch_run(id, |update| {
            update
                .col_expr(Column::Counts, Expr::value(stored))
                .col_expr(Column::ErrorCode, Expr::value(error.map(|error| error.code.name())))
                .col_expr(Column::ErrorMessage, Expr::value(error.map(|error| error.message.clone())))
                .col_expr(Column::FinishedAt, Expr::value(Some(self.now)))
        })
        .await?;
        let finished =
            EventKind::Finished { counts, destinations_failed: row.destinations_failed, error: error.cloned() };
        self.append_event(id, status, &finished).await?;
        self.tell_end(row, status).await?;
        self.wake_workers(); // a slot may have become free
        Ok(())
    }

    /// Tells everybody that a run has ended, and drops a deleted job whose accounts are all clean.
    async fn tell_end(&self, row: run::Model, status: RunStatus) -> StoreResult<()> {
        let run = read_run(row)?;
        let job = match run.job {
            Some(job) => self.job(job).await?,
            None => None,
        };
        let by = Caller::system(&run.id);
        let changes = vec![AuditChange::with("status", status.name().to_ascii_uppercase())];
        self.audit(&by, AuditAction::RunFinish, Subject::run(&run, job.as_ref()), changes).await?;
        if let Some(job) = &job {
            self.tell(ActivityKind::RunFinished, job.id, Some(run.id));
            self.drop_job_if_clean(job.id).await?;
        }
        Ok(())
    }

    /// Asks the unfinished sync of a job to stop. Destinations in hand come to their next record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_unfinished_sync(&self, job: JobId) -> StoreResult<()> {
        match self.unfinished_sync(job).await? {
            Some(run) => self.cancel_run(run).await,
            None => Ok(()),
        }
    }

    /// Asks a run to stop: what has not begun is skipped. Without a destination in hand it ends at once.
    pub(super) async fn cancel_run(&self, id: RunId) -> StoreResult<()> {
        use run::Column;
        self.touch_run(id, |update| update.col_expr(Column::CancelRequested, Expr::value(true))).await?;
        self.skip_unfinished(id, Some(ResultStatus::Waiting)).await?;
        let in_hand = self.count_results(id, ResultStatus::Running).await?;
        // Otherwise the work in hand ends it, or whoever takes that work up.
        if in_hand == 0 { self.finish_run(id, None).await } else { Ok(()) }
    }

    async fn skip_unfinished(&self, id: RunId, only: Option<ResultStatus>) -> StoreResult<()> {
        use run_result::{Column, Entity};
        let statuses =
            only.map_or(vec![ResultStatus::Waiting.name(), ResultStatus::Running.name()], |only| vec![only.name()]);
        let skipped = Entity::update_many()
            .col_expr(Column::Status, Expr::value(ResultStatus::Skipped.name()))
            .col_expr(Column::NextAttemptAt, Expr::value(None::<Time>))
            .filter(Column::RunId.eq(id.uuid()).and(Column::Status.is_in(statuses)))
            .exec(&self.db)
            .await?;
        let skipped = i32::try_from(skipped.rows_affected).unwrap_or(i32::MAX);
        self.touch_run(id, |update| {
            update
                .col_expr(run::Column::DestinationsFinished, Expr::col(run::Column::DestinationsFinished).add(skipped))
        })
        .await?;
        Ok(())
    }

    /// Drops a job that is being deleted and has no destination any more.
    pub(super) async fn drop_job_if_clean(&self, id: JobId) -> StoreResult<()> {
        self.lock_job(id).await?; // a deletion that is about to count its destinations comes first, or sees this
        let is_deleting =
            job::Column::Id.eq(id.uuid()).and(job::Column::Status.eq(crate::domain::JobStatus::Deleting.name()));
        let remaining =
            destination::Entity::find().filter(destination::Column::JobId.eq(id.uuid())).count(&self.db).await?;
        if remaining == 0 && job::Entity::delete_many().filter(is_deleting).exec(&self.db).await?.rows_affected > 0 {
            self.tell(ActivityKind::JobDeleted, id, None);
        }
        Ok(())
    }

    async fn count_results(&self, id: RunId, status: ResultStatus) -> StoreResult<i32> {
        use run_result::{Column, Entity};
        let these = Column::RunId.eq(id.uuid()).and(Column::Status.eq(status.name()));
        Ok(i32::try_from(Entity::find().filter(these).count(&self.db).await?).unwrap_or(i32::MAX))
    }

    async fn sum_counts(&self, id: RunId) -> StoreResult<Counts> {
        let rows = run_result::Entity::find().filter(run_result::Column::RunId.eq(id.uuid())).all(&self.db).await?;
        let mut sum = Counts::default();
        for row in rows {
            sum += from_json::<Counts>("run_result", row.counts)?;
        }
        Ok(sum)
    }

    pub(super) async fn set_run_status(
        &self,
        id: RunId,
        status: RunStatus,
        resumes_at: Option<Time>,
    ) -> StoreResult<()> {
        use run::Column;
        let updated = self.touch_run(id, |update| {
            update
                .col_expr(Column::Status, Expr::value(status.name()))
                .col_expr(Column::ResumesAt, Expr::value(resumes_at))
        });
        updated.await?.map(drop).ok_or(StoreError::Nonsense { table: "run", what: "the run is gone".into() })
    }

    /// Updates, and so locks, the row of a run; the answer is the row after it.
    pub(super) async fn touch_run(
        &self,
        id: RunId,
        change: impl FnOnce(sea_orm::UpdateMany<run::Entity>) -> sea_orm::UpdateMany<run::Entity>,
    ) -> StoreResult<Option<run::Model>> {
        use run::Column;
        let update =
            run::Entity::update_many().col_expr(Column::Kind, Expr::col(Column::Kind)).filter(Column::Id.eq(id.uuid()));
        Ok(change(update).exec_with_returning(&self.db).await?.into_iter().next())
    }
}
