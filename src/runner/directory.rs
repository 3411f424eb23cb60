//! Keeps our table of users up to date, with as few Directory calls as possible.
//!
//! Whoever needs users names them; those unknown or older than an hour are read, one by one or as the whole list,
//! whichever is fewer calls. All jobs share the result.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use tracing::warn;

use crate::domain::{Clock, EmailAddress, Workspace, WorkspaceUser};
use crate::google::{Google, GoogleError, Lookup};
use crate::store::{Store, StoreError};

/// Age up to which a user's record serves.
const USERS_SERVE: TimeDelta = TimeDelta::hours(1);
/// Age up to which the Workspace's record serves: a primary domain changes once in years, and then somebody is not on the
/// one that we know.
const WORKSPACE_SERVES: TimeDelta = TimeDelta::days(7);
/// Users per page of the list (Directory API reference).
const PER_PAGE: u64 = 500;

/// How a user is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DirectoryKey {
    /// By primary address or alias.
    Address(EmailAddress),
    /// By Google's immutable id.
    Id(String),
}

type ByAddress = HashMap<EmailAddress, WorkspaceUser>;
type ById = HashMap<String, WorkspaceUser>;

/// Why users could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Google.
    #[error("the Directory could not be read: {0}")]
    Google(#[from] GoogleError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database belongs to another Workspace. Nothing is read, for every user of it would be taken for deleted.
    #[error(
        "the database belongs to the Workspace of {known}, but Google was asked for that of {found}. Use the key and the administrator of {known}, or another database: --data-dir or --database-url"
    )]
    OtherWorkspace {
        /// Primary domain on record.
        known: String,
        /// Primary domain of the administrator.
        found: String,
    },
}

/// Our table of users, and where it is filled from. Cloning is cheap.
#[derive(Clone)]
pub struct Directory {
    store: Store,
    google: Google,
    clock: Arc<dyn Clock>,
    /// One reader at a time: the second finds what the first has read.
    reading: Arc<tokio::sync::Mutex<IsVerified>>,
}

/// Google was asked, since the program started, whose Workspace it is.
#[derive(Default)]
struct IsVerified(bool);

impl std::fmt::Debug for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}

impl Directory {
    pub(super) fn new(store: Store, google: Google, clock: Arc<dyn Clock>) -> Self {
        Self { store, google, clock, reading: Arc::default() }
    }

    /// Brings the record of the Workspace up to date.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    pub async fn refresh_workspace(&self) -> Result<(), DirectoryError> {
        let mut verified = self.reading.lock().await;
        self.read_workspace(&mut verified, WORKSPACE_SERVES).await
    }

    /// Makes sure that the Workspace is the one that the database belongs to, with a record no older than `serves`.
    async fn read_workspace(&self, verified: &mut IsVerified, serves: TimeDelta) -> Result<(), DirectoryError> {
        let known = self.store.workspace().await?;
        let oldest = self.clock.now() - serves;
        if verified.0 && known.as_ref().is_some_and(|workspace| workspace.read_at >= oldest) {
            return Ok(());
        }
        let customer = self.google.customer().await?;
        let other = |known: Option<Workspace>| DirectoryError::OtherWorkspace {
            known: known.map(|known| known.primary_domain).unwrap_or_default(),
            found: customer.primary_domain.clone(),
        };
        let is_ours =
            self.store.atomically(async |tx| tx.upsert_workspace(&customer.id, &customer.primary_domain).await).await?;
        if !is_ours {
            return Err(other(self.store.workspace().await?));
        }
        verified.0 = true;
        Ok(())
    }

    /// Brings the records of these users up to date, and that of the Workspace.
    ///
    /// # Errors
    /// When they cannot be read or stored.
    pub async fn refresh(&self, keys: &[DirectoryKey]) -> Result<(), DirectoryError> {
        let mut verified = self.reading.lock().await;
        self.read_workspace(&mut verified, WORKSPACE_SERVES).await?;
        let needed = self.stale(keys).await?;
        if needed.is_empty() {
            return Ok(());
        }
        self.read_users(needed).await?;
        if self.is_somebody_elsewhere(keys).await? {
            self.read_workspace(&mut verified, USERS_SERVE).await?;
        }
        Ok(())
    }

    async fn read_users(&self, needed: Vec<DirectoryKey>) -> Result<(), DirectoryError> {
        let pages = self.store.user_count().await?.max(1).div_ceil(PER_PAGE);
        if needed.len() as u64 > pages {
            self.read_all().await?;
            // A list is complete, but a user made since the last hour's list may be asked for by a new address.
            return Ok(());
        }
        let mut hidden = Vec::new();
        for key in needed {
            let found = match &key {
                DirectoryKey::Address(address) => self.google.user_at(address).await?,
                DirectoryKey::Id(id) => self.google.user_with_id(id).await?,
            };
            match (&found, &key) {
                (Lookup::Hidden, DirectoryKey::Address(address)) => hidden.push(address.clone()),
                // What is known of the user serves on: the Directory does not say that there is none.
                (Lookup::Hidden, DirectoryKey::Id(id)) => warn!(user.google_id = %id, "the Directory hides a user"),
                (Lookup::Found(_) | Lookup::Missing, _) => self.save(&found, &key).await?,
            }
        }
        if hidden.is_empty() {
            return Ok(());
        }
        // Addresses of other customers are hidden; that we may ask at all is proved once for all of them.
        self.google.customer().await?;
        for address in hidden {
            self.save(&Lookup::Missing, &DirectoryKey::Address(address)).await?;
        }
        Ok(())
    }

    async fn save(&self, found: &Lookup, key: &DirectoryKey) -> Result<(), DirectoryError> {
        let saved = self.store.atomically(async |tx| match (found, key) {
            (Lookup::Found(user), _) => tx.upsert_users(std::slice::from_ref(user)).await,
            (Lookup::Missing, DirectoryKey::Address(address)) => tx.mark_address_missing(address).await,
            (Lookup::Missing, DirectoryKey::Id(id)) => tx.mark_user_missing(id).await,
            (Lookup::Hidden, _) => Ok(()),
        });
        Ok(saved.await?)
    }

    /// Brings the whole list up to date.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    pub async fn refresh_all(&self) -> Result<(), DirectoryError> {
        let mut verified = self.reading.lock().await;
        self.read_workspace(&mut verified, WORKSPACE_SERVES).await?;
        let oldest = self.clock.now() - USERS_SERVE;
        if self.store.users_read_at().await?.is_some_and(|read_at| read_at >= oldest) {
            return Ok(());
        }
        self.read_all().await
    }

    async fn read_all(&self) -> Result<(), DirectoryError> {
        let users = self.google.users().await?;
        self.store.atomically(async |tx| tx.replace_users(&users).await).await?;
        Ok(())
    }

    /// Asks the Directory now whether a user is gone: Google refuses tokens for suspended and for deleted users alike.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    pub async fn is_gone(&self, google_id: &str) -> Result<bool, DirectoryError> {
        let mut verified = self.reading.lock().await;
        self.read_workspace(&mut verified, WORKSPACE_SERVES).await?;
        let found = self.google.user_with_id(google_id).await?;
        self.save(&found, &DirectoryKey::Id(google_id.to_owned())).await?;
        Ok(found == Lookup::Missing)
    }

    /// One of these users is not on the primary domain on record.
    async fn is_somebody_elsewhere(&self, keys: &[DirectoryKey]) -> Result<bool, DirectoryError> {
        let Some(workspace) = self.store.workspace().await? else { return Ok(true) };
        let (by_address, by_id) = self.known(keys).await?;
        let mut users = by_address.into_values().chain(by_id.into_values());
        Ok(users.any(|user| !user.is_deleted && user.email.domain() != workspace.primary_domain))
    }

    async fn known(&self, keys: &[DirectoryKey]) -> Result<(ByAddress, ById), DirectoryError> {
        let addresses: Vec<EmailAddress> = keys.iter().filter_map(DirectoryKey::address).collect();
        let ids: Vec<String> = keys.iter().filter_map(DirectoryKey::id).collect();
        Ok((self.store.users_by_addresses(&addresses).await?, self.store.users_by_google_ids(&ids).await?))
    }

    async fn stale(&self, keys: &[DirectoryKey]) -> Result<Vec<DirectoryKey>, DirectoryError> {
        let oldest = self.clock.now() - USERS_SERVE;
        let (by_address, by_id) = self.known(keys).await?;
        let known = |key: &DirectoryKey| match key {
            DirectoryKey::Address(address) => by_address.get(address),
            DirectoryKey::Id(id) => by_id.get(id),
        };
        let mut needed: Vec<DirectoryKey> = Vec::new();
        for key in keys {
            if known(key).is_none_or(|user| user.read_at < oldest) && !needed.contains(key) {
                needed.push(key.clone());
            }
        }
        Ok(needed)
    }
}

impl DirectoryKey {
    fn address(&self) -> Option<EmailAddress> {
        match self {
            Self::Address(address) => Some(address.clone()),
            Self::Id(_) => None,
        }
    }

    fn id(&self) -> Option<String> {
        match self {
            Self::Address(_) => None,
            Self::Id(id) => Some(id.clone()),
        }
    }
}
