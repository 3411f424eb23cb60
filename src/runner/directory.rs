//! Keeps our table of users up to date, with as few Directory calls as possible.
//!
//! Whoever needs users names them; those unknown or older than an hour are read, one by one or as the whole list,
//! whichever is fewer calls. All jobs share the result.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::{Clock, EmailAddress};
use crate::google::{Google, GoogleError};
use crate::store::{Store, StoreError};

/// Age up to which a user's record serves.
const USERS_SERVE: TimeDelta = TimeDelta::hours(1);
/// Age up to which the Workspace's record serves: a primary domain changes once in years.
const WORKSPACE_SERVES: TimeDelta = TimeDelta::hours(24);
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

/// Why users could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Google.
    #[error("the Directory could not be read: {0}")]
    Google(#[from] GoogleError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Our table of users, and where it is filled from. Cloning is cheap.
#[derive(Clone)]
pub struct Directory {
    store: Store,
    google: Google,
    clock: Arc<dyn Clock>,
    /// One reader at a time: the second finds what the first has read.
    reading: Arc<tokio::sync::Mutex<()>>,
}

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
        let _one_reader = self.reading.lock().await;
        self.read_workspace().await
    }

    async fn read_workspace(&self) -> Result<(), DirectoryError> {
        let oldest = self.clock.now() - WORKSPACE_SERVES;
        if self.store.workspace().await?.is_some_and(|workspace| workspace.read_at >= oldest) {
            return Ok(());
        }
        let customer = self.google.customer().await?;
        let saved = self.store.atomically(async |tx| tx.upsert_workspace(&customer.id, &customer.primary_domain).await);
        Ok(saved.await?)
    }

    /// Brings the records of these users up to date, and that of the Workspace.
    ///
    /// # Errors
    /// When they cannot be read or stored.
    pub async fn refresh(&self, keys: &[DirectoryKey]) -> Result<(), DirectoryError> {
        let _one_reader = self.reading.lock().await;
        self.read_workspace().await?;
        let needed = self.stale(keys).await?;
        let pages = self.store.user_count().await?.max(1).div_ceil(PER_PAGE);
        if needed.len() as u64 > pages {
            self.read_all().await?;
            // A list is complete, but a user made since the last hour's list may be asked for by a new address.
            return Ok(());
        }
        for key in needed {
            let name = match &key {
                DirectoryKey::Address(address) => address.as_str(),
                DirectoryKey::Id(id) => id,
            };
            let user = self.google.user(name).await?;
            self.store
                .atomically(async |tx| match (&user, &key) {
                    (Some(user), _) => tx.upsert_users(std::slice::from_ref(user)).await,
                    (None, DirectoryKey::Address(address)) => tx.mark_address_missing(address).await,
                    (None, DirectoryKey::Id(id)) => tx.mark_user_missing(id).await,
                })
                .await?;
        }
        Ok(())
    }

    /// Brings the whole list up to date.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    pub async fn refresh_all(&self) -> Result<(), DirectoryError> {
        let _one_reader = self.reading.lock().await;
        self.read_workspace().await?;
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
        let _one_reader = self.reading.lock().await;
        let user = self.google.user(google_id).await?;
        self.store
            .atomically(async |tx| match &user {
                Some(user) => tx.upsert_users(std::slice::from_ref(user)).await,
                None => tx.mark_user_missing(google_id).await,
            })
            .await?;
        Ok(user.is_none())
    }

    async fn stale(&self, keys: &[DirectoryKey]) -> Result<Vec<DirectoryKey>, DirectoryError> {
        let oldest = self.clock.now() - USERS_SERVE;
        let addresses: Vec<EmailAddress> = keys.iter().filter_map(DirectoryKey::address).collect();
        let ids: Vec<String> = keys.iter().filter_map(DirectoryKey::id).collect();
        let by_address = self.store.users_by_addresses(&addresses).await?;
        let by_id = self.store.users_by_google_ids(&ids).await?;
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
