//! Drops history that has served its time.

use chrono::TimeDelta;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::{Store, StoreResult};

use entity::{idempotency_key, job_tombstone, run, run_event};

/// How long history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Events of finished runs, changes of single contacts with their names, activity, and the memory of deleted jobs.
    pub events: TimeDelta,
    /// Finished runs and their results.
    pub runs: TimeDelta,
}

impl Default for Retention {
    /// A month of details, and a little more than a year of results: last year's can be compared.
    fn default() -> Self {
        Self { events: TimeDelta::days(30), runs: TimeDelta::days(400) }
    }
}

/// How long idempotency keys are kept.
pub(super) const KEYS: TimeDelta = TimeDelta::hours(24);

impl Store {
    /// Drops what is older than it is kept. Unfinished runs keep everything but the names of contacts; the audit log keeps
    /// everything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self, retention: Retention) -> StoreResult<()> {
        self.atomically(async |tx| {
            let old = run::Column::FinishedAt.lt(tx.now - retention.runs);
            run::Entity::delete_many().filter(old).exec(&tx.db).await?; // results and events go with their run
            let finished = Query::select()
                .column(run::Column::Id)
                .from(run::Entity)
                .and_where(run::Column::FinishedAt.lt(tx.now - retention.events))
                .to_owned();
            let old =
                run_event::Column::At.lt(tx.now - retention.events).and(run_event::Column::RunId.in_subquery(finished));
            run_event::Entity::delete_many().filter(old).exec(&tx.db).await?;
            let old = idempotency_key::Column::CreatedAt.lt(tx.now - KEYS);
            idempotency_key::Entity::delete_many().filter(old).exec(&tx.db).await?;
            let old = job_tombstone::Column::At.lt(tx.now - retention.events);
            job_tombstone::Entity::delete_many().filter(old).exec(&tx.db).await?;
            tx.drop_changes(tx.now - retention.events).await?;
            tx.drop_activities(tx.now - retention.events).await
        })
        .await
    }
}
