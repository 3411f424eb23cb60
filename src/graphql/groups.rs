//! Contact groups of a user, read live and given ids.

use async_graphql::Context;

use super::ApiError;
use super::context::Services;
use super::port::PortError;
use crate::domain::{ContactGroup, WorkspaceUser};
use crate::store::Store;

/// The groups, recorded so that an id names each. The inner error is Google's.
pub(super) async fn listed(
    ctx: &Context<'_>,
    user: &WorkspaceUser,
) -> Result<Result<Vec<ContactGroup>, PortError>, ApiError> {
    let groups = match ctx.port()?.contact_groups(user).await {
        Ok(groups) => groups,
        Err(error) => return Ok(Err(error)),
    };
    let store: &Store = ctx.store()?;
    Ok(Ok(store.atomically(async |tx| tx.record_groups(user.id, &groups).await).await?))
}

/// The groups, for a field that is null when Google cannot be asked.
pub(super) async fn read_live(ctx: &Context<'_>, user: &WorkspaceUser) -> Result<Vec<ContactGroup>, ApiError> {
    Ok(listed(ctx, user).await??)
}
