//! What the API needs from Google while a client waits, in our words; implemented where the rooms are put together.

use async_trait::async_trait;

use crate::domain::{EmailAddress, Person, ResourceName, WorkspaceUser};
use crate::store::ListedGroup;

/// Reads at Google that the API makes on behalf of a client.
#[async_trait]
pub trait GooglePort: Send + Sync + 'static {
    /// Brings what we know of these addresses up to date (unknown ones and those older than an hour), and the Workspace.
    async fn refresh_users(&self, addresses: &[EmailAddress]) -> Result<(), PortError>;

    /// Brings the whole list of users up to date if it is older than an hour.
    async fn refresh_directory(&self) -> Result<(), PortError>;

    /// Personal contact groups of the user, read live; system groups left out.
    async fn contact_groups(&self, user: &WorkspaceUser) -> Result<Vec<ListedGroup>, PortError>;

    /// Names of the contacts in a group, read live. None when the group is gone.
    async fn group_members(&self, user: &WorkspaceUser, group: &ResourceName) -> Result<Vec<ResourceName>, PortError>;

    /// These contacts of the user, read live, in this order; those that are gone are left out. At most 200.
    async fn people(&self, user: &WorkspaceUser, names: &[ResourceName]) -> Result<Vec<Person>, PortError>;
}

/// Why Google could not be read. The texts are for the log and never reach a client.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PortError {
    /// Google did not answer, or not completely.
    #[error("Google is unavailable: {0}")]
    Unavailable(String),
    /// This one account cannot be read: suspended, gone, or without the Contacts service.
    #[error("the account is unavailable: {0}")]
    AccountUnavailable(String),
}
