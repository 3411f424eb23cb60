//! `WorkspaceUser`: a user of the Workspace, as last read from the Directory.

use async_graphql::{Context, Enum, ID, Object};

use super::{ContactGroup, DestinationConnection, JobConnection};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::groups;
use crate::graphql::limits::{LIVE, page_cost};
use crate::graphql::page::PAGE;
use crate::graphql::scalars::EmailAddress;

/// User of the Workspace.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct WorkspaceUser(pub(in crate::graphql) domain::WorkspaceUser);

/// Reasons against a destination user. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::InvalidDestinationReason")]
pub(in crate::graphql) enum InvalidDestinationReason {
    /// Not an e-mail address.
    MalformedAddress,
    /// Outside the Workspace, or on a secondary domain.
    NotOnPrimaryDomain,
    /// No such user on the primary domain.
    UserNotFound,
    /// User is suspended.
    UserSuspended,
    /// User is archived.
    UserArchived,
    /// User is a guest.
    GuestUser,
    /// Source user of the same job.
    IsSourceUser,
    /// Already receives the same source group through another job.
    AlreadyReceivesGroup,
    /// Is still being removed from this group.
    RemovalInProgress,
}

/// User of the Workspace.
#[Object]
impl WorkspaceUser {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Primary address of the user.
    async fn email(&self) -> EmailAddress {
        self.0.email.clone().into()
    }

    /// Full name of the user.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Indicates the user is suspended.
    async fn is_suspended(&self) -> bool {
        self.0.is_suspended
    }

    /// Reason the user cannot be a destination. Null when eligible.
    async fn ineligible_reason(&self, ctx: &Context<'_>) -> Result<Option<InvalidDestinationReason>, ApiError> {
        let workspace = ctx.loaders()?.workspace().await?;
        let domain = workspace.as_ref().map_or("", |workspace| &workspace.primary_domain);
        Ok(self.0.ineligible_reason(domain).map(Into::into))
    }

    /// Personal contact groups of the user, read live from Google, without Google's system groups.
    #[graphql(complexity = "page_cost(None, PAGE, child_complexity).saturating_add(LIVE)")]
    async fn contact_groups(&self, ctx: &Context<'_>) -> Result<Option<Vec<ContactGroup>>, ApiError> {
        let groups = groups::read_live(ctx, &self.0).await?;
        Ok(Some(groups.into_iter().map(ContactGroup).collect()))
    }

    /// Jobs that sync from this user.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn jobs_as_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<JobConnection, ApiError> {
        JobConnection::of_source(ctx, self.0.id, first, after).await
    }

    /// Destinations that are this user, one per job.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity)")]
    async fn destinations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<DestinationConnection, ApiError> {
        DestinationConnection::of_user(ctx, self.0.id, first, after).await
    }
}
