//! Pages of users.

use async_graphql::Context;

use super::{Items, Total, WorkspaceUserConnection};
use crate::domain::{self, name_key};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::page::{self, Scope, Sorted};
use crate::graphql::types::WorkspaceUser;
use crate::store::{Position, SortKey};

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
