//! The only room that speaks to the database: rows in, domain out.
//!
//! A noun reads, a verb writes, a batch takes a slice. Every change goes through [`Store::atomically`]: one closure, one
//! transaction, committed on `Ok` and rolled back on `Err`. Work is enqueued in the transaction of the change that needs it.

mod activity;
mod audit;
mod changes;
mod connect;
mod convert;
mod destinations;
mod due;
mod error;
mod events;
mod groups;
mod holds;
mod insert_run;
mod jobs;
mod lease;
mod mirror;
mod outcome;
mod page;
mod pages;
mod progress;
mod prune;
mod requests;
mod results;
mod runs;
mod sync_state;
mod users;
mod wake;
mod work;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::domain::{Clock, Time};

pub use activity::ActivityState;
pub use audit::{AuditFilter, Subject};
pub use connect::{ConnectError, connect};
pub use destinations::{DestinationFilter, DestinationOrderField, SyncedGroupFilter};
pub use error::{StoreError, StoreResult};
pub use groups::ListedGroup;
pub use jobs::{JobFilter, JobOrderField};
pub use outcome::DestinationOutcome;
pub use page::{Direction, Page, PageRequest, Position, SortKey};
pub use progress::{RunInHand, ShardItem};
pub use prune::Retention;
pub use requests::{
    AddUsers, CancelRun, DailyRuns, DecideHold, Decision, DeleteJob, GuardChange, IdempotencyKey, NewDraft, NewJob,
    PauseJob, PreviewJob, PreviewTarget, RelinkJob, RemoveUsers, Replay, RunJob, UpdateJob, Verdict,
};
pub use results::ResultFilter;
pub use runs::{RunFilter, RunOrderField};
pub use sync_state::{AccountState, Cursor, GroupIntent, KeptGroup};
pub use wake::Wakes;
pub use work::{Claim, Claimed, Task};

/// Rows or values per statement: SQLite binds at most 32,766 values, and the widest row has thirteen.
const CHUNK: usize = 2_000;

/// The database. Cloning is cheap.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    clock: Arc<dyn Clock>,
    wakes: Arc<Wakes>,
    statements: Arc<AtomicU64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// A store on a connected and migrated database.
    #[must_use]
    pub fn new(mut db: DatabaseConnection, clock: Arc<dyn Clock>) -> Self {
        let statements = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&statements);
        db.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        Self { db, clock, wakes: Arc::new(Wakes::default()), statements }
    }

    /// Statements sent to the database so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Signals to whoever waits for changes: workers, the scheduler, subscribers.
    #[must_use]
    pub fn wakes(&self) -> &Wakes {
        &self.wakes
    }

    /// Runs `change` in one transaction and wakes those who wait for what it changed.
    ///
    /// # Errors
    /// Those of `change`; then nothing is changed.
    pub async fn atomically<T, E: From<StoreError>>(
        &self,
        change: impl AsyncFnOnce(&Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        // Immediate: on SQLite a transaction that reads before it writes would fail at once when another one writes.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let db = self.db.begin_with_options(options).await.map_err(StoreError::from)?;
        let tx = Tx { db, now: self.clock.now(), has_work: AtomicBool::new(false), told: Mutex::default() };
        let value = change(&tx).await?; // dropping `tx` rolls back
        tx.write_told().await?;
        tx.db.commit().await.map_err(StoreError::from)?;
        self.wakes.changed();
        if tx.has_work.into_inner() {
            self.wakes.has_work();
        }
        Ok(value)
    }
}

/// An open transaction, with the instant at which it began.
pub struct Tx {
    db: DatabaseTransaction,
    now: Time,
    has_work: AtomicBool,
    told: Mutex<Vec<activity::Told>>,
}

impl Tx {
    /// The instant at which the transaction began.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Wakes workers after the commit.
    fn wake_workers(&self) {
        self.has_work.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("now", &self.now).finish_non_exhaustive()
    }
}
