//! Pages of runs, of their results, and of the changes to contacts.

use async_graphql::Context;

use super::{ContactChangeConnection, Items, RunConnection, RunDestinationResultConnection, Total, only};
use crate::domain::{self, JobId, ResultId, RunId};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::{ContactChangeFilter, RunDestinationResultFilter, RunFilter, RunOrder};
use crate::graphql::page::{self, Scope, Sorted};
use crate::graphql::types::{ContactChange, Run, RunDestinationResult};
use crate::store::{self, Direction, Position, RunOrderField, SortKey};

impl RunConnection {
    /// Runs that a client selects.
    pub(in crate::graphql) async fn of_filter(
        ctx: &Context<'_>,
        filter: Option<RunFilter>,
        order: Option<RunOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let (field, direction) = RunOrder::read(order);
        let filter = RunFilter::read(filter)?;
        let scope = Scope::new("runs", Sorted::ByInstant, &(&filter, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = ctx.store()?.runs_page(&filter, field, direction, &request).await?;
        Ok(Self(Items::new(page, &request, scope, Total::Runs(filter), |run| run_position(run, field), Run)))
    }

    /// Runs of a job.
    pub(in crate::graphql) async fn of_job(
        ctx: &Context<'_>,
        job: JobId,
        filter: Option<RunFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let filter = RunFilter::read(filter)?;
        let within = store::RunFilter { jobs: Some(only(job, filter.jobs.as_deref())), ..filter.clone() };
        let (field, direction) = (RunOrderField::CreatedAt, Direction::Descending);
        let scope = Scope::new("runs", Sorted::ByInstant, &(&within, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = match request.after {
            None => ctx.loaders()?.nested().runs(job, (filter.clone(), request.first)).await?,
            Some(_) => ctx.store()?.runs_page(&within, field, direction, &request).await?,
        };
        let total = Total::RunsOfJob(job, filter);
        Ok(Self(Items::new(page, &request, scope, total, |run| run_position(run, field), Run)))
    }
}

fn run_position(run: &domain::Run, field: RunOrderField) -> Position {
    let instant = match field {
        RunOrderField::CreatedAt => Some(run.created_at),
        RunOrderField::FinishedAt => run.finished_at,
    };
    Position { key: SortKey::Instant(instant), id: run.id.uuid() }
}

impl RunDestinationResultConnection {
    /// Results of a run.
    pub(in crate::graphql) async fn of_run(
        ctx: &Context<'_>,
        run: RunId,
        filter: Option<RunDestinationResultFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let filter = RunDestinationResultFilter::read(filter)?;
        let scope = Scope::new("results", Sorted::ByText, &(run, &filter));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = match request.after {
            None => ctx.loaders()?.nested().results(run, (filter.clone(), request.first)).await?,
            Some(_) => ctx.store()?.results_page(run, &filter, &request).await?,
        };
        let position = |result: &domain::DestinationResult| Position {
            key: SortKey::Text(result.email.to_string()),
            id: result.id.uuid(),
        };
        Ok(Self(Items::new(page, &request, scope, Total::Results(run, filter), position, RunDestinationResult)))
    }
}

impl ContactChangeConnection {
    /// Changes at one destination of a run.
    pub(in crate::graphql) async fn of_result(
        ctx: &Context<'_>,
        result: ResultId,
        filter: Option<ContactChangeFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let actions = ContactChangeFilter::read(filter)?;
        let scope = Scope::new("changes", Sorted::ByText, &(result, &actions));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = match request.after {
            None => ctx.loaders()?.nested().changes(result, (actions.clone(), request.first)).await?,
            Some(_) => ctx.store()?.changes_page(result, actions.as_deref(), &request).await?,
        };
        let position = |(position, _): &(Position, domain::ContactChange)| position.clone();
        let total = Total::Changes(result, actions);
        Ok(Self(Items::new(page, &request, scope, total, position, |(_, change)| ContactChange(change))))
    }
}
