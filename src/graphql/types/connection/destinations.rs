//! Pages of destinations.

use async_graphql::Context;

use super::{DestinationConnection, Items, Total, only};
use crate::domain::{self, JobId, UserId};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::{DestinationFilter, DestinationOrder};
use crate::graphql::page::{self, Scope, Sorted};
use crate::graphql::types::Destination;
use crate::store::{self, DestinationOrderField, Direction, Page, Position, SortKey};

fn destination_order(field: DestinationOrderField) -> Sorted {
    match field {
        DestinationOrderField::Email => Sorted::ByText,
        DestinationOrderField::AddedAt => Sorted::ByInstant,
    }
}

impl DestinationConnection {
    /// Destinations that a client selects.
    pub(in crate::graphql) async fn of_filter(
        ctx: &Context<'_>,
        filter: Option<DestinationFilter>,
        order: Option<DestinationOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let (field, direction) = DestinationOrder::read(order);
        let filter = DestinationFilter::read(filter)?;
        let scope = Scope::new("destinations", destination_order(field), &(&filter, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = ctx.store()?.destinations_page(&filter, field, direction, &request).await?;
        Ok(Self::of(page, &request, scope, Total::Destinations(filter), field))
    }

    /// Destinations of a job.
    pub(in crate::graphql) async fn of_job(
        ctx: &Context<'_>,
        job: JobId,
        filter: Option<DestinationFilter>,
        order: Option<DestinationOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let (field, direction) = DestinationOrder::read(order);
        let filter = DestinationFilter::read(filter)?;
        let within = store::DestinationFilter { jobs: Some(only(job, filter.jobs.as_deref())), ..filter.clone() };
        let scope = Scope::new("destinations", destination_order(field), &(&within, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = match request.after {
            None => {
                let arguments = (filter.clone(), field, direction, request.first);
                ctx.loaders()?.nested().destinations(job, arguments).await?
            }
            Some(_) => ctx.store()?.destinations_page(&within, field, direction, &request).await?,
        };
        Ok(Self::of(page, &request, scope, Total::DestinationsOfJob(job, filter), field))
    }

    /// Destinations that are a user.
    pub(in crate::graphql) async fn of_user(
        ctx: &Context<'_>,
        user: UserId,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let filter = store::DestinationFilter { user: Some(user), ..store::DestinationFilter::default() };
        let (field, direction) = (DestinationOrderField::AddedAt, Direction::Ascending);
        let scope = Scope::new("destinations", destination_order(field), &(&filter, field, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = match request.after {
            None => ctx.loaders()?.nested().destinations_of_user(user, request.first).await?,
            Some(_) => ctx.store()?.destinations_page(&filter, field, direction, &request).await?,
        };
        Ok(Self::of(page, &request, scope, Total::DestinationsOfUser(user), field))
    }

    fn of(
        page: Page<domain::Destination>,
        request: &store::PageRequest,
        scope: Scope,
        total: Total,
        field: DestinationOrderField,
    ) -> Self {
        let position = |destination: &domain::Destination| Position {
            key: match field {
                DestinationOrderField::Email => SortKey::Text(destination.email.to_string()),
                DestinationOrderField::AddedAt => SortKey::Instant(Some(destination.added_at)),
            },
            id: destination.id.uuid(),
        };
        Self(Items::new(page, request, scope, total, position, Destination))
    }
}
