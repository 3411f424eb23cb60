//! The one real clock.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{SubsecRound, Utc};

use crate::domain::{Clock, Time};

/// Longest sleep at once: the wall clock may be set, so it is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else takes as an argument")]
    fn now(&self) -> Time {
        Utc::now().trunc_subsecs(6)
    }

    fn reach(&self, instant: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = *self;
        Box::pin(async move {
            while let Ok(left) = (instant - clock.now()).to_std() {
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(Ord::min(left, LOOK_AGAIN)).await;
            }
        })
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}
