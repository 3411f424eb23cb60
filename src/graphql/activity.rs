//! Follows the activity of jobs, from a cursor or from now.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::loaders::Loaders;
use super::types::JobActivityEvent;
use crate::domain::{Activity, Clock, JobId};
use crate::store::{Store, StoreResult};

/// Activities that are read at once.
const CHUNK: u32 = 100;
/// How long to wait when they could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// Where one subscriber stands.
pub(super) struct Watcher {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) changes: watch::Receiver<u64>,
    /// Jobs to watch; all when none are named.
    pub(super) jobs: Option<Vec<JobId>>,
    /// Number of the last activity that was sent.
    pub(super) after: i64,
    /// What this subscription has loaded; forgotten before each event, so that it shows the present.
    pub(super) loaders: Arc<Loaders>,
}

/// The events, without end.
pub(super) fn watch(watcher: Watcher) -> impl Stream<Item = Option<JobActivityEvent>> {
    let state = (watcher, Vec::new().into_iter());
    stream::unfold(state, |(mut watcher, mut read)| async move {
        loop {
            if let Some(activity) = read.next() {
                watcher.loaders.forget();
                return Some((Some(JobActivityEvent(activity)), (watcher, read)));
            }
            read = watcher.next().await?.into_iter();
        }
    })
}

impl Watcher {
    /// The next activities, once there are some. `None` when the server ends.
    async fn next(&mut self) -> Option<Vec<Activity>> {
        loop {
            self.changes.mark_unchanged(); // what is committed from here on wakes us again
            match self.read_on().await {
                Ok(read) if read.is_empty() => self.wait().await?,
                Ok(read) => return Some(read),
                Err(error) => {
                    tracing::warn!(error = %error, "the activity could not be read; trying again");
                    self.clock.pause(RETRY).await;
                }
            }
        }
    }

    async fn read_on(&mut self) -> StoreResult<Vec<Activity>> {
        let read = self.store.activities(self.after, self.jobs.as_deref(), CHUNK).await?;
        self.after = read.last().map_or(self.after, |activity| activity.sequence);
        Ok(read)
    }

    /// Until something may have happened, here or in another process.
    async fn wait(&mut self) -> Option<()> {
        super::subscription::news(&mut self.changes, &*self.clock).await
    }
}
