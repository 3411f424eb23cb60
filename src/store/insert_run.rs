//! Queues a run: the run, its destinations and its work in the caller's transaction (R1, R3).

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::convert::{Named, actor_columns, to_json};
use super::{CHUNK, StoreError, StoreResult, Task, Tx};
use crate::domain::{
    ActivityKind, Actor, Counts, Destination, DestinationId, Draft, EmailAddress, Event, EventKind, Job, ResultId,
    ResultStatus, Run, RunId, RunKind, RunStatus, Trigger, UserId, WorkspaceUser,
};

/// Destinations that one worker walks with one reading of the source; more shards let more workers help.
pub(super) const SHARD_SIZE: usize = 25;

impl Tx {
    /// Queues a run over `destinations`, fixed from here on. A run over none is finished at once.
    ///
    /// # Errors
    /// `Conflict` when the job has an unfinished sync already, or the slot was served.
    pub async fn insert_run(
        &self,
        job: &Job,
        kind: RunKind,
        trigger: Trigger,
        slot: Option<NaiveDate>,
        by: &Actor,
        destinations: &[Destination],
    ) -> StoreResult<Run> {
        let number = self.next_run_number(job).await?;
        let mut run = self.new_run(Some(job), Some(number), kind, trigger, by, destinations.len());
        self.insert_run_row(&run, slot, None).await?;
        let items = destinations.iter().map(|one| (Some(one.id), one.user, &one.email));
        self.insert_result_rows(&run, items).await?;
        self.tell(ActivityKind::RunQueued, job.id, Some(run.id));
        if destinations.is_empty() {
            self.append_event(run.id, RunStatus::Running, &EventKind::Started { destinations_total: 0 }).await?;
            run.status = RunStatus::Succeeded;
            run.started_at = Some(self.now);
            run.finished_at = Some(self.now);
            self.finish_run(run.id, None).await?;
            return Ok(run);
        }
        match kind {
            RunKind::Sync => self.enqueue_gather(job, run.id).await?,
            RunKind::Preview => self.enqueue_preview(run.id).await?,
            RunKind::Removal | RunKind::Release => self.enqueue_shards(run.id, destinations.len()).await?,
        }
        Ok(run)
    }

    /// Queues the preview of a job that does not exist yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_draft_run(&self, draft: &Draft, by: &Actor, users: &[WorkspaceUser]) -> StoreResult<Run> {
        let run = self.new_run(None, None, RunKind::Preview, Trigger::Manual, by, users.len());
        self.insert_run_row(&run, None, Some(draft)).await?;
        self.insert_result_rows(&run, users.iter().map(|user| (None, user.id, &user.email))).await?;
        self.enqueue_preview(run.id).await?;
        Ok(run)
    }

    fn new_run(
        &self,
        job: Option<&Job>,
        number: Option<i32>,
        kind: RunKind,
        trigger: Trigger,
        by: &Actor,
        destinations: usize,
    ) -> Run {
        Run {
            id: RunId::random(),
            job: job.map(|job| job.id),
            number,
            kind,
            trigger,
            status: RunStatus::Queued,
            resumes_at: None,
            destinations_total: i32::try_from(destinations).unwrap_or(i32::MAX),
            destinations_finished: 0,
            counts: Counts::default(),
            error: None,
            expected_hold_reason: None,
            requested_by: by.clone(),
            created_at: self.now,
            started_at: None,
            finished_at: None,
        }
    }

    /// Queues the reading of a job's source.
    pub(super) async fn enqueue_gather(&self, job: &Job, run: RunId) -> StoreResult<()> {
        self.enqueue(&format!("job:{}", job.id), run, &Task::Gather, self.now).await
    }

    /// A preview has a lane of its own: it waits for nobody, and nobody for it.
    async fn enqueue_preview(&self, run: RunId) -> StoreResult<()> {
        self.enqueue(&format!("preview:{run}"), run, &Task::Gather, self.now).await
    }

    /// Queues the shards of a run.
    pub(crate) async fn enqueue_shards(&self, run: RunId, destinations: usize) -> StoreResult<()> {
        for shard in 0..destinations.div_ceil(SHARD_SIZE) {
            let shard = i32::try_from(shard).unwrap_or(i32::MAX);
            self.enqueue(&format!("{run}:{shard}"), run, &Task::Shard { shard }, self.now).await?;
        }
        Ok(())
    }

    async fn next_run_number(&self, job: &Job) -> StoreResult<i32> {
        use entity::job::{Column, Entity};
        let updated = Entity::update_many()
            .col_expr(Column::RunCount, Expr::col(Column::RunCount).add(1))
            .filter(Column::Id.eq(job.id.uuid()))
            .exec_with_returning(&self.db)
            .await?;
        let row = updated.into_iter().next();
        row.map(|row| row.run_count).ok_or(StoreError::Nonsense { table: "job", what: "the job is gone".into() })
    }

    async fn insert_run_row(&self, run: &Run, slot: Option<NaiveDate>, draft: Option<&Draft>) -> StoreResult<()> {
        let (by_kind, by) = actor_columns(&run.requested_by);
        let row = entity::run::ActiveModel {
            id: Set(run.id.uuid()),
            job_id: Set(run.job.map(|job| job.uuid())),
            number: Set(run.number.unwrap_or(0)),
            kind: Set(run.kind.name().into()),
            trigger: Set(run.trigger.name().into()),
            status: Set(run.status.name().into()),
            slot: Set(slot),
            draft: Set(draft.map(|draft| to_json("run", draft)).transpose()?),
            resumes_at: Set(None),
            cancel_requested: Set(false),
            destinations_total: Set(run.destinations_total),
            destinations_finished: Set(0),
            destinations_failed: Set(0),
            counts: Set(to_json("run", &run.counts)?),
            error_code: Set(None),
            error_message: Set(None),
            expected_hold_reason: Set(None),
            last_sequence: Set(0),
            requested_by_kind: Set(by_kind),
            requested_by: Set(by),
            created_at: Set(run.created_at),
            started_at: Set(None),
            finished_at: Set(None),
        };
        entity::run::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    async fn insert_result_rows(
        &self,
        run: &Run,
        destinations: impl Iterator<Item = (Option<DestinationId>, UserId, &EmailAddress)>,
    ) -> StoreResult<()> {
        let counts = to_json("run_result", &Counts::default())?;
        let rows: Vec<_> = destinations
            .enumerate()
            .map(|(position, (destination, user, email))| entity::run_result::ActiveModel {
                id: Set(ResultId::random().uuid()),
                run_id: Set(run.id.uuid()),
                destination_id: Set(destination.map(|destination| destination.uuid())),
                user_id: Set(Some(user.uuid())),
                shard: Set(i32::try_from(position / SHARD_SIZE).unwrap_or(i32::MAX)),
                email: Set(email.to_string()),
                status: Set(ResultStatus::Waiting.name().into()),
                attempts: Set(0),
                next_attempt_at: Set(None),
                counts: Set(counts.clone()),
                error_code: Set(None),
                error_message: Set(None),
                planned_deletions: Set(0),
            })
            .collect();
        for chunk in rows.chunks(CHUNK) {
            entity::run_result::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Appends to the log of a run, in a gapless sequence: the run's row is locked by taking the next number.
    pub(super) async fn append_event(&self, run: RunId, status: RunStatus, kind: &EventKind) -> StoreResult<Event> {
        use entity::run::{Column, Entity};
        let updated = Entity::update_many()
            .col_expr(Column::LastSequence, Expr::col(Column::LastSequence).add(1))
            .filter(Column::Id.eq(run.uuid()))
            .exec_with_returning(&self.db)
            .await?;
        let row = updated.into_iter().next();
        let sequence = row
            .map(|row| row.last_sequence)
            .ok_or(StoreError::Nonsense { table: "run", what: "the run is gone".into() })?;
        let event = entity::run_event::ActiveModel {
            run_id: Set(run.uuid()),
            sequence: Set(sequence),
            at: Set(self.now),
            status: Set(status.name().into()),
            kind: Set(to_json("run_event", kind)?),
        };
        entity::run_event::Entity::insert(event).exec_without_returning(&self.db).await?;
        Ok(Event { run, sequence, at: self.now, status, kind: kind.clone() })
    }
}
