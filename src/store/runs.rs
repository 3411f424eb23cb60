//! Runs, read.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::convert::{Named, actor, from_json, run_error};
use super::page::{Direction, Page, PageRequest, paged};
use super::pages::{Cut, counts, first_rows, pages};
use super::{Store, StoreResult};
use crate::domain::{HoldReason, JobId, Run, RunId, RunKind, RunStatus, Time, Trigger};

use entity::{run, run_result};

/// Selects runs. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL input RunFilter")]
pub struct RunFilter {
    pub jobs: Option<Vec<JobId>>,
    pub kinds: Option<Vec<RunKind>>,
    pub triggers: Option<Vec<Trigger>>,
    pub statuses: Option<Vec<RunStatus>>,
    pub created_from: Option<Time>,
    pub created_to: Option<Time>,
}

/// What runs may be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL enum RunOrderField")]
pub enum RunOrderField {
    CreatedAt,
    FinishedAt,
}

pub(super) fn read_run(row: run::Model) -> StoreResult<Run> {
    Ok(Run {
        id: row.id.into(),
        job: row.job_id.map(JobId::from),
        number: (row.number > 0).then_some(row.number),
        kind: RunKind::named(&row.kind)?,
        trigger: Trigger::named(&row.trigger)?,
        status: RunStatus::named(&row.status)?,
        resumes_at: row.resumes_at,
        destinations_total: row.destinations_total,
        destinations_finished: row.destinations_finished,
        counts: from_json("run", row.counts)?,
        error: run_error("run", row.error_code, row.error_message)?,
        expected_hold_reason: row.expected_hold_reason.as_deref().map(HoldReason::named).transpose()?,
        requested_by: actor("run", &row.requested_by_kind, &row.requested_by)?,
        created_at: row.created_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
    })
}

impl Store {
    /// A run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run(&self, id: RunId) -> StoreResult<Option<Run>> {
        Ok(self.runs_by_ids(&[id]).await?.remove(&id))
    }

    /// The status of a run, without all that belongs to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_status(&self, id: RunId) -> StoreResult<Option<RunStatus>> {
        let select = run::Entity::find_by_id(id.uuid()).select_only().column(run::Column::Status);
        let status: Option<String> = select.into_tuple().one(&self.db).await?;
        status.map(|status| RunStatus::named(&status)).transpose()
    }

    /// Runs by their ids. The counts of one that works are those of its results so far.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs_by_ids(&self, ids: &[RunId]) -> StoreResult<HashMap<RunId, Run>> {
        let these = run::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
        let rows = run::Entity::find().filter(these).all(&self.db).await?;
        let runs = self.read_runs(rows).await?;
        Ok(runs.into_iter().map(|run| (run.id, run)).collect())
    }

    /// A page of runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs_page(
        &self,
        filter: &RunFilter,
        order: RunOrderField,
        direction: Direction,
        page: &PageRequest,
    ) -> StoreResult<Page<Run>> {
        use run::{Column, Entity};
        let key = match order {
            RunOrderField::CreatedAt => Column::CreatedAt,
            RunOrderField::FinishedAt => Column::FinishedAt,
        };
        let select = Entity::find().filter(condition(filter));
        let rows = paged(select, key, Column::Id, direction, page).all(&self.db).await?;
        Ok(Page::of(self.read_runs(rows).await?, page))
    }

    /// The first page of runs of each of these jobs, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs_pages(
        &self,
        jobs: &[JobId],
        filter: &RunFilter,
        first: u32,
    ) -> StoreResult<HashMap<JobId, Page<Run>>> {
        use run::{Column, Entity};
        let select = Entity::find().filter(of_jobs(jobs).add(condition(filter)));
        let direction = Direction::Descending;
        let cut = Cut { parent: Column::JobId, key: Column::CreatedAt, id: Column::Id, direction, first };
        let runs = self.read_runs(first_rows(&self.db, select, cut).await?).await?;
        Ok(pages(runs.into_iter().filter_map(|run| Some((run.job?, run))), first))
    }

    /// How many runs of each of these jobs a filter selects; no entry for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_runs_by_job(&self, jobs: &[JobId], filter: &RunFilter) -> StoreResult<HashMap<JobId, u64>> {
        let select = run::Entity::find().filter(of_jobs(jobs).add(condition(filter)));
        counts(&self.db, select, run::Column::JobId).await
    }

    /// How many runs a filter selects.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_runs(&self, filter: &RunFilter) -> StoreResult<u64> {
        Ok(run::Entity::find().filter(condition(filter)).count(&self.db).await?)
    }

    /// Unfinished runs of these jobs, previews left out: a sync before removals, a newer before an older.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn active_runs(&self, jobs: &[JobId]) -> StoreResult<HashMap<JobId, Run>> {
        let unfinished = of_jobs(jobs).add(run::Column::FinishedAt.is_null()).add(is_no_preview());
        let rows = run::Entity::find().filter(unfinished).order_by_asc(run::Column::CreatedAt).all(&self.db).await?;
        let mut active: HashMap<JobId, Run> = HashMap::new();
        for run in self.read_runs(rows).await? {
            let Some(job) = run.job else { continue };
            if active.get(&job).is_none_or(|known| known.kind != RunKind::Sync) || run.kind == RunKind::Sync {
                active.insert(job, run);
            }
        }
        Ok(active)
    }

    /// The last finished run of each of these jobs, previews left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_runs(&self, jobs: &[JobId]) -> StoreResult<HashMap<JobId, Run>> {
        use run::{Column, Entity};
        let newest: Vec<(Uuid, Option<i32>)> = Entity::find()
            .filter(of_jobs(jobs).add(Column::FinishedAt.is_not_null()).add(is_no_preview()))
            .select_only()
            .column(Column::JobId)
            .column_as(Column::Number.max(), "number")
            .group_by(Column::JobId)
            .into_tuple()
            .all(&self.db)
            .await?;
        let these = newest
            .into_iter()
            .fold(Condition::any(), |any, (job, number)| any.add(Column::JobId.eq(job).and(Column::Number.eq(number))));
        if these.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = Entity::find().filter(these).all(&self.db).await?;
        let runs = rows.into_iter().map(read_run).collect::<StoreResult<Vec<_>>>()?;
        Ok(runs.into_iter().filter_map(|run| Some((run.job?, run))).collect())
    }

    async fn read_runs(&self, rows: Vec<run::Model>) -> StoreResult<Vec<Run>> {
        let mut runs = rows.into_iter().map(read_run).collect::<StoreResult<Vec<_>>>()?;
        let working: Vec<Uuid> = runs.iter().filter(|run| !run.status.is_finished()).map(|run| run.id.uuid()).collect();
        if working.is_empty() {
            return Ok(runs);
        }
        let results = run_result::Entity::find().filter(run_result::Column::RunId.is_in(working)).all(&self.db).await?;
        let mut sums = HashMap::new();
        for row in results {
            let sum: &mut crate::domain::Counts = sums.entry(row.run_id).or_default();
            *sum += from_json("run_result", row.counts)?;
        }
        for run in &mut runs {
            if let Some(sum) = sums.get(&run.id.uuid()) {
                run.counts = *sum;
            }
        }
        Ok(runs)
    }
}

pub(super) fn is_no_preview() -> sea_orm::sea_query::SimpleExpr {
    run::Column::Kind.ne(RunKind::Preview.name())
}

fn of_jobs(jobs: &[JobId]) -> Condition {
    Condition::all().add(run::Column::JobId.is_in(jobs.iter().map(|id| id.uuid())))
}

fn condition(filter: &RunFilter) -> Condition {
    use run::Column;
    fn names<T: Named + PartialEq>(values: &[T]) -> Vec<&'static str> {
        values.iter().map(|value| value.name()).collect()
    }
    Condition::all()
        .add_option(filter.jobs.as_ref().map(|jobs| Column::JobId.is_in(jobs.iter().map(|id| id.uuid()))))
        .add_option(filter.kinds.as_ref().map(|kinds| Column::Kind.is_in(names(kinds))))
        .add_option(filter.triggers.as_ref().map(|triggers| Column::Trigger.is_in(names(triggers))))
        .add_option(filter.statuses.as_ref().map(|statuses| Column::Status.is_in(names(statuses))))
        .add_option(filter.created_from.map(|from| Column::CreatedAt.gte(from)))
        .add_option(filter.created_to.map(|to| Column::CreatedAt.lt(to)))
}
