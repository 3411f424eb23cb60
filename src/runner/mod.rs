//! When, who, and again: the schedule, the queue's workers, and what one run does at each account.
//!
//! A run is walked in two tasks. *Gather* reads the source once, brings the mirror up to date and queues the shards; a
//! *shard* walks its destinations: lease the account, read it, plan (`sync`), write batch by batch, record each answer
//! before the next. Whatever is interrupted is taken up by the next claim from what is on record.
//!
//! The API and this room never call each other: they meet in the database.

mod attempt;
mod contents;
mod create;
mod delete;
mod directory;
mod draft;
mod failure;
mod gather;
mod group;
mod in_hand;
mod names;
mod preview;
mod reading;
mod release;
mod remove;
mod schedule;
mod shard;
mod source;
mod sync_account;
mod there;
mod unseen;
mod update;
mod worker;
mod write;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Clock, DeletionGuard};
use crate::google::Google;
use crate::store::{Retention, Store};

pub use directory::{Directory, DirectoryError, DirectoryKey};

/// Settings of the runner.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of this worker process, unique among replicas.
    pub name: String,
    /// Tasks in hand at once.
    pub tasks: usize,
    /// Accounts of one shard in hand at once.
    pub accounts: usize,
    /// How long work and accounts are held without a sign of life; signs are given three times as often.
    pub lease: Duration,
    /// How long after an uncertain answer Google may still carry out the call.
    pub settle: Duration,
    /// Guard of jobs that have none of their own.
    pub guard: DeletionGuard,
    /// How long history is kept.
    pub retention: Retention,
}

/// Carries out runs. Cloning is cheap.
#[derive(Clone)]
pub struct Runner {
    store: Store,
    google: Google,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    directory: Directory,
    contents: Arc<contents::Contents>,
    in_hand: Arc<in_hand::InHand>,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Runner {
    /// A runner on this database and this Google.
    #[must_use]
    pub fn new(store: Store, google: Google, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let directory = Directory::new(store.clone(), google.clone(), Arc::clone(&clock));
        let settings = Arc::new(settings);
        Self { store, google, clock, settings, directory, contents: Arc::default(), in_hand: Arc::default() }
    }

    /// Our table of users, and the way to bring it up to date.
    #[must_use]
    pub fn directory(&self) -> Directory {
        self.directory.clone()
    }
}
