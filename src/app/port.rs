//! What the API reads live from Google, through the directory and the client of the runner.

use async_trait::async_trait;

use crate::domain::{EmailAddress, Person, ResourceName, WorkspaceUser};
use crate::google::{Google, GoogleError};
use crate::graphql::{GooglePort, PortError};
use crate::runner::{Directory, DirectoryError, DirectoryKey};
use crate::store::ListedGroup;

/// Contacts that an account can hold (Google's limit).
const MOST_MEMBERS: u32 = 25_000;

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

    async fn contact_groups(&self, user: &WorkspaceUser) -> Result<Vec<ListedGroup>, PortError> {
        let groups = self.google.account(&user.email, &user.google_id).groups().await.map_err(google_failed)?;
        let personal = groups.into_iter().filter(|group| !group.is_system);
        let listed = personal.map(|group| ListedGroup {
            is_marked: group.marker().is_some(),
            contact_count: i32::try_from(group.member_count).unwrap_or(i32::MAX),
            resource: group.resource,
            name: group.name,
        });
        Ok(listed.collect())
    }

    async fn group_members(&self, user: &WorkspaceUser, group: &ResourceName) -> Result<Vec<ResourceName>, PortError> {
        match self.google.account(&user.email, &user.google_id).group(group, MOST_MEMBERS).await {
            Ok(group) => Ok(group.members.into_iter().collect()),
            Err(GoogleError::NotFound) => Ok(Vec::new()),
            Err(failure) => Err(google_failed(failure)),
        }
    }

    async fn people(&self, user: &WorkspaceUser, names: &[ResourceName]) -> Result<Vec<Person>, PortError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let people = self.google.account(&user.email, &user.google_id).people(names).await.map_err(google_failed)?;
        Ok(people.into_iter().filter_map(|(_, person)| person).collect())
    }
}

fn directory_failed(failure: DirectoryError) -> PortError {
    match failure {
        DirectoryError::Google(failure) => google_failed(failure),
        failure @ (DirectoryError::Store(_) | DirectoryError::OtherWorkspace { .. }) => {
            PortError::Unavailable(failure.to_string())
        }
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
