//! What becomes of one destination in a run.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::convert::{Named, to_json};
use super::{StoreResult, Tx};
use crate::domain::{
    Counts, DestinationId, DestinationStatus, EventKind, ResultId, ResultStatus, RunError, RunId, RunStatus, Time,
};

use entity::{destination, run, run_result};

/// How a run went at one destination.
#[derive(Debug, Clone, PartialEq)]
pub struct DestinationOutcome {
    /// Final status.
    pub status: ResultStatus,
    /// Contacts.
    pub counts: Counts,
    /// Deletions of the last plan.
    pub planned_deletions: usize,
    /// Error.
    pub error: Option<RunError>,
}

impl DestinationOutcome {
    /// Nothing was done.
    #[must_use]
    pub fn skipped() -> Self {
        Self { status: ResultStatus::Skipped, counts: Counts::default(), planned_deletions: 0, error: None }
    }
}

impl Tx {
    /// Takes one destination in hand. `false`: it is not waiting any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_result(&self, id: ResultId) -> StoreResult<bool> {
        use run_result::{Column, Entity};
        let unfinished = [ResultStatus::Waiting.name(), ResultStatus::Running.name()];
        let updated = Entity::update_many()
            .col_expr(Column::Status, Expr::value(ResultStatus::Running.name()))
            .col_expr(Column::NextAttemptAt, Expr::value(None::<Time>))
            .filter(Column::Id.eq(id.uuid()).and(Column::Status.is_in(unfinished)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Saves how far one destination has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_counts(&self, id: ResultId, counts: &Counts) -> StoreResult<()> {
        use run_result::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Counts, Expr::value(to_json("run_result", counts)?))
            .filter(Column::Id.eq(id.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Puts one destination back, to be tried again at `at`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn postpone_result(&self, id: ResultId, attempts: i32, at: Time, error: &RunError) -> StoreResult<()> {
        use run_result::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(ResultStatus::Waiting.name()))
            .col_expr(Column::Attempts, Expr::value(attempts))
            .col_expr(Column::NextAttemptAt, Expr::value(Some(at)))
            .col_expr(Column::ErrorCode, Expr::value(error.code.name()))
            .col_expr(Column::ErrorMessage, Expr::value(error.message.as_str()))
            .filter(Column::Id.eq(id.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Records how the run went at one destination, and ends the run with the last of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_result(&self, run: RunId, id: ResultId, outcome: &DestinationOutcome) -> StoreResult<()> {
        use run_result::{Column, Entity};
        let unfinished = [ResultStatus::Waiting, ResultStatus::Running].map(|status| status.name());
        let finished = Entity::update_many()
            .col_expr(Column::Status, Expr::value(outcome.status.name()))
            .col_expr(Column::NextAttemptAt, Expr::value(None::<Time>))
            .col_expr(Column::Counts, Expr::value(to_json("run_result", &outcome.counts)?))
            .col_expr(
                Column::PlannedDeletions,
                Expr::value(i32::try_from(outcome.planned_deletions).unwrap_or(i32::MAX)),
            )
            .col_expr(Column::ErrorCode, Expr::value(outcome.error.as_ref().map(|error| error.code.name())))
            .col_expr(Column::ErrorMessage, Expr::value(outcome.error.as_ref().map(|error| error.message.clone())))
            .filter(Column::Id.eq(id.uuid()).and(Column::Status.is_in(unfinished)))
            .exec_with_returning(&self.db)
            .await?;
        let Some(row) = finished.into_iter().next() else { return Ok(()) }; // skipped meanwhile, by a cancellation
        let failed = i32::from(outcome.status == ResultStatus::Failed);
        let run_row = self
            .touch_run(run, |update| {
                update
                    .col_expr(run::Column::DestinationsFinished, Expr::col(run::Column::DestinationsFinished).add(1))
                    .col_expr(run::Column::DestinationsFailed, Expr::col(run::Column::DestinationsFailed).add(failed))
            })
            .await?;
        let Some(run_row) = run_row else { return Ok(()) };
        let event = EventKind::DestinationFinished {
            result_id: id.to_string(),
            email: row.email,
            destination_status: outcome.status,
            counts: outcome.counts,
            error: outcome.error.clone(),
        };
        self.append_event(run, RunStatus::named(&run_row.status)?, &event).await?;
        if run_row.destinations_finished >= run_row.destinations_total {
            self.finish_run(run, None).await?;
        }
        Ok(())
    }

    /// Records at the destination itself how a run went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_destination_outcome(
        &self,
        id: DestinationId,
        succeeded: bool,
        next_attempt_at: Option<Time>,
    ) -> StoreResult<()> {
        use destination::{Column, Entity};
        let status = if succeeded { DestinationStatus::Synced } else { DestinationStatus::Failing };
        let this = Column::Id.eq(id.uuid());
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(status.name()))
            .filter(this.clone().and(Column::Status.ne(DestinationStatus::Removing.name())))
            .exec(&self.db)
            .await?;
        let update = Entity::update_many().col_expr(Column::NextAttemptAt, Expr::value(next_attempt_at));
        let update = if succeeded {
            update
                .col_expr(Column::ConsecutiveFailures, Expr::value(0))
                .col_expr(Column::LastSuccessAt, Expr::value(Some(self.now)))
        } else {
            update.col_expr(Column::ConsecutiveFailures, Expr::col(Column::ConsecutiveFailures).add(1))
        };
        // The next attempt at a removal is not a sync's to forget.
        let this = match next_attempt_at {
            Some(_) => this,
            None => this.and(Column::Status.ne(DestinationStatus::Removing.name())),
        };
        update.filter(this).exec(&self.db).await?;
        Ok(())
    }
}
