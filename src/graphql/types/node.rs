//! `Node`: objects with a global id.

use async_graphql::{Context, ID, Interface};

use super::{AuditEntry, ContactGroup, Destination, Job, Run, RunDestinationResult, SyncedGroup, WorkspaceUser};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::permission::Permission;

/// Object with a global identifier.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque global ID of the object. Do not parse it."))]
pub(in crate::graphql) enum Node {
    /// A user.
    WorkspaceUser(WorkspaceUser),
    /// A group of a source user.
    ContactGroup(ContactGroup),
    /// A job.
    Job(Job),
    /// A destination.
    Destination(Destination),
    /// A group of the sync.
    SyncedGroup(SyncedGroup),
    /// A run.
    Run(Run),
    /// A result.
    RunDestinationResult(RunDestinationResult),
    /// An entry of the audit log.
    AuditEntry(AuditEntry),
}

impl Node {
    /// The object of this id, whatever its kind.
    pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: &str) -> Result<Option<Node>, ApiError> {
        let loaders = ctx.loaders()?;
        if let Ok(id) = id.parse() {
            return Ok(loaders.user(id).await?.filter(|user| !user.is_deleted).map(|user| WorkspaceUser(user).into()));
        }
        if let Ok(id) = id.parse() {
            return Ok(loaders.contact_group(id).await?.map(|group| ContactGroup(group).into()));
        }
        if let Ok(id) = id.parse() {
            return Ok(loaders.job(id).await?.map(|job| Job(job).into()));
        }
        if let Ok(id) = id.parse() {
            return Ok(loaders.destination(id).await?.map(|destination| Destination(destination).into()));
        }
        if let Ok(id) = id.parse() {
            return Ok(loaders.synced_group(id).await?.map(|group| SyncedGroup(group).into()));
        }
        if let Ok(id) = id.parse() {
            return Ok(loaders.run(id).await?.map(|run| Run(run).into()));
        }
        if let Ok(id) = id.parse() {
            return Ok(loaders.result(id).await?.map(|result| RunDestinationResult(result).into()));
        }
        if let Ok(id) = id.parse() {
            ctx.viewer()?.admin()?;
            return Ok(loaders.audit_entry(id).await?.map(|entry| AuditEntry(entry).into()));
        }
        Ok(None)
    }
}
