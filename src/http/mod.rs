//! The doors of the server: GraphQL over HTTP, event streams and sockets, GraphiQL, health.
//!
//! This room knows tokens, headers, status codes and messages; what a document means is the business of `graphql`.

mod auth;
mod caller;
mod endpoint;
mod events;
mod graphiql;
mod health;
mod negotiate;
mod origin;
mod presence;
mod reply;
mod request;
mod router;
mod server;
mod socket;

pub use auth::{Auth, AuthError, FetchKeys, KeyError, Keys, RoleMap, RoleMapError, Rules, mint};
pub use health::Health;
use router::Desk;

pub use router::{Doors, Settings, router};
pub use server::{Closing, serve};
