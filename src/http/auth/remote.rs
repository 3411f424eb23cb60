//! Keys that an identity provider publishes (JWKS): read when they are needed, kept, and read again when they are old or a
//! token names one that is not known.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;

use super::{AuthError, Keys};
use crate::domain::{Clock, Time};

/// Reads the published set. The texts of errors are for the log.
pub type FetchKeys = Arc<dyn Fn() -> BoxFuture<'static, Result<Vec<u8>, String>> + Send + Sync>;

/// A key that its provider has withdrawn is trusted at most for as long (while the provider answers).
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// Between two readings: tokens that name keys at random must not make us flood the provider.
const INTERVAL: TimeDelta = TimeDelta::seconds(5);
/// A provider that takes longer is as good as gone.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Default, Clone)]
struct State {
    keys: Option<Arc<Keys>>,
    read_at: Option<Time>,
    tried_at: Option<Time>,
}

/// Keys that an identity provider publishes.
pub(super) struct RemoteKeys {
    fetch: FetchKeys,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held by whoever reads; the others wait for the outcome.
    reading: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteKeys").finish_non_exhaustive()
    }
}

impl RemoteKeys {
    pub(super) fn new(fetch: FetchKeys, clock: Arc<dyn Clock>) -> Self {
        Self { fetch, clock, state: Mutex::default(), reading: tokio::sync::Mutex::default() }
    }

    /// The keys, among them the one of this name if there is such a one.
    pub(super) async fn keys(self: &Arc<Self>, id: Option<&str>) -> Result<Arc<Keys>, AuthError> {
        let state = self.state().clone();
        if let Some(keys) = state.keys.filter(|keys| keys.know(id)) {
            let now = self.clock.now();
            if state.read_at.is_some_and(|read_at| now < read_at + MAX_AGE) {
                return Ok(keys);
            }
            if state.tried_at > state.read_at {
                // The provider is down. Nobody whose key is known waits for it.
                if self.may_try(now) && self.reading.try_lock().is_ok() {
                    let remote = Arc::clone(self);
                    tokio::spawn(async move { remote.refresh().await });
                }
                return Ok(keys);
            }
        }
        self.refresh().await;
        self.state().keys.clone().ok_or(AuthError::Unavailable)
    }

    /// Reads the set again, unless that was tried a moment ago. The old keys stay if it cannot be done.
    pub(super) async fn refresh(&self) {
        let _reading = self.reading.lock().await;
        if !self.may_try(self.clock.now()) {
            return;
        }
        let read = match tokio::time::timeout(TIMEOUT, (self.fetch)()).await {
            Ok(Ok(bytes)) => Keys::from_set(&bytes).map_err(|error| format!("the answer {error}")),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(format!("no answer within {} s", TIMEOUT.as_secs())),
        };
        let now = self.clock.now();
        let mut state = self.state();
        state.tried_at = Some(now);
        match read {
            Ok(keys) => {
                tracing::debug!(keys = ?keys, "the keys of the identity provider were read");
                state.keys = Some(Arc::new(keys));
                state.read_at = Some(now);
            }
            Err(error) => {
                let kept = if state.keys.is_some() { "the old ones are kept" } else { "nobody can sign in" };
                tracing::warn!(%error, "the keys of the identity provider could not be read; {kept}");
            }
        }
    }

    fn may_try(&self, now: Time) -> bool {
        self.state().tried_at.is_none_or(|tried_at| now >= tried_at + INTERVAL)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner) // no panic can leave it half written
    }
}
