//! Who calls, and who did something.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, Time};

/// Role carried by a token. Each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads everything except the audit log.
    Viewer,
    /// Viewer, and manages jobs and destinations.
    Operator,
    /// Operator, and takes decisions that delete.
    Admin,
}

impl Role {
    /// All roles, weakest first.
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

    /// Name as in the token's `role` claim and in the GraphQL enum.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "VIEWER",
            Role::Operator => "OPERATOR",
            Role::Admin => "ADMIN",
        }
    }

    /// The role of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name))
    }
}

/// Caller of a request, as described by a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Subject of the token; scopes idempotency keys.
    pub subject: String,
    /// Address in the token. `None` for a service token.
    pub email: Option<EmailAddress>,
    /// Role in the token.
    pub role: Role,
    /// Instant at which the token expires.
    pub expires_at: Time,
}

impl Viewer {
    /// The caller as the author of a change.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.email {
            Some(email) => Actor::User(email.clone()),
            None => Actor::ServiceToken(self.subject.clone()),
        }
    }
}

/// Author of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// Person with a token.
    User(EmailAddress),
    /// Script with a service token, named by the token's subject.
    ServiceToken(String),
    /// Daily schedule.
    Scheduler,
    /// This server.
    System,
}
