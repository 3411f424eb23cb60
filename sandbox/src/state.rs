//! The Workspace: everything that is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{HandError, User, Workspace, account::Account, ids, key::Robot};

/// Scopes the administrator granted to the service account.
pub(crate) const SCOPES: [&str; 5] = [
    "https://www.googleapis.com/auth/contacts",
    "https://www.googleapis.com/auth/contacts.readonly",
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.customer.readonly",
    "https://www.googleapis.com/auth/admin.directory.domain.readonly",
];

/// The whole Workspace. Cheap to clone: accounts are shared until they change.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// Signs sync tokens, so that nobody makes up their own.
    pub(crate) secret: String,
    /// The service account.
    pub(crate) robot: Robot,
    /// The customer's id.
    pub(crate) customer_id: String,
    /// When the Workspace was made.
    pub(crate) created: DateTime<Utc>,
    /// Primary domain first.
    pub(crate) domains: Vec<Domain>,
    /// Scopes the service account may ask for.
    pub(crate) scopes: BTreeSet<String>,
    /// Accounts by user id.
    pub(crate) accounts: BTreeMap<String, Arc<Account>>,
    /// How far the clock was moved, in milliseconds.
    pub(crate) ahead_ms: i64,
}

/// A domain with users of its own.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Domain {
    /// Its name.
    pub(crate) name: String,
    /// Alias domains of it.
    pub(crate) aliases: Vec<String>,
}

impl State {
    /// A Workspace made from a description.
    pub(crate) fn new(workspace: Workspace, robot: Robot, now: DateTime<Utc>) -> Result<Self, HandError> {
        let mut domains = vec![Domain { name: workspace.primary_domain.to_lowercase(), aliases: Vec::new() }];
        for name in &workspace.secondary_domains {
            domains.push(Domain { name: name.to_lowercase(), aliases: Vec::new() });
        }
        for (alias, parent) in &workspace.alias_domains {
            let parent = domains
                .iter_mut()
                .find(|domain| domain.name == parent.to_lowercase())
                .ok_or_else(|| HandError::Refused(format!("{alias} is an alias of {parent}, which is no domain")))?;
            parent.aliases.push(alias.to_lowercase());
        }
        let mut state = Self {
            secret: ids::hex(32),
            robot,
            customer_id: workspace.customer_id,
            created: now,
            domains,
            scopes: SCOPES.into_iter().map(str::to_owned).collect(),
            accounts: BTreeMap::new(),
            ahead_ms: 0,
        };
        for user in workspace.users {
            state.add_user(user.into_user(), now)?;
        }
        Ok(state)
    }

    /// Adds a user whose address is free and in one of the domains.
    pub(crate) fn add_user(&mut self, user: User, now: DateTime<Utc>) -> Result<String, HandError> {
        self.check_addresses(&user)?;
        let id = user.id.clone();
        self.accounts.insert(id.clone(), Arc::new(Account::new(user, now)));
        Ok(id)
    }

    /// Refuses addresses of foreign domains and those somebody else has.
    pub(crate) fn check_addresses(&self, user: &User) -> Result<(), HandError> {
        for address in std::iter::once(&user.primary_email).chain(&user.aliases) {
            if !self.owns_domain_of(address) {
                return Err(HandError::Refused(format!("{address} is not in a domain of this Workspace")));
            }
            if self.find_live(address).is_some_and(|other| other.user.id != user.id) {
                return Err(HandError::Exists(address.clone()));
            }
        }
        Ok(())
    }

    /// Is the address in a domain, or alias domain, of this Workspace?
    pub(crate) fn owns_domain_of(&self, address: &str) -> bool {
        let Some((_, name)) = address.rsplit_once('@') else { return false };
        let name = name.to_lowercase();
        self.domains.iter().any(|domain| domain.name == name || domain.aliases.contains(&name))
    }

    /// Addresses a user has without anybody giving them: those in alias domains.
    pub(crate) fn automatic_aliases(&self, user: &User) -> Vec<String> {
        let Some((local, name)) = user.primary_email.rsplit_once('@') else { return Vec::new() };
        let of = self.domains.iter().filter(|domain| domain.name == name);
        let mut found: Vec<_> = of.flat_map(|d| d.aliases.iter().map(|alias| format!("{local}@{alias}"))).collect();
        found.extend(self.domains.first().map(|primary| format!("{local}@{}.test-google-a.com", primary.name)));
        found
    }

    /// A user who is not deleted, by primary address, alias or id.
    pub(crate) fn find_live(&self, key: &str) -> Option<&Account> {
        let key = key.to_lowercase();
        let living = || self.accounts.values().map(Arc::as_ref).filter(|account| !account.user.deleted);
        let primary = living().find(|account| account.user.primary_email == key || account.user.id == key);
        primary.or_else(|| {
            living().find(|account| {
                account.user.aliases.contains(&key) || self.automatic_aliases(&account.user).contains(&key)
            })
        })
    }

    /// A user by primary address, deleted ones last.
    pub(crate) fn by_primary(&self, email: &str) -> Option<&Account> {
        let email = email.to_lowercase();
        let mut of = self.accounts.values().map(Arc::as_ref).filter(|account| account.user.primary_email == email);
        let first = of.next()?;
        if first.user.deleted { of.find(|account| !account.user.deleted).or(Some(first)) } else { Some(first) }
    }

    /// The account of a living user, for changing.
    pub(crate) fn account_mut(&mut self, email: &str) -> Result<&mut Account, HandError> {
        let id = self.account(email)?.user.id.clone();
        self.account_by_id_mut(&id).ok_or_else(|| HandError::UnknownUser(email.to_owned()))
    }

    /// The account of a living user.
    pub(crate) fn account(&self, email: &str) -> Result<&Account, HandError> {
        self.find_live(email).ok_or_else(|| HandError::UnknownUser(email.to_owned()))
    }

    /// The account with this user id, for changing.
    pub(crate) fn account_by_id_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.get_mut(id).map(Arc::make_mut)
    }

    /// Rebuilds what is not kept in the file.
    pub(crate) fn reindex(&mut self) {
        for account in self.accounts.values_mut() {
            let account = Arc::make_mut(account);
            account.reindex();
            account.restarted();
        }
    }
}
