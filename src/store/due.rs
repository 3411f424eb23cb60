//! What falls due by itself: daily slots, and removals that could not reach an account.

use chrono::NaiveDate;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::convert::Named;
use super::{Store, StoreResult, Tx};
use crate::domain::{DestinationId, DestinationStatus, JobId, RunId, RunKind, Time};

use entity::{destination, job, run, run_result};

/// Jobs looked at in one round; the next round follows at once.
const ROUND: u64 = 100;

impl Store {
    /// Jobs whose slot has come, the longest overdue first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_jobs(&self, now: Time) -> StoreResult<Vec<JobId>> {
        use job::{Column, Entity};
        let due = Entity::find().filter(Column::NextRunAt.lte(now)).order_by_asc(Column::NextRunAt).limit(ROUND);
        let ids: Vec<sea_orm::prelude::Uuid> = due.select_only().column(Column::Id).into_tuple().all(&self.db).await?;
        Ok(ids.into_iter().map(JobId::from).collect())
    }

    /// Destinations whose removal is to be tried again, with their jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_removals(&self, now: Time) -> StoreResult<Vec<(JobId, DestinationId)>> {
        use destination::{Column, Entity};
        let due = Column::Status.eq(DestinationStatus::Removing.name()).and(Column::NextAttemptAt.lte(now));
        let rows = Entity::find().filter(due).order_by_asc(Column::JobId).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.job_id.into(), row.id.into())).collect())
    }

    /// When the next slot or removal falls due, or the next hold ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_due_at(&self) -> StoreResult<Option<Time>> {
        let slot = job::Entity::find().select_only().column_as(job::Column::NextRunAt.min(), "at");
        let slot: Option<Option<Time>> = slot.into_tuple().one(&self.db).await?;
        let removal = destination::Entity::find()
            .filter(destination::Column::Status.eq(DestinationStatus::Removing.name()))
            .select_only()
            .column_as(destination::Column::NextAttemptAt.min(), "at");
        let removal: Option<Option<Time>> = removal.into_tuple().one(&self.db).await?;
        Ok([slot.flatten(), removal.flatten(), self.next_hold_end().await?].into_iter().flatten().min())
    }
}

impl Tx {
    /// Takes a slot for the caller. `false`: it was served, or the job has changed since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn serve_slot(&self, id: JobId, slot: NaiveDate, next: Time) -> StoreResult<bool> {
        use job::{Column, Entity};
        let is_unserved =
            Column::Id.eq(id.uuid()).and(Column::ServedDate.lt(slot)).and(Column::NextRunAt.lte(self.now));
        let served = Entity::update_many()
            .col_expr(Column::ServedDate, Expr::value(slot))
            .col_expr(Column::NextRunAt, Expr::value(Some(next)))
            .filter(is_unserved)
            .exec(&self.db)
            .await?;
        Ok(served.rows_affected == 1)
    }

    /// Plans the next slot of a job whose present one was served before its time came.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn plan_slot(&self, id: JobId, next: Time) -> StoreResult<()> {
        use job::{Column, Entity};
        let planned = Column::Id.eq(id.uuid()).and(Column::NextRunAt.is_not_null());
        Entity::update_many()
            .col_expr(Column::NextRunAt, Expr::value(Some(next)))
            .filter(planned)
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// The sync of a job that is not finished; there is at most one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unfinished_sync(&self, job: JobId) -> StoreResult<Option<RunId>> {
        use run::{Column, Entity};
        let unfinished =
            Column::JobId.eq(job.uuid()).and(Column::Kind.eq(RunKind::Sync.name())).and(Column::FinishedAt.is_null());
        Ok(Entity::find().filter(unfinished).one(&self.db).await?.map(|row| row.id.into()))
    }

    /// Takes a removal that is due for the caller, with the kind of run that it needs. `None`: another took it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_due_removal(&self, id: DestinationId) -> StoreResult<Option<RunKind>> {
        use destination::{Column, Entity};
        let is_due = Column::Id.eq(id.uuid()).and(Column::NextAttemptAt.lte(self.now));
        let taken = Entity::update_many()
            .col_expr(Column::NextAttemptAt, Expr::value(None::<Time>))
            .filter(is_due)
            .exec(&self.db)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
        let runs = run_result::Entity::find()
            .filter(run_result::Column::DestinationId.eq(id.uuid()))
            .select_only()
            .column(run_result::Column::RunId)
            .into_tuple::<sea_orm::prelude::Uuid>()
            .all(&self.db)
            .await?;
        let kinds = [RunKind::Removal.name(), RunKind::Release.name()];
        let last = run::Entity::find()
            .filter(run::Column::Id.is_in(runs).and(run::Column::Kind.is_in(kinds)))
            .order_by_desc(run::Column::CreatedAt)
            .one(&self.db)
            .await?;
        last.map(|row| RunKind::named(&row.kind)).transpose()
    }
}
