//! Pages of synced groups, and of their members as they are at Google now.

use async_graphql::Context;

use super::{Items, SyncedGroupConnection, SyncedGroupContactConnection, Total};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::SyncedGroupFilter;
use crate::graphql::page::{self, Scope, Sorted};
use crate::graphql::types::{SyncedGroup, SyncedGroupContact};
use crate::store::{Page, Position, SortKey};

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
