//! Connections: pages of lists, counted only where the count is selected.

use async_graphql::{Context, Object, SimpleObject};

use super::{
    AuditEntry, ContactChange, Destination, Job, Run, RunDestinationResult, RunEventEdge, SyncedGroup,
    SyncedGroupContact, WorkspaceUser, run_event::RunEvent,
};
use crate::domain::{self, ChangeAction, JobId, ResultId, RunId, UserId, name_key};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::{
    AuditFilter, AuditOrder, ContactChangeFilter, DestinationFilter, DestinationOrder, JobFilter, JobOrder,
    RunDestinationResultFilter, RunFilter, RunOrder, SyncedGroupFilter,
};
use crate::graphql::page::{self, EVENT_PAGE, Scope, Sorted, cursor, event_position};
use crate::store::{self, DestinationOrderField, Direction, JobOrderField, Page, Position, RunOrderField, SortKey};

/// State of a pagination.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PageInfo {
    /// Indicates there are more items.
    has_next_page: bool,
    /// Always false when no cursor was given.
    has_previous_page: bool,
    /// Cursor of the first edge. Null on an empty page.
    start_cursor: Option<String>,
    /// Cursor of the last edge, for `after`. Null on an empty page.
    end_cursor: Option<String>,
}

/// What `totalCount` counts.
enum Total {
    Jobs(store::JobFilter),
    JobsOfSource(UserId),
    Destinations(store::DestinationFilter),
    DestinationsOfJob(JobId, store::DestinationFilter),
    DestinationsOfUser(UserId),
    SyncedGroups(store::SyncedGroupFilter),
    Runs(store::RunFilter),
    RunsOfJob(JobId, store::RunFilter),
    Results(RunId, store::ResultFilter),
    Users(String),
    Changes(ResultId, Option<Vec<ChangeAction>>),
    Audit(store::AuditFilter),
    Known(u64),
}

impl Total {
    async fn count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let (store, nested) = (ctx.store()?, ctx.loaders()?.nested());
        Ok(int(match self {
            Self::Jobs(filter) => store.count_jobs(filter).await?,
            Self::JobsOfSource(user) => nested.job_count_of_source(*user, ()).await?,
            Self::Destinations(filter) => store.count_destinations(filter).await?,
            Self::DestinationsOfJob(job, filter) => nested.destination_count(*job, filter.clone()).await?,
            Self::DestinationsOfUser(user) => nested.destination_count_of_user(*user, ()).await?,
            Self::SyncedGroups(filter) => store.count_synced_groups(filter).await?,
            Self::Runs(filter) => store.count_runs(filter).await?,
            Self::RunsOfJob(job, filter) => nested.run_count(*job, filter.clone()).await?,
            Self::Results(run, filter) => nested.result_count(*run, filter.clone()).await?,
            Self::Users(search) => store.count_users(search).await?,
            Self::Changes(result, actions) => nested.change_count(*result, actions.clone()).await?,
            Self::Audit(filter) => store.count_audit(filter).await?,
            Self::Known(count) => *count,
        }))
    }
}

/// A count as GraphQL's `Int`.
pub(in crate::graphql) fn int(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

struct Items<T> {
    /// Items with their cursors.
    items: Vec<(String, T)>,
    has_next: bool,
    has_previous: bool,
    total: Total,
}

impl<T> Items<T> {
    fn new<D>(
        page: Page<D>,
        request: &store::PageRequest,
        scope: Scope,
        total: Total,
        position: impl Fn(&D) -> Position,
        node: impl Fn(D) -> T,
    ) -> Self {
        let items = page.items.into_iter().map(|item| (cursor(scope, &position(&item)), node(item))).collect();
        Self { items, has_next: page.has_next, has_previous: request.after.is_some(), total }
    }

    fn info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.items.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: self.items.last().map(|(cursor, _)| cursor.clone()),
        }
    }
}

macro_rules! connections {
    ($($connection:ident, $edge:ident of $node:ident: $page:literal, $item:literal;)*) => {
        $(
            #[doc = $page]
            pub(in crate::graphql) struct $connection(Items<$node>);

            #[doc = $item]
            #[derive(SimpleObject)]
            pub(in crate::graphql) struct $edge {
                /// Opaque cursor of the item.
                cursor: String,
                /// Item itself.
                node: $node,
            }

            #[doc = $page]
            #[Object]
            impl $connection {
                /// Items with their cursors.
                async fn edges(&self) -> Vec<$edge> {
                    let edge = |(cursor, node): &(String, $node)| $edge { cursor: cursor.clone(), node: node.clone() };
                    self.0.items.iter().map(edge).collect()
                }

                /// Items alone.
                async fn nodes(&self) -> Vec<$node> {
                    self.0.items.iter().map(|(_, node)| node.clone()).collect()
                }

                /// State of the pagination.
                async fn page_info(&self) -> PageInfo {
                    self.0.info()
                }

                /// Number of items in all pages, counted only if selected.
                async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
                    self.0.total.count(ctx).await
                }
            }
        )*
    };
}

connections! {
    JobConnection, JobEdge of Job: "Page of jobs.", "Job with its cursor.";
    DestinationConnection, DestinationEdge of Destination: "Page of destinations.", "Destination with its cursor.";
    SyncedGroupConnection, SyncedGroupEdge of SyncedGroup: "Page of synced groups.", "Synced group with its cursor.";
    RunConnection, RunEdge of Run: "Page of runs.", "Run with its cursor.";
    RunDestinationResultConnection, RunDestinationResultEdge of RunDestinationResult: "Page of results.", "Result with its cursor.";
    WorkspaceUserConnection, WorkspaceUserEdge of WorkspaceUser: "Page of users.", "User with its cursor.";
    ContactChangeConnection, ContactChangeEdge of ContactChange: "Page of changes to contacts.", "Change with its cursor.";
    SyncedGroupContactConnection, SyncedGroupContactEdge of SyncedGroupContact: "Page of contacts in a synced group.", "Contact with its cursor.";
    AuditEntryConnection, AuditEntryEdge of AuditEntry: "Page of the audit log.", "Entry with its cursor.";
}

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

impl SyncedGroupConnection {
    /// Synced groups that a client selects.
    pub(in crate::graphql) async fn of_filter(
        ctx: &Context<'_>,
        filter: Option<SyncedGroupFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let filter = SyncedGroupFilter::read(filter)?;
        let scope = Scope::new("syncedGroups", Sorted::ByInstant, &filter);
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = ctx.store()?.synced_groups_page(&filter, &request).await?;
        let position = |group: &domain::SyncedGroup| Position {
            key: SortKey::Instant(Some(group.created_at)),
            id: group.id.uuid(),
        };
        Ok(Self(Items::new(page, &request, scope, Total::SyncedGroups(filter), position, SyncedGroup)))
    }
}

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

impl WorkspaceUserConnection {
    /// Users whose name or address begins with `search`.
    pub(in crate::graphql) async fn of_search(
        ctx: &Context<'_>,
        search: String,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let scope = Scope::new("users", Sorted::ByText, &search);
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = ctx.store()?.users_page(&search, &request).await?;
        let position = |user: &domain::WorkspaceUser| Position {
            key: SortKey::Text(name_key(&user.display_name)),
            id: user.id.uuid(),
        };
        Ok(Self(Items::new(page, &request, scope, Total::Users(search), position, WorkspaceUser)))
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

impl AuditEntryConnection {
    /// Entries of the audit log.
    pub(in crate::graphql) async fn of_filter(
        ctx: &Context<'_>,
        filter: Option<AuditFilter>,
        order: Option<AuditOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let (filter, direction) = (AuditFilter::read(filter)?, AuditOrder::read(order));
        let scope = Scope::new("auditLog", Sorted::ByInstant, &(&filter, direction));
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let page = ctx.store()?.audit_page(&filter, direction, &request).await?;
        let position =
            |entry: &domain::AuditEntry| Position { key: SortKey::Instant(Some(entry.at)), id: entry.id.uuid() };
        Ok(Self(Items::new(page, &request, scope, Total::Audit(filter), position, AuditEntry)))
    }
}

impl SyncedGroupContactConnection {
    /// Members of a synced group as they are at Google now, by Google's name: two calls, however large the account is.
    pub(in crate::graphql) async fn read_live(
        ctx: &Context<'_>,
        group: &domain::SyncedGroup,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let scope = Scope::new("contacts", Sorted::ByText, &group.id);
        let request = page::request(scope, first, after.as_deref(), ctx.max_page()?)?;
        let gone = || ApiError::internal("a synced group without its user");
        let destination = ctx.loaders()?.destination(group.destination).await?.ok_or_else(gone)?;
        let user = ctx.loaders()?.user(destination.user).await?.ok_or_else(gone)?;
        let mut members = ctx.port()?.group_members(&user, &group.resource).await?;
        members.sort_unstable();
        let total = Total::Known(members.len() as u64);
        let start = match &request.after {
            Some(Position { key: SortKey::Text(after), .. }) => {
                members.partition_point(|name| name.as_str() <= after.as_str())
            }
            _ => 0,
        };
        let first = usize::try_from(request.first).unwrap_or(usize::MAX);
        let has_next = members.len() - start > first;
        let shown: Vec<_> = members.into_iter().skip(start).take(first).collect();
        let people = ctx.port()?.people(&user, &shown).await?;
        let ours = ctx.store()?.linked_among(group.destination, &shown).await?;
        let page = Page { items: people, has_next };
        let position = |person: &domain::Person| Position {
            key: SortKey::Text(person.resource.to_string()),
            id: Default::default(),
        };
        let node = |person: domain::Person| {
            let is_addition = !ours.contains(&person.resource);
            SyncedGroupContact { person, is_addition }
        };
        Ok(Self(Items::new(page, &request, scope, total, position, node)))
    }
}

/// A list that is nested in a job selects within that job.
fn only(job: JobId, selected: Option<&[JobId]>) -> Vec<JobId> {
    if selected.is_none_or(|selected| selected.contains(&job)) { vec![job] } else { Vec::new() }
}

/// Page of the log of a run.
pub(in crate::graphql) struct RunEventConnection {
    run: RunId,
    page: Page<domain::Event>,
    has_previous: bool,
}

impl RunEventConnection {
    /// Events of a run.
    pub(in crate::graphql) async fn of_run(
        ctx: &Context<'_>,
        run: RunId,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let first = page::checked(first, EVENT_PAGE, ctx.max_page()?)?;
        let position = event_position(run, after.as_deref())?;
        let page = match position {
            0 => ctx.loaders()?.nested().events(run, first).await?,
            position => ctx.store()?.events_page(run, position, first).await?,
        };
        Ok(Self { run, page, has_previous: after.is_some() })
    }
}

/// Page of the log of a run.
#[Object]
impl RunEventConnection {
    /// Items with their cursors.
    async fn edges(&self) -> Vec<RunEventEdge> {
        self.page.items.iter().cloned().map(|event| RunEventEdge::new(event, true)).collect()
    }

    /// Items alone.
    async fn nodes(&self) -> Vec<RunEvent> {
        self.page.items.iter().cloned().map(RunEvent::from).collect()
    }

    /// State of the pagination.
    async fn page_info(&self) -> PageInfo {
        let cursor = |event: &domain::Event| page::event_cursor(event.run, event.sequence);
        PageInfo {
            has_next_page: self.page.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.page.items.first().map(cursor),
            end_cursor: self.page.items.last().map(cursor),
        }
    }

    /// Number of items in all pages, counted only if selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        ctx.loaders()?.nested().last_sequence(self.run, ()).await
    }
}
