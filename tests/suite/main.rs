//! The product from outside: real HTTP to a real server, real HTTP from it to a sandbox Workspace.
//!
//! One program, so that it is linked once. Tests on both databases are written once (`on_both!`); PostgreSQL is used when
//! `CONTACT_SYNC_TEST_POSTGRES` names a server on which databases may be created (`scripts/test` brings one).

#![expect(unreachable_pub, reason = "a test program has no other crate to be reached from")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod world;

mod api;
mod attacks;
mod bad_input;
mod budget;
mod client;
mod clients;
mod demo;
mod docs;
mod faults;
mod google_limits;
mod guard;
mod healing;
mod migrations;
mod model;
mod other_workspace;
mod preview;
mod property;
mod queue;
mod queue_processes;
mod rooms;
mod rules;
mod schema;
mod server;
mod socket;
mod sse;
