//! Leases on Google accounts: one writer per account at a time, over all jobs and all replicas.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter};

use super::work::Claimed;
use super::{Store, StoreResult, Tx};
use crate::domain::Time;

use entity::account_lease::{ActiveModel, Column, Entity};

impl Store {
    /// Leases the account of this Google user to the work until `until`. `false`: other work has it.
    ///
    /// # Errors
    /// `LeaseLost` when the work itself is no longer the caller's.
    pub async fn lease_account(&self, google_id: &str, claimed: &Claimed, until: Time) -> StoreResult<bool> {
        self.atomically(async |tx| {
            tx.fence(claimed).await?;
            // Late work may still renew its lease and go on; its account is free only when it was taken from it, or ended.
            let is_over = Condition::all().add(Column::Until.lte(tx.now)).add(Expr::exists(holder()).not());
            let ours_or_over = Condition::any().add(Column::WorkId.eq(claimed.id.uuid())).add(is_over);
            let taken = Entity::update_many()
                .col_expr(Column::WorkId, Expr::value(claimed.id.uuid()))
                .col_expr(Column::Attempt, Expr::value(claimed.attempt))
                .col_expr(Column::Until, Expr::value(until))
                .filter(Column::GoogleId.eq(google_id))
                .filter(ours_or_over)
                .exec(&tx.db)
                .await?;
            if taken.rows_affected == 1 {
                return Ok(true);
            }
            let row = ActiveModel {
                google_id: Set(google_id.to_owned()),
                work_id: Set(claimed.id.uuid()),
                attempt: Set(claimed.attempt),
                until: Set(until),
            };
            let once = OnConflict::new().do_nothing().to_owned();
            Ok(Entity::insert(row).on_conflict(once).exec_without_returning(&tx.db).await? == 1)
        })
        .await
    }

    /// Gives the account back.
    ///
    /// # Errors
    /// When the database fails; the lease then runs out.
    pub async fn release_account(&self, google_id: &str, claimed: &Claimed) -> StoreResult<()> {
        self.atomically(async |tx| {
            Entity::delete_many()
                .filter(Column::GoogleId.eq(google_id))
                .filter(Column::WorkId.eq(claimed.id.uuid()))
                .filter(Column::Attempt.eq(claimed.attempt))
                .exec(&tx.db)
                .await?;
            tx.wake_workers(); // whoever waits for the account may look again
            Ok(())
        })
        .await
    }
}

/// The work that holds an account, if it is still in the hand that leased the account.
fn holder() -> SelectStatement {
    use entity::work::{Column as Work, Entity as Works};
    Query::select()
        .expr(Expr::value(1))
        .from(Works)
        .and_where(Expr::col((Works, Work::Id)).equals((Entity, Column::WorkId)))
        .and_where(Expr::col((Works, Work::Attempt)).equals((Entity, Column::Attempt)))
        .and_where(Expr::col((Works, Work::State)).eq("running"))
        .take()
}

impl Tx {
    pub(super) async fn renew_accounts(&self, claimed: &Claimed, until: Time) -> StoreResult<()> {
        Entity::update_many()
            .col_expr(Column::Until, Expr::value(until))
            .filter(Column::WorkId.eq(claimed.id.uuid()))
            .filter(Column::Attempt.eq(claimed.attempt))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
