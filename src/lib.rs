//! Contact Sync keeps one contact group of one Google Workspace user in step in the accounts of many others.
//!
//! `ARCHITECTURE.md` has the walks through the rooms, and the table of who may use whom; a test reads the code against it.

pub mod app; // composition root: the only place that knows every room
pub mod cli; // arguments
pub mod config; // settings
pub mod domain; // the words of the product; pure
pub mod google; // the only room that speaks to Google
pub mod graphql; // the API
pub mod http; // the doors: tokens, HTTP, WebSocket, GraphiQL
pub mod runner; // when, who, and again
pub mod store; // the only room that speaks to the database
pub mod sync; // what a run should do; pure
