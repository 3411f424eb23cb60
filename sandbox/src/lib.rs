//! A Google Workspace that runs on this machine.
//!
//! [`Sandbox::start`] opens an HTTP server that answers the OAuth token endpoint, the People API v1 and the parts of
//! the Admin SDK Directory API which Contact Sync uses, with Google's error bodies, limits, etags, sync tokens and
//! quotas. Its clock can be moved, faults can be injected, and every request is kept in a ledger together with what
//! it would have cost.

mod account;
pub mod conformance;
mod control;
mod core;
mod directory;
mod discovery;
mod error;
mod fault;
pub mod generate;
mod groups;
mod hands;
mod http;
mod ids;
pub mod import;
mod key;
mod ledger;
mod oauth;
mod options;
mod people;
mod persist;
mod person;
mod quota;
mod refusal;
mod sandbox;
mod state;
mod tokens;
mod views;
mod workspace;

pub use error::{HandError, SandboxError};
pub use fault::{Fault, FaultId, FaultKind, When};
pub use hands::{DroppedLabel, NewContact};
pub use ledger::{Cost, Entry};
pub use options::{Lag, Options, Quotas, Settings, SuspendedMode};
pub use sandbox::Sandbox;
pub use views::{Contact, Group};
pub use workspace::{NewUser, User, Workspace};
