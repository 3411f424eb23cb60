//! The work queue: a table, so that work is enqueued in the transaction of the change that needs it.
//!
//! A *lane* is a job (reading its source) or a shard of a run; an index allows one running entry per lane. Work is leased
//! and the lease is fenced: whoever lost it can write nothing more, because every record repeats the attempt number, which
//! never decreases.

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Json;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tracing::debug;

use super::convert::{from_json, to_json};
use super::{Store, StoreError, StoreResult, Tx};
use crate::domain::{RunId, Time, WorkId};

use entity::work::{ActiveModel, Column, Entity, Model};

/// What a worker is to do for a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Read the source, bring the mirror up to date, and queue the shards.
    Gather,
    /// Walk the destinations of one shard.
    Shard {
        /// Ordinal of the shard in its run, from 0.
        shard: i32,
    },
}

/// Work in hand, with the right to record its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Entry of the queue.
    pub id: WorkId,
    /// Ordinal of this claim; every record repeats it.
    pub attempt: i32,
    /// How often this work has failed unexpectedly, claims that ended without a word included.
    pub failures: i32,
    /// Run the work is for.
    pub run: RunId,
    /// What to do.
    pub task: Task,
    /// It may be what killed its workers: nothing else is taken in hand beside it.
    pub is_suspect: bool,
}

/// What a worker asks the queue for.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Name of the worker, unique among replicas.
    pub worker: &'a str,
    /// Entries at most.
    pub limit: u64,
    /// When the lease on what is taken runs out.
    pub until: Time,
    /// Also takes work whose lease has run out, which counts as a failure of the work.
    pub takes_over: bool,
    /// Entries the worker has in hand: it renews these, whatever became of their leases.
    pub except: &'a [WorkId],
}

impl Tx {
    /// Queues work, unless the lane has waiting work for this run already.
    pub(super) async fn enqueue(&self, lane: &str, run: RunId, task: &Task, at: Time) -> StoreResult<()> {
        let row = ActiveModel {
            id: Set(WorkId::random().uuid()),
            lane: Set(lane.to_owned()),
            task: Set(to_json("work", task)?),
            run_id: Set(run.uuid()),
            state: Set("ready".into()),
            run_at: Set(at),
            attempt: Set(0),
            failures: Set(0),
            locked_by: Set(None),
            locked_until: Set(None),
            created_at: Set(self.now),
        };
        // What waits in the lane for another run is left over from one that has ended.
        let left_over = Column::Lane.eq(lane).and(Column::State.eq("ready")).and(Column::RunId.ne(run.uuid()));
        Entity::delete_many().filter(left_over).exec(&self.db).await?;
        let once = OnConflict::new().do_nothing().to_owned();
        Entity::insert(row).on_conflict(once).exec_without_returning(&self.db).await?;
        self.wake_workers();
        Ok(())
    }

    /// Proves that the work is still the caller's; every recording transaction begins with this.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has it, or it was withdrawn.
    pub async fn fence(&self, claimed: &Claimed) -> StoreResult<()> {
        let held = Entity::update_many()
            .col_expr(Column::Attempt, Expr::col(Column::Attempt)) // locks the row until the commit
            .filter(held_by(claimed))
            .exec(&self.db)
            .await?;
        if held.rows_affected == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// Ends the work.
    ///
    /// # Errors
    /// `LeaseLost` as for [`Tx::fence`].
    pub async fn end_work(&self, claimed: &Claimed) -> StoreResult<()> {
        let deleted = Entity::delete_many().filter(held_by(claimed)).exec(&self.db).await?;
        self.given_back(claimed, deleted.rows_affected, "done")
    }

    /// Puts the work back, to be taken up again at `at`; work of a run that is over ends instead. `failures` is its new count
    /// of unexpected failures.
    ///
    /// # Errors
    /// `LeaseLost` as for [`Tx::fence`].
    pub async fn postpone_work(&self, claimed: &Claimed, at: Time, failures: i32) -> StoreResult<()> {
        if self.is_over(claimed.run).await? && matches!(claimed.task, Task::Gather) {
            return self.end_work(claimed).await;
        }
        let updated = Entity::update_many()
            .col_expr(Column::State, Expr::value("ready"))
            .col_expr(Column::RunAt, Expr::value(at))
            .col_expr(Column::Failures, Expr::value(failures))
            .col_expr(Column::LockedBy, Expr::value(None::<String>))
            .col_expr(Column::LockedUntil, Expr::value(None::<Time>))
            .filter(held_by(claimed))
            .exec(&self.db)
            .await?;
        self.given_back(claimed, updated.rows_affected, "postponed")
    }

    fn given_back(&self, claimed: &Claimed, rows: u64, how: &str) -> StoreResult<()> {
        if rows != 1 {
            return Err(StoreError::LeaseLost);
        }
        // Before the commit, so that in the log an end always stands before the next beginning.
        debug!(run.id = %claimed.run, work.id = %claimed.id, work.attempt = claimed.attempt, "work on {} is {how}", claimed.run);
        self.wake_workers();
        Ok(())
    }

    /// Takes waiting work of a run out of the queue; work in hand goes on.
    pub(super) async fn withdraw_waiting_work(&self, run: RunId) -> StoreResult<()> {
        let waiting = Column::RunId.eq(run.uuid()).and(Column::State.eq("ready"));
        Entity::delete_many().filter(waiting).exec(&self.db).await?;
        Ok(())
    }
}

impl Store {
    /// Takes entries that are due, oldest first, at most one per lane, and leases them.
    ///
    /// Work that was in hand when a worker died, and again when the next one did, may be what kills them. It is taken alone,
    /// by a worker that has nothing else in hand and until then takes nothing new, so that it fails nobody's work but its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_work(&self, claim: &Claim<'_>) -> StoreResult<Vec<Claimed>> {
        let now = self.clock.now();
        let due = || due(claim, now);
        if Entity::find()
            .filter(due())
            .select_only()
            .column(Column::Id)
            .into_tuple::<sea_orm::prelude::Uuid>()
            .one(&self.db)
            .await?
            .is_none()
        {
            return Ok(Vec::new()); // no write transaction on an idle queue
        }
        let claimed = self.atomically(async |tx| {
            let suspects = match claim.takes_over {
                true => Entity::find().filter(suspect(claim, now)).count(&tx.db).await?,
                false => 0,
            };
            let candidates = match suspects {
                0 => Entity::find().filter(due()).limit(claim.limit),
                _ if !claim.except.is_empty() => return Ok(Vec::new()),
                _ => Entity::find().filter(suspect(claim, now)).order_by_asc(Column::Failures).limit(1),
            };
            let candidates = candidates
                .order_by_asc(Column::RunAt)
                .order_by_asc(Column::Id)
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                .all(&tx.db)
                .await?;
            let mut claimed = Vec::new();
            for row in candidates {
                let is_expired = row.state == "running";
                let lane_is_busy = !is_expired
                    && Entity::find()
                        .filter(Column::Lane.eq(&row.lane).and(Column::State.eq("running")))
                        .one(&tx.db)
                        .await?
                        .is_some();
                if !lane_is_busy {
                    claimed.push(take(tx, row, claim, i32::from(is_expired)).await?);
                }
            }
            Ok(claimed)
        });
        match claimed.await {
            Err(StoreError::Conflict) => Ok(Vec::new()), // another worker took work of the same lane at this moment
            claimed => claimed,
        }
    }

    /// When the next entry falls due, or the next lease runs out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_work_at(&self) -> StoreResult<Option<Time>> {
        let first = |state: &'static str, column: Column| {
            Entity::find().filter(Column::State.eq(state)).select_only().column_as(column.min(), "at")
        };
        let ready: Option<Option<Time>> = first("ready", Column::RunAt).into_tuple().one(&self.db).await?;
        let running: Option<Option<Time>> = first("running", Column::LockedUntil).into_tuple().one(&self.db).await?;
        Ok([ready.flatten(), running.flatten()].into_iter().flatten().min())
    }

    /// Extends the lease on work and on the accounts it holds. `false`: the work is no longer the caller's.
    ///
    /// # Errors
    /// When the database fails; the lease may still run out.
    pub async fn renew_work(&self, claimed: &Claimed, until: Time) -> StoreResult<bool> {
        self.atomically(async |tx| {
            let renewed = Entity::update_many()
                .col_expr(Column::LockedUntil, Expr::value(until))
                .filter(held_by(claimed))
                .exec(&tx.db)
                .await?;
            if renewed.rows_affected != 1 {
                return Ok(false);
            }
            tx.renew_accounts(claimed, until).await?;
            Ok(true)
        })
        .await
    }
}

fn due(claim: &Claim<'_>, now: Time) -> Condition {
    Condition::any()
        .add(Column::State.eq("ready").and(Column::RunAt.lte(now)))
        .add_option(claim.takes_over.then(|| has_run_out(claim, now)))
}

fn has_run_out(claim: &Claim<'_>, now: Time) -> Condition {
    Condition::all()
        .add(Column::State.eq("running"))
        .add(Column::LockedUntil.lte(now))
        .add(Column::Id.is_not_in(claim.except.iter().map(|id| id.uuid())))
}

/// Its worker is gone, and not for the first time.
fn suspect(claim: &Claim<'_>, now: Time) -> Condition {
    has_run_out(claim, now).add(Column::Failures.gt(0))
}

fn held_by(claimed: &Claimed) -> Condition {
    Condition::all()
        .add(Column::Id.eq(claimed.id.uuid()))
        .add(Column::Attempt.eq(claimed.attempt))
        .add(Column::State.eq("running"))
}

async fn take(tx: &Tx, row: Model, claim: &Claim<'_>, failed: i32) -> StoreResult<Claimed> {
    let attempt = row.attempt + 1;
    let failures = row.failures + failed;
    Entity::update_many()
        .col_expr(Column::State, Expr::value("running"))
        .col_expr(Column::Attempt, Expr::value(attempt))
        .col_expr(Column::Failures, Expr::value(failures))
        .col_expr(Column::LockedBy, Expr::value(claim.worker))
        .col_expr(Column::LockedUntil, Expr::value(claim.until))
        .filter(Column::Id.eq(row.id))
        .exec(&tx.db)
        .await?;
    let task: Json = row.task;
    let is_suspect = failed > 0 && row.failures > 0;
    Ok(Claimed {
        id: row.id.into(),
        attempt,
        failures,
        run: row.run_id.into(),
        task: from_json("work", task)?,
        is_suspect,
    })
}
