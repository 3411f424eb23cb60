//! The only room that speaks to Google: the People API, the Directory API and the token endpoint.
//!
//! Thin: one method per call that we make, in our words. Errors say what the caller does next. Work waits for quota rather
//! than earning refusals; a change whose answer never came is never repeated here. The same code speaks to the sandbox:
//! only base URLs and key differ. To add a call: a method here with its cost, the same call in the sandbox, a test of both.

mod answer;
mod call;
mod config;
mod directory;
mod error;
mod groups;
mod pace;
mod people;
mod permit;
mod person;
mod token;
mod write;

pub use config::{Budgets, Config, ConfigError, KeyError, ServiceAccountKey};
pub use directory::{Customer, Lookup};
pub use error::GoogleError;
pub use groups::Group;
pub use people::{KeepToken, Known, Looked, Total};
pub use permit::Permit;
pub use write::{NewPerson, PersonUpdate, UpdateMask};

use std::sync::Arc;

use call::Line;

use crate::domain::{Clock, EmailAddress};

/// A client of one Workspace. Cloning is cheap; clones share tokens and quota.
#[derive(Clone)]
pub struct Google {
    line: Arc<Line>,
}

impl std::fmt::Debug for Google {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Google").finish_non_exhaustive()
    }
}

/// The account of one user, acted on as that user.
#[derive(Clone)]
pub struct Account {
    line: Arc<Line>,
    user: call::User,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl Account {
    /// The same account, called only while `permit` lasts.
    #[must_use]
    pub fn while_held(mut self, permit: Permit) -> Account {
        self.user.permit = Some(permit);
        self
    }
}

impl Google {
    /// A client with these settings.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Google, ConfigError> {
        Ok(Google { line: Arc::new(Line::new(config, clock)?) })
    }

    /// The account of a user: the present primary address, and the immutable id by which quota is counted.
    #[must_use]
    pub fn account(&self, email: &EmailAddress, google_id: &str) -> Account {
        let user = call::User { email: email.clone(), key: google_id.to_owned(), permit: None };
        Account { line: Arc::clone(&self.line), user }
    }

    /// Contact writes left of the project's daily quota.
    #[must_use]
    pub fn daily_contact_writes_left(&self) -> u32 {
        self.line.daily_contact_writes_left()
    }

    /// Hash of the parameters of every list of people: sync tokens are bound to them.
    #[must_use]
    pub fn read_parameters_hash() -> String {
        people::parameters_hash()
    }
}
