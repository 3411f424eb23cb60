//! `Viewer`: the caller.

use async_graphql::{Enum, Object};

use crate::domain;
use crate::graphql::scalars::{DateTime, EmailAddress};

/// Caller of this request.
pub(in crate::graphql) struct Viewer(pub(in crate::graphql) domain::Viewer);

/// Role carried by the `role` claim of the JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Role")]
pub(in crate::graphql) enum Role {
    /// Reads everything.
    Viewer,
    /// VIEWER, and manages jobs and destinations.
    Operator,
    /// OPERATOR, and deletes jobs.
    Admin,
}

/// Caller of this request.
#[Object]
impl Viewer {
    /// Address in the token. Null for a service token.
    async fn email(&self) -> Option<EmailAddress> {
        self.0.email.clone().map(Into::into)
    }

    /// Role in the token.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Timestamp at which the token expires.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }
}
