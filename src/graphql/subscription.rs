//! `Subscription`: the log of a run, replayed and then followed.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use chrono::TimeDelta;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::ApiError;
use super::activity::{Watcher, watch};
use super::context::Services;
use super::filter::ids;
use super::page::{activity_position, event_position};
use super::types::{JobActivityEvent, RunEventEdge};
use crate::domain::{Clock, Event, RunId, RunStatus};
use crate::store::{Store, StoreResult};

/// Events that are read at once: of a long backlog the slow reader gets the next part when it has taken this one.
const CHUNK: u32 = 100;

/// How often other processes' changes are looked for.
const POLL: TimeDelta = TimeDelta::seconds(2);

/// How long to wait when the log could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// Streams over `graphql-transport-ws` or SSE.
pub(super) struct Subscription;

/// Streams over `graphql-transport-ws` or SSE.
#[Subscription]
impl Subscription {
    /// Events of one run in order of `sequence`: all of them from the start, or those after `after`, then live ones. Ends
    /// after RunFinished; a finished run replays and ends. Use the cursor of the last edge received to resume.
    async fn sync_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the run.")] run_id: ID,
        #[graphql(desc = "Cursor of the last event that was received; without one, from the start.")] after: Option<
            String,
        >,
    ) -> Result<impl Stream<Item = Option<RunEventEdge>> + use<>, ApiError> {
        let store = ctx.store()?.clone();
        let clock = ctx.clock()?;
        let unknown = ApiError::NotFound("No run has this ID.");
        let run: RunId = run_id.parse().map_err(|_| unknown.clone())?;
        // Subscribed before the first reading, so that no change falls in between.
        let changes = store.wakes().receiver();
        let known = store.run(run).await?.ok_or(unknown)?;
        let after = event_position(known.id, after.as_deref())?;
        let backlog = store.last_sequence(run).await?;
        Ok(follow(Follower {
            store,
            clock,
            changes,
            run,
            after,
            backlog,
            read: Vec::new().into_iter(),
            is_over: false,
        }))
    }

    /// Changes to jobs and their runs, for dashboards. Without `after`, starts now. Never ends. Events are thin: refetch
    /// what you show.
    async fn job_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Jobs to watch. All when none are named.")] job_ids: Option<Vec<ID>>,
        #[graphql(desc = "Cursor of the last event that was received; without one, from now.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Option<JobActivityEvent>> + use<>, ApiError> {
        let store = ctx.store()?.clone();
        let changes = store.wakes().receiver();
        let state = store.activity_state().await?;
        let after = match after {
            Some(cursor) => activity_position(&cursor)?,
            None => state.last,
        };
        if after < state.dropped {
            return Err(ApiError::CursorExpired);
        }
        let jobs = ids(job_ids)?; // an id of another kind is no job, and selects nothing
        let (clock, loaders) = (ctx.clock()?, Arc::clone(ctx.loaders()?));
        Ok(watch(Watcher { store, clock, changes, jobs, after, loaders }))
    }
}

/// Where one subscriber stands in the log.
struct Follower {
    store: Store,
    clock: Arc<dyn Clock>,
    changes: watch::Receiver<u64>,
    run: RunId,
    /// Sequence of the last event that was sent.
    after: i32,
    /// Sequence of the last event that was there when the subscription began.
    backlog: i32,
    /// Read and not yet sent.
    read: std::vec::IntoIter<Event>,
    is_over: bool,
}

fn follow(follower: Follower) -> impl Stream<Item = Option<RunEventEdge>> {
    stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        let is_backlog = event.sequence <= follower.backlog;
        Some((Some(RunEventEdge::new(event, is_backlog)), follower))
    })
}

impl Follower {
    /// The next event; none after the last one.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.is_over {
                return None;
            }
            if let Some(event) = self.read.next() {
                self.after = event.sequence;
                self.is_over = event.kind.is_last();
                return Some(event);
            }
            self.changes.mark_unchanged(); // what is committed from here on wakes us again
            match self.read_on().await {
                Ok(true) => {}
                Ok(false) => self.wait().await,
                Err(error) => {
                    // An error message would end the operation for good; the client would rather wait.
                    tracing::warn!(error = %error, "the log of a run could not be read; trying again");
                    self.clock.pause(RETRY).await;
                }
            }
        }
    }

    /// Reads the next events. `false` when there is nothing new.
    async fn read_on(&mut self) -> StoreResult<bool> {
        // The run first: one that was finished before its log was read, and has no more in it, has been pruned.
        let status = self.store.run_status(self.run).await?;
        let events = self.store.events(self.run, self.after, CHUNK).await?;
        self.is_over = events.is_empty() && status.is_none_or(RunStatus::is_finished);
        let has_news = self.is_over || !events.is_empty();
        self.read = events.into_iter();
        Ok(has_news)
    }

    async fn wait(&mut self) {
        self.is_over = news(&mut self.changes, &*self.clock).await.is_none();
    }
}

/// Completes when something may have changed: this process says so, or it is time to look what others did. `None` when the
/// store is gone, and with it the server.
pub(super) async fn news(changes: &mut watch::Receiver<u64>, clock: &dyn Clock) -> Option<()> {
    tokio::select! {
        changed = changes.changed() => changed.ok(),
        () = clock.reach(clock.now() + POLL) => Some(()),
    }
}
