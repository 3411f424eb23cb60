//! Results of runs at their destinations, read.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, Select};

use super::convert::{Named, email, from_json, run_error};
use super::page::{Direction, Page, PageRequest, paged, starts_with};
use super::pages::{Cut, counts, first_rows, pages};
use super::runs::is_no_preview;
use super::{Store, StoreResult};
use crate::domain::{DestinationId, DestinationResult, ResultId, ResultStatus, RunId};

use entity::{run, run_result};

/// Selects results. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL input RunDestinationResultFilter")]
pub struct ResultFilter {
    pub statuses: Option<Vec<ResultStatus>>,
    pub search: Option<String>,
}

impl Store {
    /// Results by their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn results_by_ids(&self, ids: &[ResultId]) -> StoreResult<HashMap<ResultId, DestinationResult>> {
        let these = run_result::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
        let rows = run_result::Entity::find().filter(these).all(&self.db).await?;
        rows.into_iter().map(|row| read_result(row).map(|result| (result.id, result))).collect()
    }

    /// The result of each of these destinations in the last run that included it, previews left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_results(
        &self,
        destinations: &[DestinationId],
    ) -> StoreResult<HashMap<DestinationId, DestinationResult>> {
        use run_result::{Column, Entity};
        let theirs = Column::DestinationId.is_in(destinations.iter().map(|id| id.uuid()));
        let of_run = Entity::belongs_to(run::Entity).from(Column::RunId).to(run::Column::Id).into();
        let newest: Vec<(Uuid, Option<i32>)> = Entity::find()
            .filter(theirs.clone().and(is_no_preview()))
            .join(sea_orm::JoinType::InnerJoin, of_run)
            .select_only()
            .column(Column::DestinationId)
            .column_as(run::Column::Number.max(), "number")
            .group_by(Column::DestinationId)
            .into_tuple()
            .all(&self.db)
            .await?;
        let these = newest.into_iter().fold(Condition::any(), |any, (destination, number)| {
            any.add(Column::DestinationId.eq(destination).and(run::Column::Number.eq(number)))
        });
        if these.is_empty() {
            return Ok(HashMap::new());
        }
        let of_run = Entity::belongs_to(run::Entity).from(Column::RunId).to(run::Column::Id).into();
        let rows = Entity::find().join(sea_orm::JoinType::InnerJoin, of_run).filter(these).all(&self.db).await?;
        let results = rows.into_iter().map(read_result).collect::<StoreResult<Vec<_>>>()?;
        Ok(results.into_iter().filter_map(|result| Some((result.destination?, result))).collect())
    }

    /// A page of results of a run, by address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn results_page(
        &self,
        run: RunId,
        filter: &ResultFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<DestinationResult>> {
        use run_result::Column;
        let select = results(&[run], filter);
        let rows = paged(select, Column::Email, Column::Id, Direction::Ascending, page).all(&self.db).await?;
        Ok(Page::of(rows.into_iter().map(read_result).collect::<StoreResult<_>>()?, page))
    }

    /// The first page of results of each of these runs, by address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn results_pages(
        &self,
        runs: &[RunId],
        filter: &ResultFilter,
        first: u32,
    ) -> StoreResult<HashMap<RunId, Page<DestinationResult>>> {
        use run_result::Column;
        let direction = Direction::Ascending;
        let cut = Cut { parent: Column::RunId, key: Column::Email, id: Column::Id, direction, first };
        let rows = first_rows(&self.db, results(runs, filter), cut).await?;
        let results = rows.into_iter().map(read_result).collect::<StoreResult<Vec<_>>>()?;
        Ok(pages(results.into_iter().map(|result| (result.run, result)), first))
    }

    /// How many results of each of these runs a filter selects; no entry for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_results_by_run(
        &self,
        runs: &[RunId],
        filter: &ResultFilter,
    ) -> StoreResult<HashMap<RunId, u64>> {
        counts(&self.db, results(runs, filter), run_result::Column::RunId).await
    }
}

fn results(runs: &[RunId], filter: &ResultFilter) -> Select<run_result::Entity> {
    use run_result::Column;
    let names = |statuses: &[ResultStatus]| statuses.iter().map(|status| status.name()).collect::<Vec<_>>();
    let selected = Condition::all()
        .add(Column::RunId.is_in(runs.iter().map(|id| id.uuid())))
        .add_option(filter.statuses.as_ref().map(|statuses| Column::Status.is_in(names(statuses))))
        .add_option(filter.search.as_ref().map(|search| {
            Expr::col((run_result::Entity, Column::Email)).like(starts_with(&search.trim().to_lowercase()))
        }));
    run_result::Entity::find().filter(selected)
}

fn read_result(row: run_result::Model) -> StoreResult<DestinationResult> {
    Ok(DestinationResult {
        id: row.id.into(),
        run: row.run_id.into(),
        destination: row.destination_id.map(DestinationId::from),
        email: email("run_result", &row.email)?,
        status: ResultStatus::named(&row.status)?,
        counts: from_json("run_result", row.counts)?,
        error: run_error("run_result", row.error_code, row.error_message)?,
        planned_deletions: row.planned_deletions,
    })
}
