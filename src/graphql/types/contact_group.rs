//! `ContactGroup`: a personal contact group of a source user.

use async_graphql::{ID, Object};

use super::UserErrorCode;
use crate::domain;

/// Personal contact group of a source user.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct ContactGroup(pub(in crate::graphql) domain::ContactGroup);

/// Personal contact group of a source user.
#[Object]
impl ContactGroup {
    /// Opaque global ID of the object. Do not parse it.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Name of the group.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Contacts in the group when last read.
    async fn contact_count(&self) -> i32 {
        self.0.contact_count
    }

    /// Reason the group cannot be a source. Null when it can.
    async fn ineligible_reason(&self) -> Option<UserErrorCode> {
        self.0.is_synced.then_some(UserErrorCode::SourceGroupIsSynced)
    }
}
