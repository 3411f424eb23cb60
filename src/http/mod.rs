//! The doors of the server: GraphQL over HTTP and over sockets, GraphiQL, health.
//!
//! This room knows tokens, headers, status codes and messages; what a document means is the business of `graphql`.

mod auth;
mod caller;
mod endpoint;
mod graphiql;
mod health;
mod negotiate;
mod router;
mod server;
mod socket;

pub use auth::{Auth, AuthError, FetchKeys, KeyError, Keys, RemoteKeys, RoleMap, RoleMapError, Rules, mint};
pub use health::Health;
pub use router::{Settings, router};
pub use server::{Closing, serve};
