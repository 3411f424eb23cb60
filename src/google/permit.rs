//! A call may leave only while its caller may still act for the account.

use tokio::sync::watch;

use crate::domain::{Clock, Time};

/// Until when calls may be sent: the end of the caller's lease, which moves as the lease is renewed.
#[derive(Debug, Clone)]
pub struct Permit(watch::Receiver<Time>);

impl Permit {
    /// A permit that lasts until the instant last told.
    #[must_use]
    pub fn new(until: watch::Receiver<Time>) -> Self {
        Self(until)
    }

    /// A permit that has ended.
    #[must_use]
    pub fn over() -> Self {
        Self(watch::Sender::new(Time::MIN_UTC).subscribe())
    }

    /// Completes while the lease lasts. Late callers (a process that was stopped, a database that was away) wait until it is
    /// renewed; where it is lost, their work is dropped while they wait.
    pub(super) async fn held(&self, clock: &dyn Clock) {
        let mut until = self.0.clone();
        while *until.borrow_and_update() <= clock.now() {
            if until.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Time {
            noon()
        }

        fn reach(&self, _: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::pending())
        }

        fn pause(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::pending())
        }
    }

    fn noon() -> Time {
        Time::UNIX_EPOCH + chrono::TimeDelta::hours(12)
    }

    #[test]
    fn a_late_call_waits_until_the_lease_is_renewed_and_for_ever_if_it_is_lost() {
        let until = watch::Sender::new(noon());
        let permit = Permit::new(until.subscribe());
        let mut call = Box::pin(permit.held(&Noon));
        assert_eq!(call.as_mut().now_or_never(), None, "a lease that ends now is over");
        until.send_replace(noon() + chrono::TimeDelta::seconds(1));
        assert_eq!(call.as_mut().now_or_never(), Some(()));
        until.send_replace(noon());
        let mut call = Box::pin(permit.held(&Noon));
        drop(until);
        assert_eq!(call.as_mut().now_or_never(), None);
        assert_eq!(Permit::over().held(&Noon).now_or_never(), None);
    }
}
