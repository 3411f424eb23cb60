//! Jobs, read.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::convert::{Named, actor, from_json};
use super::groups::groups_by_ids;
use super::page::{Direction, Page, PageRequest, paged, starts_with};
use super::pages::{Cut, counts, first_rows, pages};
use super::users::users_by_ids;
use super::{Store, StoreError, StoreResult, Tx};
use crate::domain::{
    DailySchedule, DestinationStatus, Job, JobId, JobNumber, JobStatus, Source, SourceHealth, SourceHealthStatus,
    UserId, name_key,
};

use entity::{destination, job, user_address};

/// Selects jobs. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL input JobFilter")]
pub struct JobFilter {
    pub statuses: Option<Vec<JobStatus>>,
    pub source_health: Option<Vec<SourceHealthStatus>>,
    pub source_user: Option<UserId>,
    pub source_user_email: Option<String>,
    pub destination_email: Option<String>,
    pub has_failing_destinations: Option<bool>,
    pub search: Option<String>,
}

/// What jobs may be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL enum JobOrderField")]
pub enum JobOrderField {
    CreatedAt,
    UpdatedAt,
    Name,
}

pub(super) async fn read_jobs(db: &impl ConnectionTrait, rows: Vec<job::Model>) -> StoreResult<Vec<Job>> {
    let users: Vec<UserId> = rows.iter().map(|row| row.source_user_id.into()).collect();
    let users = users_by_ids(db, &users).await?;
    let groups: Vec<_> = rows.iter().map(|row| row.source_group_id.into()).collect();
    let groups = groups_by_ids(db, &groups).await?;
    let nonsense = |what: &str| StoreError::Nonsense { table: "job", what: what.to_owned() };
    rows.into_iter()
        .map(|row| {
            let user = users.get(&row.source_user_id.into()).ok_or_else(|| nonsense("no source user"))?;
            let group = groups.get(&row.source_group_id.into()).ok_or_else(|| nonsense("no source group"))?;
            let health = SourceHealth {
                status: SourceHealthStatus::named(&row.source_status)?,
                since: row.source_status_since,
                checked_at: row.source_checked_at,
            };
            Ok(Job {
                id: row.id.into(),
                name: row.name,
                description: row.description,
                status: JobStatus::named(&row.status)?,
                source: Source {
                    user: user.id,
                    google_id: user.google_id.clone(),
                    email: user.email.clone(),
                    group_id: group.id,
                    group: group.resource.clone(),
                    group_name: row.source_group_name,
                    health,
                },
                number: JobNumber::from_i64(row.number).ok_or_else(|| nonsense("impossible number"))?,
                custom_group_name: row.custom_group_name,
                add_to_my_contacts: row.add_to_my_contacts,
                guard: row.guard.map(|guard| from_json("job", guard)).transpose()?,
                is_relinked: row.is_relinked,
                schedule: DailySchedule::parse(&row.time_of_day, &row.time_zone)
                    .map_err(|error| nonsense(&error.to_string()))?,
                next_run_at: row.next_run_at,
                version: row.version,
                created_at: row.created_at,
                created_by: actor("job", &row.created_by_kind, &row.created_by)?,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

async fn jobs_by_ids(db: &impl ConnectionTrait, ids: &[JobId]) -> StoreResult<HashMap<JobId, Job>> {
    let rows = job::Entity::find().filter(job::Column::Id.is_in(ids.iter().map(|id| id.uuid()))).all(db).await?;
    Ok(read_jobs(db, rows).await?.into_iter().map(|job| (job.id, job)).collect())
}

impl Tx {
    /// A job.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job(&self, id: JobId) -> StoreResult<Option<Job>> {
        Ok(jobs_by_ids(&self.db, &[id]).await?.remove(&id))
    }
}

impl Store {
    /// A job.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job(&self, id: JobId) -> StoreResult<Option<Job>> {
        Ok(self.jobs_by_ids(&[id]).await?.remove(&id))
    }

    /// Jobs by their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs_by_ids(&self, ids: &[JobId]) -> StoreResult<HashMap<JobId, Job>> {
        jobs_by_ids(&self.db, ids).await
    }

    /// A page of jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs_page(
        &self,
        filter: &JobFilter,
        order: JobOrderField,
        direction: Direction,
        page: &PageRequest,
    ) -> StoreResult<Page<Job>> {
        use job::{Column, Entity};
        let key = match order {
            JobOrderField::CreatedAt => Column::CreatedAt,
            JobOrderField::UpdatedAt => Column::UpdatedAt,
            JobOrderField::Name => Column::NameKey,
        };
        let select = Entity::find().filter(condition(filter));
        let rows = paged(select, key, Column::Id, direction, page).all(&self.db).await?;
        Ok(Page::of(read_jobs(&self.db, rows).await?, page))
    }

    /// The first page of jobs that sync from each of these users, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs_pages_of_sources(&self, users: &[UserId], first: u32) -> StoreResult<HashMap<UserId, Page<Job>>> {
        use job::Column;
        let direction = Direction::Descending;
        let cut = Cut { parent: Column::SourceUserId, key: Column::CreatedAt, id: Column::Id, direction, first };
        let rows = first_rows(&self.db, of_sources(users), cut).await?;
        let jobs = read_jobs(&self.db, rows).await?;
        Ok(pages(jobs.into_iter().map(|job| (job.source.user, job)), first))
    }

    /// How many jobs sync from each of these users; no entry for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_jobs_by_source(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, u64>> {
        counts(&self.db, of_sources(users), job::Column::SourceUserId).await
    }

    /// How many jobs a filter selects.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_jobs(&self, filter: &JobFilter) -> StoreResult<u64> {
        Ok(job::Entity::find().filter(condition(filter)).count(&self.db).await?)
    }
}

fn of_sources(users: &[UserId]) -> Select<job::Entity> {
    job::Entity::find().filter(job::Column::SourceUserId.is_in(users.iter().map(|id| id.uuid())))
}

/// Ids of users whom an address leads to.
pub(super) fn users_at(address: &str) -> SelectStatement {
    use user_address::{Column, Entity};
    let address = address.trim().to_lowercase();
    Query::select().column(Column::UserId).from(Entity).and_where(Column::Address.eq(address)).to_owned()
}

fn condition(filter: &JobFilter) -> Condition {
    use job::Column;
    let names = |statuses: &[JobStatus]| statuses.iter().map(|status| status.name()).collect::<Vec<_>>();
    let health = |health: &[SourceHealthStatus]| health.iter().map(|status| status.name()).collect::<Vec<_>>();
    let with = |destinations: SelectStatement| Column::Id.in_subquery(destinations);
    let jobs = || Query::select().column(destination::Column::JobId).from(destination::Entity).to_owned();
    let failing = || jobs().and_where(destination::Column::Status.eq(DestinationStatus::Failing.name())).to_owned();
    Condition::all()
        .add_option(filter.statuses.as_ref().map(|statuses| Column::Status.is_in(names(statuses))))
        .add_option(filter.source_health.as_ref().map(|any| Column::SourceStatus.is_in(health(any))))
        .add_option(filter.source_user.map(|user| Column::SourceUserId.eq(user.uuid())))
        .add_option(filter.source_user_email.as_ref().map(|email| Column::SourceUserId.in_subquery(users_at(email))))
        .add_option(
            filter.destination_email.as_ref().map(|email| {
                with(jobs().and_where(destination::Column::UserId.in_subquery(users_at(email))).to_owned())
            }),
        )
        .add_option(filter.has_failing_destinations.map(|has| match has {
            true => with(failing()),
            false => Column::Id.not_in_subquery(failing()),
        }))
        .add_option(filter.search.as_ref().map(|search| {
            let search = name_key(search.trim());
            let group = Expr::expr(sea_orm::sea_query::Func::lower(Expr::col(Column::SourceGroupName)));
            Condition::any()
                .add(Expr::col(Column::NameKey).like(starts_with(&search)))
                .add(group.like(starts_with(&search)))
        }))
}
