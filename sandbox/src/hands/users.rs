//! An administrator's hands.

use crate::{HandError, NewUser, Sandbox, User};

impl Sandbox {
    /// Adds a user and gives the id.
    ///
    /// # Errors
    /// The address is taken, or in no domain of the Workspace.
    pub fn add_user(&self, user: NewUser) -> Result<String, HandError> {
        self.change(|core, now| core.state.add_user(user.into_user(), now))
    }

    /// Changes a user. After a change of the primary address the old one is an alias; the id cannot change.
    ///
    /// # Errors
    /// There is no such user, or the new addresses cannot be had.
    pub fn update_user(&self, email: &str, change: impl FnOnce(&mut User)) -> Result<(), HandError> {
        self.change(|core, now| {
            let old = core.state.account(email)?.user.clone();
            let mut new = old.clone();
            change(&mut new);
            new.id.clone_from(&old.id);
            new.primary_email = new.primary_email.trim().to_lowercase();
            for alias in &mut new.aliases {
                *alias = alias.trim().to_lowercase();
            }
            if new.primary_email != old.primary_email && !new.aliases.contains(&old.primary_email) {
                new.aliases.push(old.primary_email);
            }
            let primary = new.primary_email.clone();
            new.aliases.retain(|alias| *alias != primary);
            core.state.check_addresses(&new)?;
            if let Some(account) = core.state.account_by_id_mut(&old.id) {
                account.deleted_at = new.deleted.then_some(now);
                account.user = new;
            }
            Ok(())
        })
    }

    /// Deletes a user. The address is free again.
    ///
    /// # Errors
    /// There is no such user.
    pub fn delete_user(&self, email: &str) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            account.user.deleted = true;
            account.deleted_at = Some(now);
            Ok(())
        })
    }

    /// All users, deleted ones among them, by primary address.
    pub fn users(&self) -> Vec<User> {
        let mut users: Vec<_> =
            self.with(|core, _| core.state.accounts.values().map(|account| account.user.clone()).collect());
        users.sort_by(|a: &User, b: &User| a.primary_email.cmp(&b.primary_email));
        users
    }
}
