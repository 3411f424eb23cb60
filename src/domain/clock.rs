//! Time comes in as an argument, so that runs replay in tests.

use std::future::Future;
use std::pin::Pin;

use std::time::Duration;

use chrono::{DateTime, Utc};

/// An instant, always UTC.
pub type Time = DateTime<Utc>;

/// The present, and a way to wait for the future.
///
/// The server has one real clock (in `app`); tests move theirs by hand.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, in whole microseconds (what PostgreSQL can store).
    fn now(&self) -> Time;

    /// Completes when the clock has reached `instant`; at once when it is past. For timers that run beside the work:
    /// schedules, heartbeats, leases.
    fn reach(&self, instant: Time) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Lets `duration` pass before the work in hand goes on: back-off and pacing. A test's clock moves on by itself here.
    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}
