//! Pages of jobs.

use async_graphql::Context;

use super::{Items, JobConnection, Total};
use crate::domain::{self, UserId, name_key};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::{JobFilter, JobOrder};
use crate::graphql::page::{self, Scope, Sorted};
use crate::graphql::types::Job;
use crate::store::{self, Direction, JobOrderField, Position, SortKey};

impl JobConnection {
    /// Jobs that a client selects.
    pub(in crate::graphql) async fn of_filter(
        ctx: &Context<'_>,
        filter: Option<JobFilter>,
        order: Option<JobOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let (field, direction) = JobOrder::read(order);
        let filter = JobFilter::read(filter)?;
        let scope = Scope::new("jobs", job_order(field), &(&filter, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = ctx.store()?.jobs_page(&filter, field, direction, &request).await?;
        Ok(Self(Items::new(page, &request, scope, Total::Jobs(filter), |job| job_position(job, field), Job)))
    }

    /// Jobs that sync from a user.
    pub(in crate::graphql) async fn of_source(
        ctx: &Context<'_>,
        user: UserId,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let filter = store::JobFilter { source_user: Some(user), ..store::JobFilter::default() };
        let (field, direction) = (JobOrderField::CreatedAt, Direction::Descending);
        let scope = Scope::new("jobs", job_order(field), &(&filter, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = match request.after {
            None => ctx.loaders()?.nested().jobs_of_source(user, request.first).await?,
            Some(_) => ctx.store()?.jobs_page(&filter, field, direction, &request).await?,
        };
        let total = Total::JobsOfSource(user);
        Ok(Self(Items::new(page, &request, scope, total, |job| job_position(job, field), Job)))
    }
}

fn job_order(field: JobOrderField) -> Sorted {
    match field {
        JobOrderField::CreatedAt | JobOrderField::UpdatedAt => Sorted::ByInstant,
        JobOrderField::Name => Sorted::ByText,
    }
}

fn job_position(job: &domain::Job, field: JobOrderField) -> Position {
    let key = match field {
        JobOrderField::CreatedAt => SortKey::Instant(Some(job.created_at)),
        JobOrderField::UpdatedAt => SortKey::Instant(Some(job.updated_at)),
        JobOrderField::Name => SortKey::Text(name_key(&job.name)),
    };
    Position { key, id: job.id.uuid() }
}
