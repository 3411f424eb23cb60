//! Pages of the audit log.

use async_graphql::Context;

use super::{AuditEntryConnection, Items, Total};
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::filter::{AuditFilter, AuditOrder};
use crate::graphql::page::{self, Scope, Sorted};
use crate::graphql::types::AuditEntry;
use crate::store::{Position, SortKey};

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
