//! Runs that the deletion guard holds, and what they would delete.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::convert::{Named, actor, actor_columns, from_json, to_json};
use super::{CHUNK, Store, StoreResult, Tx};
use crate::domain::{
    ActivityKind, Actor, ContactNumber, DeletionGuard, DestinationId, EventKind, Hold, HoldDecision, HoldReason, JobId,
    PlannedDeletions, RunId, RunStatus, Time,
};

use entity::{link, mirror_contact, run_hold, run_result};

fn read_hold(row: run_hold::Model) -> StoreResult<(RunId, Hold)> {
    let decided_by = match (row.decided_by_kind, row.decided_by) {
        (Some(kind), Some(label)) => Some(actor("run_hold", &kind, &label)?),
        _ => None,
    };
    let hold = Hold {
        reason: HoldReason::named(&row.reason)?,
        planned_deletions: row.planned_deletions,
        guard: from_json("run_hold", row.guard)?,
        held_at: row.held_at,
        expires_at: row.expires_at,
        decision: row.decision.as_deref().map(HoldDecision::named).transpose()?,
        decided_by,
        comment: row.comment,
    };
    Ok((row.run_id.into(), hold))
}

/// The hold waits for a decision.
fn is_open() -> sea_orm::sea_query::SimpleExpr {
    use entity::run;
    let held = Query::select()
        .column(run::Column::Id)
        .from(run::Entity)
        .and_where(run::Column::Status.eq(RunStatus::Held.name()))
        .to_owned();
    run_hold::Column::RunId.in_subquery(held)
}

impl Store {
    /// Holds of these runs, decided or open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds(&self, runs: &[RunId]) -> StoreResult<HashMap<RunId, Hold>> {
        let these = run_hold::Column::RunId.is_in(runs.iter().map(|id| id.uuid()));
        let rows = run_hold::Entity::find().filter(these).all(&self.db).await?;
        rows.into_iter().map(read_hold).collect()
    }

    /// Open holds whose time is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_holds(&self, now: Time) -> StoreResult<Vec<RunId>> {
        use run_hold::{Column, Entity};
        let due = is_open().and(Column::ExpiresAt.lte(now));
        let ids: Vec<Uuid> =
            Entity::find().filter(due).select_only().column(Column::RunId).into_tuple().all(&self.db).await?;
        Ok(ids.into_iter().map(RunId::from).collect())
    }

    /// When the next open hold ends.
    pub(super) async fn next_hold_end(&self) -> StoreResult<Option<Time>> {
        use run_hold::{Column, Entity};
        let open = Entity::find().filter(is_open());
        let end: Option<Option<Time>> =
            open.select_only().column_as(Column::ExpiresAt.min(), "at").into_tuple().one(&self.db).await?;
        Ok(end.flatten())
    }

    /// What a run would delete at each of its destinations, from our records alone: synced contacts that the mirror has
    /// no longer in the source group.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn planned_deletions(
        &self,
        job: JobId,
        run: RunId,
    ) -> StoreResult<HashMap<DestinationId, PlannedDeletions>> {
        let present = Query::select()
            .column(mirror_contact::Column::Number)
            .from(mirror_contact::Entity)
            .and_where(mirror_contact::Column::JobId.eq(job.uuid()))
            .and_where(mirror_contact::Column::IsPresent.eq(true))
            .to_owned();
        let mut gone = self.count_links(run, Some(link::Column::Number.not_in_subquery(present))).await?;
        let planned = |(id, synced)| (id, PlannedDeletions { deletions: gone.remove(&id).unwrap_or(0), synced });
        Ok(self.count_links(run, None).await?.into_iter().map(planned).collect())
    }

    /// What a run would delete at each of its destinations if the source group held these contacts and no others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn foreseen_deletions(
        &self,
        run: RunId,
        present: &[ContactNumber],
    ) -> StoreResult<HashMap<DestinationId, PlannedDeletions>> {
        let mut foreseen: HashMap<DestinationId, PlannedDeletions> = self
            .count_links(run, None)
            .await?
            .into_iter()
            .map(|(id, synced)| (id, PlannedDeletions { deletions: synced, synced }))
            .collect();
        for chunk in present.chunks(CHUNK) {
            let among = link::Column::Number.is_in(chunk.iter().map(|number| number.to_i64()));
            for (id, kept) in self.count_links(run, Some(among)).await? {
                if let Some(foreseen) = foreseen.get_mut(&id) {
                    foreseen.deletions = foreseen.deletions.saturating_sub(kept);
                }
            }
        }
        Ok(foreseen)
    }

    /// Synced contacts at each destination of a run.
    async fn count_links(
        &self,
        run: RunId,
        which: Option<sea_orm::sea_query::SimpleExpr>,
    ) -> StoreResult<HashMap<DestinationId, usize>> {
        use link::{Column, Entity};
        let of_run = Query::select()
            .column(run_result::Column::DestinationId)
            .from(run_result::Entity)
            .and_where(run_result::Column::RunId.eq(run.uuid()))
            .to_owned();
        let mut select = Entity::find().filter(Column::DestinationId.in_subquery(of_run));
        if let Some(which) = which {
            select = select.filter(which);
        }
        let rows: Vec<(Uuid, i64)> = select
            .select_only()
            .column(Column::DestinationId)
            .column_as(Column::Number.count(), "number")
            .group_by(Column::DestinationId)
            .into_tuple()
            .all(&self.db)
            .await?;
        let count = |(id, number): (Uuid, i64)| (DestinationId::from(id), usize::try_from(number).unwrap_or(0));
        Ok(rows.into_iter().map(count).collect())
    }
}

impl Tx {
    /// The hold of a run, decided or open.
    pub(super) async fn hold(&self, run: RunId) -> StoreResult<Option<Hold>> {
        let row = run_hold::Entity::find_by_id(run.uuid()).one(&self.db).await?;
        row.map(|row| read_hold(row).map(|(_, hold)| hold)).transpose()
    }

    /// Deletions that were approved for a run. `None` when nothing was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approved_deletions(&self, run: RunId) -> StoreResult<Option<usize>> {
        let approved = self.hold(run).await?.filter(|hold| hold.decision == Some(HoldDecision::Approved));
        Ok(approved.map(|hold| usize::try_from(hold.planned_deletions).unwrap_or(0)))
    }

    /// Saves what a run would delete at each destination.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_planned_deletions(
        &self,
        run: RunId,
        planned: &HashMap<DestinationId, PlannedDeletions>,
    ) -> StoreResult<()> {
        use run_result::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::PlannedDeletions, Expr::value(0))
            .filter(Column::RunId.eq(run.uuid()))
            .exec(&self.db)
            .await?;
        for (destination, planned) in planned.iter().filter(|(_, planned)| planned.deletions > 0) {
            let deletions = i32::try_from(planned.deletions).unwrap_or(i32::MAX);
            Entity::update_many()
                .col_expr(Column::PlannedDeletions, Expr::value(deletions))
                .filter(Column::RunId.eq(run.uuid()).and(Column::DestinationId.eq(destination.uuid())))
                .exec(&self.db)
                .await?;
        }
        Ok(())
    }

    /// Saves what a preview foresees of the deletion guard.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_foreseen_hold(&self, preview: RunId, reason: Option<HoldReason>) -> StoreResult<()> {
        use entity::run::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::ExpectedHoldReason, Expr::value(reason.map(|reason| reason.name())))
            .filter(Column::Id.eq(preview.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Takes the group that the job was relinked to for its source: the run goes on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accept_source(&self, id: JobId) -> StoreResult<()> {
        use entity::job::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::IsRelinked, Expr::value(false))
            .filter(Column::Id.eq(id.uuid()).and(Column::IsRelinked.eq(true)))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Holds a run until it is decided, or until `expires_at`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_run(
        &self,
        job: JobId,
        run: RunId,
        reason: HoldReason,
        planned_deletions: usize,
        guard: DeletionGuard,
        expires_at: Time,
    ) -> StoreResult<()> {
        use run_hold::{ActiveModel, Column, Entity};
        let planned_deletions = i32::try_from(planned_deletions).unwrap_or(i32::MAX);
        let row = ActiveModel {
            run_id: Set(run.uuid()),
            reason: Set(reason.name().into()),
            planned_deletions: Set(planned_deletions),
            guard: Set(to_json("run_hold", &guard)?),
            held_at: Set(self.now),
            expires_at: Set(expires_at),
            decision: Set(None),
            decided_by_kind: Set(None),
            decided_by: Set(None),
            comment: Set(None),
        };
        let again = OnConflict::column(Column::RunId)
            .update_columns([
                Column::Reason,
                Column::PlannedDeletions,
                Column::Guard,
                Column::HeldAt,
                Column::ExpiresAt,
                Column::Decision,
                Column::DecidedByKind,
                Column::DecidedBy,
                Column::Comment,
            ])
            .to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(&self.db).await?;
        self.set_run_status(run, RunStatus::Held, None).await?;
        let held = EventKind::Held { reason, planned_deletions, expires_at };
        self.append_event(run, RunStatus::Held, &held).await?;
        self.tell(ActivityKind::RunHeld, job, Some(run));
        self.wake_workers(); // the scheduler has an end to watch
        Ok(())
    }

    /// Records how an open hold ended, and tells it in the log of the run.
    pub(super) async fn decide_hold(
        &self,
        run: RunId,
        decision: HoldDecision,
        status: RunStatus,
        by: Option<&Actor>,
        comment: Option<&str>,
    ) -> StoreResult<()> {
        use run_hold::{Column, Entity};
        let columns = by.map(actor_columns);
        Entity::update_many()
            .col_expr(Column::Decision, Expr::value(decision.name()))
            .col_expr(Column::DecidedByKind, Expr::value(columns.as_ref().map(|(kind, _)| kind.clone())))
            .col_expr(Column::DecidedBy, Expr::value(columns.as_ref().map(|(_, label)| label.clone())))
            .col_expr(Column::Comment, Expr::value(comment))
            .filter(Column::RunId.eq(run.uuid()))
            .exec(&self.db)
            .await?;
        self.set_run_status(run, status, None).await?;
        let decided = EventKind::HoldDecided { decision, decided_by: by.cloned() };
        self.append_event(run, status, &decided).await?;
        Ok(())
    }

    /// Ends a run whose hold was not decided in time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_hold(&self, run: RunId) -> StoreResult<()> {
        // The run is locked first: a decision that comes at this moment is seen.
        if self.is_over(run).await? {
            return Ok(());
        }
        let open = self.hold(run).await?.filter(|hold| hold.decision.is_none() && hold.expires_at <= self.now);
        if open.is_none() {
            return Ok(());
        }
        self.decide_hold(run, HoldDecision::Expired, RunStatus::Expired, None, None).await?;
        self.end_run(run, RunStatus::Expired).await
    }
}
