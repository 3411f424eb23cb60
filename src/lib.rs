//! Contact Sync keeps one contact group of one Google Workspace user in step in the accounts of many others.

pub mod domain;
pub mod google;
pub mod graphql;
pub mod http;
pub mod runner;
pub mod store;
pub mod sync;
