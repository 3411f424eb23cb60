//! Destinations and their synced groups, read.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::convert::{Named, actor};
use super::jobs::users_at;
use super::page::{Direction, Page, PageRequest, paged, starts_with};
use super::pages::{Cut, counts, first_rows, pages};
use super::users::users_by_ids;
use super::{Store, StoreError, StoreResult, Tx};
use crate::domain::{
    Destination, DestinationId, DestinationStatus, JobId, ResourceName, RunId, StatusCounts, SyncedGroup,
    SyncedGroupId, UserId, name_key,
};

use entity::{destination, run_result, synced_group, workspace_user};

/// Selects destinations. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL input DestinationFilter")]
pub struct DestinationFilter {
    pub jobs: Option<Vec<JobId>>,
    pub user: Option<UserId>,
    pub statuses: Option<Vec<DestinationStatus>>,
    pub search: Option<String>,
}

/// What destinations may be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL enum DestinationOrderField")]
pub enum DestinationOrderField {
    Email,
    AddedAt,
}

/// Selects synced groups. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL input SyncedGroupFilter")]
pub struct SyncedGroupFilter {
    pub jobs: Option<Vec<JobId>>,
    pub user_email: Option<String>,
    pub search: Option<String>,
}

async fn read_destinations(db: &impl ConnectionTrait, rows: Vec<destination::Model>) -> StoreResult<Vec<Destination>> {
    let users: Vec<UserId> = rows.iter().map(|row| row.user_id.into()).collect();
    let users = users_by_ids(db, &users).await?;
    rows.into_iter()
        .map(|row| {
            let user = users
                .get(&row.user_id.into())
                .ok_or(StoreError::Nonsense { table: "destination", what: "no user".into() })?;
            Ok(Destination {
                id: row.id.into(),
                job: row.job_id.into(),
                user: user.id,
                google_id: user.google_id.clone(),
                email: user.email.clone(),
                status: DestinationStatus::named(&row.status)?,
                last_success_at: row.last_success_at,
                consecutive_failures: row.consecutive_failures,
                next_attempt_at: row.next_attempt_at,
                added_at: row.added_at,
                added_by: actor("destination", &row.added_by_kind, &row.added_by)?,
            })
        })
        .collect()
}

fn read_synced_group(row: synced_group::Model) -> SyncedGroup {
    SyncedGroup {
        id: row.id.into(),
        destination: row.destination_id.into(),
        resource: ResourceName::new(row.resource),
        name: row.name,
        synced_contact_count: row.synced_contact_count,
        addition_count: row.addition_count,
        created_at: row.created_at,
        last_synced_at: row.last_synced_at,
    }
}

fn with_user(select: Select<destination::Entity>) -> Select<destination::Entity> {
    let user = destination::Entity::belongs_to(workspace_user::Entity)
        .from(destination::Column::UserId)
        .to(workspace_user::Column::Id)
        .into();
    select.join(JoinType::InnerJoin, user)
}

impl Tx {
    /// Destinations of a job, in all statuses, by address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destinations_of(&self, job: JobId) -> StoreResult<Vec<Destination>> {
        let these = destination::Column::JobId.eq(job.uuid());
        let rows = with_user(destination::Entity::find().filter(these))
            .order_by_asc(workspace_user::Column::Email)
            .order_by_asc(destination::Column::Id)
            .all(&self.db)
            .await?;
        read_destinations(&self.db, rows).await
    }
}

impl Store {
    /// A destination.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destination(&self, id: DestinationId) -> StoreResult<Option<Destination>> {
        Ok(self.destinations_by_ids(&[id]).await?.remove(&id))
    }

    /// Destinations by their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destinations_by_ids(&self, ids: &[DestinationId]) -> StoreResult<HashMap<DestinationId, Destination>> {
        let these = destination::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
        let rows = destination::Entity::find().filter(these).all(&self.db).await?;
        let destinations = read_destinations(&self.db, rows).await?;
        Ok(destinations.into_iter().map(|destination| (destination.id, destination)).collect())
    }

    /// Google's ids of the users whose accounts a run walks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn google_ids_of_run(&self, run: RunId) -> StoreResult<Vec<String>> {
        use workspace_user::{Column, Entity};
        let users = Query::select()
            .column(run_result::Column::UserId)
            .from(run_result::Entity)
            .and_where(run_result::Column::RunId.eq(run.uuid()))
            .and_where(run_result::Column::UserId.is_not_null())
            .to_owned();
        let select = Entity::find().filter(Column::Id.in_subquery(users)).select_only().column(Column::GoogleId);
        Ok(select.into_tuple().all(&self.db).await?)
    }

    /// A page of destinations.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destinations_page(
        &self,
        filter: &DestinationFilter,
        order: DestinationOrderField,
        direction: Direction,
        page: &PageRequest,
    ) -> StoreResult<Page<Destination>> {
        use destination::{Column, Entity};
        let select = with_user(Entity::find().filter(condition(filter)));
        let select = match order {
            DestinationOrderField::Email => paged(select, workspace_user::Column::Email, Column::Id, direction, page),
            DestinationOrderField::AddedAt => paged(select, Column::AddedAt, Column::Id, direction, page),
        };
        let rows = select.all(&self.db).await?;
        Ok(Page::of(read_destinations(&self.db, rows).await?, page))
    }

    /// The first page of destinations of each of these jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destinations_pages(
        &self,
        jobs: &[JobId],
        filter: &DestinationFilter,
        order: DestinationOrderField,
        direction: Direction,
        first: u32,
    ) -> StoreResult<HashMap<JobId, Page<Destination>>> {
        use destination::Column;
        let select = with_user(of_jobs(jobs, filter));
        let (parent, id) = (Column::JobId, Column::Id);
        let rows = match order {
            DestinationOrderField::Email => {
                let cut = Cut { parent, key: workspace_user::Column::Email, id, direction, first };
                first_rows(&self.db, select, cut).await?
            }
            DestinationOrderField::AddedAt => {
                let cut = Cut { parent, key: Column::AddedAt, id, direction, first };
                first_rows(&self.db, select, cut).await?
            }
        };
        let destinations = read_destinations(&self.db, rows).await?;
        Ok(pages(destinations.into_iter().map(|destination| (destination.job, destination)), first))
    }

    /// How many destinations of each of these jobs a filter selects; no entry for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_destinations_by_job(
        &self,
        jobs: &[JobId],
        filter: &DestinationFilter,
    ) -> StoreResult<HashMap<JobId, u64>> {
        counts(&self.db, with_user(of_jobs(jobs, filter)), destination::Column::JobId).await
    }

    /// The first page of destinations that are each of these users, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destinations_pages_of_users(
        &self,
        users: &[UserId],
        first: u32,
    ) -> StoreResult<HashMap<UserId, Page<Destination>>> {
        use destination::Column;
        let direction = Direction::Ascending;
        let cut = Cut { parent: Column::UserId, key: Column::AddedAt, id: Column::Id, direction, first };
        let rows = first_rows(&self.db, of_users(users), cut).await?;
        let destinations = read_destinations(&self.db, rows).await?;
        Ok(pages(destinations.into_iter().map(|destination| (destination.user, destination)), first))
    }

    /// How many destinations are each of these users; no entry for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_destinations_by_user(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, u64>> {
        counts(&self.db, of_users(users), destination::Column::UserId).await
    }

    /// How many destinations a filter selects.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_destinations(&self, filter: &DestinationFilter) -> StoreResult<u64> {
        Ok(with_user(destination::Entity::find().filter(condition(filter))).count(&self.db).await?)
    }

    /// Destinations per status, of these jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn status_counts(&self, jobs: &[JobId]) -> StoreResult<HashMap<JobId, StatusCounts>> {
        use destination::{Column, Entity};
        let rows: Vec<(Uuid, String, i64)> = Entity::find()
            .filter(Column::JobId.is_in(jobs.iter().map(|id| id.uuid())))
            .select_only()
            .column(Column::JobId)
            .column(Column::Status)
            .column_as(Column::Id.count(), "number")
            .group_by(Column::JobId)
            .group_by(Column::Status)
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut counts: HashMap<JobId, StatusCounts> = jobs.iter().map(|&job| (job, StatusCounts::default())).collect();
        for (job, status, number) in rows {
            let counts = counts.entry(job.into()).or_default();
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            match DestinationStatus::named(&status)? {
                DestinationStatus::Pending => counts.pending = number,
                DestinationStatus::Synced => counts.synced = number,
                DestinationStatus::Failing => counts.failing = number,
                DestinationStatus::Removing => counts.removing = number,
            }
        }
        Ok(counts)
    }

    /// Synced groups by their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn synced_groups_by_ids(
        &self,
        ids: &[SyncedGroupId],
    ) -> StoreResult<HashMap<SyncedGroupId, SyncedGroup>> {
        let these = synced_group::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
        let rows = synced_group::Entity::find().filter(these).all(&self.db).await?;
        Ok(rows.into_iter().map(read_synced_group).map(|group| (group.id, group)).collect())
    }

    /// Synced groups of these destinations.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn synced_groups_of(&self, ids: &[DestinationId]) -> StoreResult<HashMap<DestinationId, SyncedGroup>> {
        let these = synced_group::Column::DestinationId.is_in(ids.iter().map(|id| id.uuid()));
        let rows = synced_group::Entity::find().filter(these).all(&self.db).await?;
        Ok(rows.into_iter().map(read_synced_group).map(|group| (group.destination, group)).collect())
    }

    /// A page of synced groups, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn synced_groups_page(
        &self,
        filter: &SyncedGroupFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<SyncedGroup>> {
        use synced_group::{Column, Entity};
        let select = Entity::find().filter(group_condition(filter));
        let rows = paged(select, Column::CreatedAt, Column::Id, Direction::Ascending, page).all(&self.db).await?;
        Ok(Page::of(rows.into_iter().map(read_synced_group).collect(), page))
    }

    /// How many synced groups a filter selects.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_synced_groups(&self, filter: &SyncedGroupFilter) -> StoreResult<u64> {
        Ok(synced_group::Entity::find().filter(group_condition(filter)).count(&self.db).await?)
    }
}

fn of_jobs(jobs: &[JobId], filter: &DestinationFilter) -> Select<destination::Entity> {
    let theirs = destination::Column::JobId.is_in(jobs.iter().map(|id| id.uuid()));
    destination::Entity::find().filter(condition(filter).add(theirs))
}

fn of_users(users: &[UserId]) -> Select<destination::Entity> {
    destination::Entity::find().filter(destination::Column::UserId.is_in(users.iter().map(|id| id.uuid())))
}

fn condition(filter: &DestinationFilter) -> Condition {
    use destination::Column;
    let names = |statuses: &[DestinationStatus]| statuses.iter().map(|status| status.name()).collect::<Vec<_>>();
    Condition::all()
        .add_option(filter.jobs.as_ref().map(|jobs| Column::JobId.is_in(jobs.iter().map(|id| id.uuid()))))
        .add_option(filter.user.map(|user| Column::UserId.eq(user.uuid())))
        .add_option(filter.statuses.as_ref().map(|statuses| Column::Status.is_in(names(statuses))))
        .add_option(filter.search.as_ref().map(|search| {
            let email = Expr::col((workspace_user::Entity, workspace_user::Column::Email));
            email.like(starts_with(&search.trim().to_lowercase()))
        }))
}

fn group_condition(filter: &SyncedGroupFilter) -> Condition {
    use synced_group::Column;
    let destinations = || Query::select().column(destination::Column::Id).from(destination::Entity).to_owned();
    let among = |destinations| Column::DestinationId.in_subquery(destinations);
    Condition::all()
        .add_option(filter.jobs.as_ref().map(|jobs| {
            let of_jobs = destination::Column::JobId.is_in(jobs.iter().map(|id| id.uuid()));
            among(destinations().and_where(of_jobs).to_owned())
        }))
        .add_option(filter.user_email.as_ref().map(|email| {
            among(destinations().and_where(destination::Column::UserId.in_subquery(users_at(email))).to_owned())
        }))
        .add_option(filter.search.as_ref().map(|search| {
            let name = Expr::expr(sea_orm::sea_query::Func::lower(Expr::col(Column::Name)));
            name.like(starts_with(&name_key(search.trim())))
        }))
}
