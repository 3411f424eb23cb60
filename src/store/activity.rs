//! Activity: thin signals about jobs and runs, in one order that no reader can miss a part of.
//!
//! The next number is taken last in a transaction, and locks until its commit: whoever sees a number sees all before it.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::convert::Named;
use super::{Store, StoreError, StoreResult, Tx};
use crate::domain::{Activity, ActivityKind, JobId, RunId, Time};

use entity::{activity, activity_state};

/// The one row of the table of the state.
const STATE: i32 = 1;

/// An activity that a transaction tells at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    kind: ActivityKind,
    job: JobId,
    run: Option<RunId>,
}

/// Where the order of activities stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityState {
    /// The last number given.
    pub last: i64,
    /// The last number that was dropped with old history.
    pub dropped: i64,
}

impl Store {
    /// Activities after a number, in order, at most `limit`; of these jobs alone where some are named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn activities(&self, after: i64, jobs: Option<&[JobId]>, limit: u32) -> StoreResult<Vec<Activity>> {
        use activity::{Column, Entity};
        let mut select = Entity::find().filter(Column::Sequence.gt(after));
        if let Some(jobs) = jobs {
            select = select.filter(Column::JobId.is_in(jobs.iter().map(|job| job.uuid())));
        }
        let rows = select.order_by_asc(Column::Sequence).limit(u64::from(limit)).all(&self.db).await?;
        let read = |row: activity::Model| {
            Ok(Activity {
                sequence: row.sequence,
                kind: ActivityKind::named(&row.kind)?,
                at: row.at,
                job: row.job_id.into(),
                run: row.run_id.map(RunId::from),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Where the order stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn activity_state(&self) -> StoreResult<ActivityState> {
        let row = activity_state::Entity::find_by_id(STATE).one(&self.db).await?.ok_or_else(no_state)?;
        Ok(ActivityState { last: row.last, dropped: row.dropped })
    }
}

impl Tx {
    /// Tells of something that happened, with the commit.
    pub(super) fn tell(&self, kind: ActivityKind, job: JobId, run: Option<RunId>) {
        let told = Told { kind, job, run };
        let mut pending = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !pending.contains(&told) {
            pending.push(told);
        }
    }

    /// Writes what was told. The last step before the commit: from here on other transactions wait for this one.
    pub(super) async fn write_told(&self) -> StoreResult<()> {
        use activity_state::{Column, Entity};
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        if told.is_empty() {
            return Ok(());
        }
        let number = i64::try_from(told.len()).unwrap_or(i64::MAX);
        let state = Entity::update_many()
            .col_expr(Column::Last, Expr::col(Column::Last).add(number))
            .filter(Column::Id.eq(STATE))
            .exec_with_returning(&self.db)
            .await?;
        let last = state.first().ok_or_else(no_state)?.last;
        let rows = (last - number + 1..).zip(told).map(|(sequence, told)| activity::ActiveModel {
            sequence: Set(sequence),
            kind: Set(told.kind.name().into()),
            at: Set(self.now),
            job_id: Set(told.job.uuid()),
            run_id: Set(told.run.map(|run| run.uuid())),
        });
        activity::Entity::insert_many(rows.collect::<Vec<_>>()).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Drops activities from before `then`.
    pub(super) async fn drop_activities(&self, then: Time) -> StoreResult<()> {
        use activity::{Column, Entity};
        let newest: Option<Option<i64>> = Entity::find()
            .filter(Column::At.lt(then))
            .select_only()
            .column_as(Column::Sequence.max(), "newest")
            .into_tuple()
            .one(&self.db)
            .await?;
        let Some(newest) = newest.flatten() else { return Ok(()) };
        Entity::delete_many().filter(Column::Sequence.lte(newest)).exec(&self.db).await?;
        activity_state::Entity::update_many()
            .col_expr(activity_state::Column::Dropped, Expr::value(newest))
            .filter(activity_state::Column::Id.eq(STATE))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}

fn no_state() -> StoreError {
    StoreError::Nonsense { table: "activity_state", what: "the row is gone".into() }
}
