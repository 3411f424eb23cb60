//! A clock that stands still until it is moved.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};
use contact_sync::domain::{Clock, Time};
use tokio::sync::watch;

/// A clock that the test moves; clones are the same clock. A pause of the work in hand moves it by itself.
#[derive(Clone)]
pub struct TestClock(watch::Sender<Time>);

impl TestClock {
    /// It begins at a moment when no daily slot is near.
    pub fn new() -> Self {
        let start: Time = "2026-03-02T12:00:00Z".parse().unwrap();
        Self(watch::Sender::new(start))
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.send_modify(|now| *now = (*now + by).trunc_subsecs(6));
    }

    /// Moves on to `instant`; never back.
    pub fn reach_by(&self, instant: Time) {
        self.0.send_modify(|now| *now = (*now).max(instant));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        *self.0.borrow()
    }

    fn reach(&self, instant: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut receiver = self.0.subscribe();
        Box::pin(async move {
            // The sender lives as long as the world; without it nobody can wait for time any more.
            if receiver.wait_for(|now| *now >= instant).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.advance(TimeDelta::from_std(duration).unwrap());
        Box::pin(tokio::task::yield_now())
    }
}
