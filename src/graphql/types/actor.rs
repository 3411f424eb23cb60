//! `Actor`: who did something.

use async_graphql::{Enum, Object};

use crate::domain;
use crate::graphql::scalars::EmailAddress;

/// Who did something.
pub(in crate::graphql) struct Actor(pub(in crate::graphql) domain::Actor);

/// Kinds of actor. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum ActorKind {
    /// Person with a token.
    User,
    /// Script with a service token.
    ServiceToken,
    /// Daily schedule.
    Scheduler,
    /// This server.
    System,
}

/// Who did something.
#[Object]
impl Actor {
    /// Kind of the actor.
    async fn kind(&self) -> ActorKind {
        match self.0 {
            domain::Actor::User(_) => ActorKind::User,
            domain::Actor::ServiceToken(_) => ActorKind::ServiceToken,
            domain::Actor::Scheduler => ActorKind::Scheduler,
            domain::Actor::System => ActorKind::System,
        }
    }

    /// Address of a user. Null otherwise.
    async fn email(&self) -> Option<EmailAddress> {
        match &self.0 {
            domain::Actor::User(email) => Some(email.clone().into()),
            domain::Actor::ServiceToken(_) | domain::Actor::Scheduler | domain::Actor::System => None,
        }
    }

    /// Name to show.
    async fn label(&self) -> String {
        match &self.0 {
            domain::Actor::User(email) => email.to_string(),
            domain::Actor::ServiceToken(subject) => subject.clone(),
            domain::Actor::Scheduler => "Daily schedule".into(),
            domain::Actor::System => "Contact Sync".into(),
        }
    }
}
