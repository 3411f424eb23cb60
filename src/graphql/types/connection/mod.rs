//! Connections: pages of lists, counted only where the count is selected.

mod audit;
mod destinations;
mod events;
mod jobs;
mod runs;
mod synced_groups;
mod users;

use async_graphql::{Context, Object, SimpleObject};

use super::{
    AuditEntry, ContactChange, Destination, Job, Run, RunDestinationResult, SyncedGroup, SyncedGroupContact,
    WorkspaceUser,
};
use crate::domain::{ChangeAction, JobId, ResultId, RunId, UserId};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::page::{Scope, cursor};
use crate::store::{self, Page, Position};

pub(in crate::graphql) use events::RunEventConnection;

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

/// A list that is nested in a job selects within that job.
fn only(job: JobId, selected: Option<&[JobId]>) -> Vec<JobId> {
    if selected.is_none_or(|selected| selected.contains(&job)) { vec![job] } else { Vec::new() }
}
