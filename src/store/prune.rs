//! Drops history that has served its time.

use chrono::TimeDelta;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::{Store, StoreResult};

use entity::{idempotency_key, run, run_event};

/// How long the events of a finished run are kept.
const EVENTS: TimeDelta = TimeDelta::days(30);
/// How long finished runs and their results are kept.
const RUNS: TimeDelta = TimeDelta::days(400);
/// How long idempotency keys are kept.
pub(super) const KEYS: TimeDelta = TimeDelta::hours(24);

impl Store {
    /// Drops events, runs and keys that are older than they are kept. Unfinished runs keep everything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> StoreResult<()> {
        self.atomically(async |tx| {
            let old = run::Column::FinishedAt.lt(tx.now - RUNS);
            run::Entity::delete_many().filter(old).exec(&tx.db).await?; // results and events go with their run
            let finished = Query::select()
                .column(run::Column::Id)
                .from(run::Entity)
                .and_where(run::Column::FinishedAt.lt(tx.now - EVENTS))
                .to_owned();
            let old = run_event::Column::At.lt(tx.now - EVENTS).and(run_event::Column::RunId.in_subquery(finished));
            run_event::Entity::delete_many().filter(old).exec(&tx.db).await?;
            let old = idempotency_key::Column::CreatedAt.lt(tx.now - KEYS);
            idempotency_key::Entity::delete_many().filter(old).exec(&tx.db).await?;
            Ok(())
        })
        .await
    }
}
