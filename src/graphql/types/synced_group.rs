//! `SyncedGroup`: the group the sync made in a destination account.

use async_graphql::{Context, ID, Object};

use super::{Destination, SyncedGroupContactConnection};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::limits::{LIVE, page_cost};
use crate::graphql::page::PAGE;
use crate::graphql::scalars::DateTime;

/// Contact group the sync created in a destination account.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct SyncedGroup(pub(in crate::graphql) domain::SyncedGroup);

/// Contact group the sync created in a destination account.
#[Object]
impl SyncedGroup {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Name of the group.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Destination that owns the group.
    async fn destination(&self, ctx: &Context<'_>) -> Result<Destination, ApiError> {
        let destination = ctx.loaders()?.destination(self.0.destination).await?;
        destination.map(Destination).ok_or_else(|| ApiError::internal("a synced group without its destination"))
    }

    /// Contacts the sync keeps there.
    async fn synced_contact_count(&self) -> i32 {
        self.0.synced_contact_count
    }

    /// Contacts the user added, which the sync leaves alone.
    async fn addition_count(&self) -> i32 {
        self.0.addition_count
    }

    /// Contacts in the group, read live from Google and stored nowhere. Null when Google cannot be asked.
    #[graphql(complexity = "page_cost(first, PAGE, child_complexity).saturating_add(LIVE)")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most items to return, 1 to 100.", default = 25)] first: Option<i32>,
        #[graphql(desc = "Cursor after which to continue.")] after: Option<String>,
    ) -> Result<Option<SyncedGroupContactConnection>, ApiError> {
        SyncedGroupContactConnection::read_live(ctx, &self.0, first, after).await.map(Some)
    }

    /// Timestamp of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Timestamp of the last success.
    async fn last_synced_at(&self) -> Option<DateTime> {
        self.0.last_synced_at.map(DateTime)
    }
}
