//! Contact Sync keeps one contact group of one Google Workspace user in step in the accounts of many others.
//!
//! The map; `ARCHITECTURE.md` has the walks through it. A test reads the `use` lines of the rooms against the table there.

/// Composition root: the only place that knows every room.
pub mod app;
/// Arguments of the program.
pub mod cli;
/// All settings.
pub mod config;
/// The words of the product; pure.
pub mod domain;
/// The only room that speaks to Google.
pub mod google;
/// The GraphQL API.
pub mod graphql;
/// The doors: tokens, HTTP, WebSocket, GraphiQL.
pub mod http;
/// When, who, and again: the workers.
pub mod runner;
/// The only room that speaks to the database.
pub mod store;
/// What a run should do; pure.
pub mod sync;
