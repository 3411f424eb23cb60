//! What the API reads live from Google, through the directory and the client of the runner.

use async_trait::async_trait;

use crate::domain::{EmailAddress, ResourceName, WorkspaceUser};
use crate::google::{Google, GoogleError};
use crate::graphql::{GooglePort, PortError};
use crate::runner::{Directory, DirectoryError, DirectoryKey};

/// The API's view of Google.
pub(super) struct Port {
    directory: Directory,
    google: Google,
}

impl Port {
    pub(super) fn new(directory: Directory, google: Google) -> Self {
        Self { directory, google }
    }
}

#[async_trait]
impl GooglePort for Port {
    async fn refresh_users(&self, addresses: &[EmailAddress]) -> Result<(), PortError> {
        let keys: Vec<DirectoryKey> = addresses.iter().cloned().map(DirectoryKey::Address).collect();
        self.directory.refresh(&keys).await.map_err(directory_failed)
    }

    async fn refresh_directory(&self) -> Result<(), PortError> {
        self.directory.refresh_all().await.map_err(directory_failed)
    }

    async fn contact_groups(&self, user: &WorkspaceUser) -> Result<Vec<(ResourceName, String, i32)>, PortError> {
        let groups = self.google.account(&user.email, &user.google_id).groups().await.map_err(google_failed)?;
        let personal = groups.into_iter().filter(|group| !group.is_system);
        let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Ok(personal.map(|group| (group.resource, group.name, count(group.member_count))).collect())
    }
}

fn directory_failed(failure: DirectoryError) -> PortError {
    match failure {
        DirectoryError::Google(failure) => google_failed(failure),
        DirectoryError::Store(failure) => PortError::Unavailable(failure.to_string()),
    }
}

fn google_failed(failure: GoogleError) -> PortError {
    match failure {
        GoogleError::AccountGone(what) | GoogleError::AccountSuspended(what) | GoogleError::ServiceOff(what) => {
            PortError::AccountUnavailable(what)
        }
        other => PortError::Unavailable(other.to_string()),
    }
}
