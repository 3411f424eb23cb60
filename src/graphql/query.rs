//! `Query`: everything that is read. No field changes anything.

use async_graphql::{Context, ID, Object, PathSegment};

use super::context::Services;
use super::filter::{
    AuditFilter, AuditOrder, DestinationFilter, DestinationOrder, JobFilter, JobOrder, RunFilter, RunOrder,
    SyncedGroupFilter, text,
};
use super::limits::page_cost;
use super::page::{MAX_PAGE, PAGE};
use super::permission::Permission;
use super::types::{
    AuditEntryConnection, Destination, DestinationConnection, Job, JobConnection, Node, RateLimit, Run, RunConnection,
    SyncedGroup, SyncedGroupConnection, Viewer, Workspace, WorkspaceUser, WorkspaceUserConnection,
};
use super::{ApiError, denials};
use crate::domain::EmailAddress;

/// Reads. No field changes anything.
pub(super) struct Query;

/// Reads. No field changes anything.
#[Object]
impl Query {
    /// Object with this ID. Null when there is none.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the object.")] id: ID,
    ) -> Result<Option<Node>, ApiError> {
        Node::find(ctx, &id).await
    }

    /// Objects with these IDs (at most 100), in the same order; null where there is none.
    #[graphql(complexity = "page_cost(i32::try_from(ids.len()).ok(), PAGE, child_complexity)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "IDs of the objects.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, ApiError> {
        if ids.len() > MAX_PAGE as usize {
            let message = format!("There are {} IDs; at most {MAX_PAGE} are allowed.", ids.len());
            return Err(ApiError::BadUserInput { argument: "ids", message });
        }
        let found = futures_util::future::join_all(ids.iter().map(|id| Node::find(ctx, id))).await;
        if found.iter().any(|found| matches!(found, Err(ApiError::Forbidden { .. }))) {
            denials::write(ctx, "Query.nodes").await?;
        }
        // An item that fails is null, and leaves the others alone.
        let node = |(index, found): (usize, Result<Option<Node>, ApiError>)| {
            found.unwrap_or_else(|error| {
                let mut error = ctx.set_error_path(error.into());
                error.path.push(PathSegment::Index(index));
                ctx.add_error(error);
                None
            })
        };
        Ok(found.into_iter().enumerate().map(node).collect())
    }

    /// Caller, as described by the token.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, ApiError> {
        Ok(Viewer(ctx.viewer()?.clone()))
    }

    /// Workspace this server manages. Null when it was never read and Google cannot be asked.
    async fn workspace(&self, ctx: &Context<'_>) -> Result<Option<Workspace>, ApiError> {
        if ctx.store()?.workspace().await?.is_none() {
            ctx.port()?.refresh_users(&[]).await?;
        }
        Ok(ctx.loaders()?.workspace().await?.map(Workspace))
    }

    /// User with this primary address. Null when there is none.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Primary address of the user.")] email: String,
    ) -> Result<Option<WorkspaceUser>, ApiError> {
        let Ok(address) = EmailAddress::parse(&email) else { return Ok(None) };
        ctx.port()?.refresh_users(std::slice::from_ref(&address)).await?;
        let user = ctx.store()?.users_by_addresses(std::slice::from_ref(&address)).await?.remove(&address);
        Ok(user.filter(|user| user.email == address && !user.is_deleted).map(WorkspaceUser))
    }

    /// Users of the Workspace whose address, or a word of whose name, starts with `search`, as last read from the Directory
    /// (at most an hour old).
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Start of a name or address. Empty for all users.")] search: String,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<WorkspaceUserConnection, ApiError> {
        let search = text(Some(search))?.unwrap_or_default();
        ctx.port()?.refresh_directory().await?;
        WorkspaceUserConnection::of_search(ctx, search, first, after).await
    }

    /// Job with this ID. Null when there is none.
    async fn job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the job.")] id: ID,
    ) -> Result<Option<Job>, ApiError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(ctx.loaders()?.job(id).await?.map(Job))
    }

    /// Jobs of the Workspace.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects jobs.")] filter: Option<JobFilter>,
        #[graphql(desc = "Order of the jobs.", default_with = "Some(JobOrder::default())")] order_by: Option<JobOrder>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<JobConnection, ApiError> {
        JobConnection::of_filter(ctx, filter, order_by, first, after).await
    }

    /// Destination with this ID. Null when there is none.
    async fn destination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the destination.")] id: ID,
    ) -> Result<Option<Destination>, ApiError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(ctx.loaders()?.destination(id).await?.map(Destination))
    }

    /// Destinations of all jobs.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn destinations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects destinations.")] filter: Option<DestinationFilter>,
        #[graphql(desc = "Order of the destinations.", default_with = "Some(DestinationOrder::default())")]
        order_by: Option<DestinationOrder>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<DestinationConnection, ApiError> {
        DestinationConnection::of_filter(ctx, filter, order_by, first, after).await
    }

    /// Synced group with this ID. Null when there is none.
    async fn synced_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the synced group.")] id: ID,
    ) -> Result<Option<SyncedGroup>, ApiError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(ctx.loaders()?.synced_group(id).await?.map(SyncedGroup))
    }

    /// Groups that the sync created in destination accounts.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn synced_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects synced groups.")] filter: Option<SyncedGroupFilter>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<SyncedGroupConnection, ApiError> {
        SyncedGroupConnection::of_filter(ctx, filter, first, after).await
    }

    /// Run with this ID. Null when there is none.
    async fn run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the run.")] id: ID,
    ) -> Result<Option<Run>, ApiError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(ctx.loaders()?.run(id).await?.map(Run))
    }

    /// Runs of all jobs.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects runs.")] filter: Option<RunFilter>,
        #[graphql(desc = "Order of the runs.", default_with = "Some(RunOrder::default())")] order_by: Option<RunOrder>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<RunConnection, ApiError> {
        RunConnection::of_filter(ctx, filter, order_by, first, after).await
    }

    /// Audit log, never edited. Requires ADMIN.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Selects entries.")] filter: Option<AuditFilter>,
        #[graphql(desc = "Order of the entries.", default_with = "Some(AuditOrder::default())")] order_by: Option<
            AuditOrder,
        >,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<Option<AuditEntryConnection>, ApiError> {
        ctx.viewer()?.admin()?;
        AuditEntryConnection::of_filter(ctx, filter, order_by, first, after).await.map(Some)
    }

    /// Cost of this document and state of the caller's budget.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Result<RateLimit, ApiError> {
        Ok(RateLimit(ctx.meter()?.state()))
    }
}
