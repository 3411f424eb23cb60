//! Quota: every call has a price, and waits until it can be paid.
//!
//! Budgets per minute are kept per account as the costs of the last sixty seconds; the daily one is the project's and ends
//! at midnight in California, where Google's days end.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::America::Los_Angeles;

use super::{Budgets, GoogleError};
use crate::domain::{DailySchedule, Time};

const MINUTE: TimeDelta = TimeDelta::seconds(60);
/// Longer waits are the runner's: it has other accounts to go on with.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(90);
/// How long a worn-out account rests at first, and at most; after as long without a refusal it counts as well.
const SHORTEST_REST: TimeDelta = TimeDelta::minutes(5);
const LONGEST_REST: TimeDelta = TimeDelta::hours(6);
/// Accounts not used for this long are forgotten.
const IDLE: TimeDelta = TimeDelta::hours(7);

/// Price of a call in Google's metrics (People API guide).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) critical_reads: u32,
    pub(super) critical_writes: u32,
    pub(super) reads: u32,
    pub(super) writes: u32,
    pub(super) daily_contact_writes: u32,
    pub(super) directory_queries: u32,
}

impl Cost {
    pub(super) const READ: Cost = Cost { critical_reads: 1, ..Cost::NOTHING };
    pub(super) const WRITE: Cost =
        Cost { critical_reads: 1, critical_writes: 1, daily_contact_writes: 1, ..Cost::NOTHING };
    pub(super) const BATCH_WRITE: Cost =
        Cost { critical_reads: 6, critical_writes: 6, daily_contact_writes: 200, ..Cost::NOTHING };
    pub(super) const DELETE: Cost = Cost { writes: 1, ..Cost::NOTHING };
    pub(super) const BATCH_DELETE: Cost = Cost { writes: 10, ..Cost::NOTHING };
    pub(super) const GROUP_READ: Cost = Cost { reads: 1, ..Cost::NOTHING };
    pub(super) const GROUP_WRITE: Cost = Cost { writes: 1, ..Cost::NOTHING };
    pub(super) const DIRECTORY: Cost = Cost { directory_queries: 1, ..Cost::NOTHING };
    const NOTHING: Cost = Cost {
        critical_reads: 0,
        critical_writes: 0,
        reads: 0,
        writes: 0,
        daily_contact_writes: 0,
        directory_queries: 0,
    };

    fn per_minute(self) -> [u32; 5] {
        [self.critical_reads, self.critical_writes, self.reads, self.writes, self.directory_queries]
    }
}

#[derive(Default)]
struct Spending {
    spent: VecDeque<(Time, [u32; 5])>,
    parked_until: Option<Time>,
    /// Doubles with each refusal by the backend, until a call succeeds.
    park_for: Option<TimeDelta>,
    used_at: Option<Time>,
}

#[derive(Default)]
struct Books {
    accounts: HashMap<String, Spending>,
    day: Option<(chrono::NaiveDate, u32)>,
}

/// The budgets and what is spent of them.
pub(super) struct Pace {
    budgets: Budgets,
    books: Mutex<Books>,
}

impl Pace {
    pub(super) fn new(budgets: Budgets) -> Self {
        Self { budgets, books: Mutex::default() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> [u32; 5] {
        let budgets = self.budgets;
        [budgets.critical_reads, budgets.critical_writes, budgets.reads, budgets.writes, budgets.directory_queries]
    }

    /// Pays for a call, or says how long to wait before asking again.
    ///
    /// # Errors
    /// `SlowDown` where the wait is longer than a worker should stand still.
    pub(super) fn pay(&self, account: &str, cost: Cost, now: Time) -> Result<Option<Duration>, GoogleError> {
        let mut books = self.books();
        if books.accounts.len() > 1_000 {
            books.accounts.retain(|_, spending| spending.used_at.is_some_and(|at| now - at < IDLE));
        }
        let used_today = books.used_today(now);
        let is_spent = used_today == u32::MAX
            || used_today.saturating_add(cost.daily_contact_writes) > self.budgets.daily_contact_writes;
        if is_spent && cost.daily_contact_writes > 0 {
            return Err(GoogleError::SlowDown { until: next_day(now) });
        }
        let limits = self.limits();
        let spending = books.accounts.entry(account.to_owned()).or_default();
        spending.used_at = Some(now);
        let free_at = spending.free_at(cost.per_minute(), limits, now);
        let parked = spending.parked_until.filter(|until| *until > now);
        if let Some(at) = free_at.into_iter().chain(parked).max().filter(|at| *at > now) {
            return match at - now {
                wait if wait > LONGEST_WAIT => Err(GoogleError::SlowDown { until: at }),
                wait => Ok(Some(wait.to_std().unwrap_or_default())),
            };
        }
        spending.spent.push_back((now, cost.per_minute()));
        books.day = Some((california(now), used_today.saturating_add(cost.daily_contact_writes)));
        Ok(None)
    }

    /// Google said that the account is worn out: it rests, twice as long each time.
    pub(super) fn park(&self, account: &str, now: Time) -> Time {
        let mut books = self.books();
        let spending = books.accounts.entry(account.to_owned()).or_default();
        let is_again = spending.parked_until.is_some_and(|until| now < until + LONGEST_REST);
        let last = spending.park_for.filter(|_| is_again);
        let rest = last.map_or(SHORTEST_REST, |last| Ord::min(last * 2, LONGEST_REST));
        spending.park_for = Some(rest);
        spending.parked_until = Some(now + rest);
        now + rest
    }

    /// A change succeeded: the account is well. Reading may go on while writing does not, and tells nothing.
    pub(super) fn well(&self, account: &str) {
        if let Some(spending) = self.books().accounts.get_mut(account) {
            spending.park_for = None;
        }
    }

    /// Google said that the project's day is used up, by others too: nothing more is written until the next.
    pub(super) fn spend_day(&self, now: Time) -> Time {
        self.books().day = Some((california(now), u32::MAX));
        next_day(now)
    }

    /// Contact writes left of the project's day.
    pub(super) fn daily_contact_writes_left(&self, now: Time) -> u32 {
        self.budgets.daily_contact_writes.saturating_sub(self.books().used_today(now))
    }
}

impl Books {
    fn used_today(&self, now: Time) -> u32 {
        self.day.filter(|(day, _)| *day == california(now)).map_or(0, |(_, used)| used)
    }
}

impl Spending {
    /// When this much is free again. `None`: now.
    fn free_at(&mut self, wanted: [u32; 5], limits: [u32; 5], now: Time) -> Option<Time> {
        while self.spent.front().is_some_and(|(at, _)| *at + MINUTE <= now) {
            self.spent.pop_front();
        }
        (0..wanted.len())
            .filter(|&metric| wanted[metric] > 0)
            .filter_map(|metric| {
                let used: u32 = self.spent.iter().map(|(_, cost)| cost[metric]).sum();
                // A call that costs more than the whole budget goes when nothing else is on the books.
                let mut excess = used.saturating_add(wanted[metric]).saturating_sub(limits[metric]);
                self.spent
                    .iter()
                    .find_map(|(at, cost)| {
                        if excess == 0 {
                            return None;
                        }
                        excess = excess.saturating_sub(cost[metric]);
                        (excess == 0).then_some(*at + MINUTE)
                    })
                    .or_else(|| self.spent.back().filter(|_| excess > 0).map(|(at, _)| *at + MINUTE))
            })
            .max()
    }
}

fn california(now: Time) -> chrono::NaiveDate {
    now.with_timezone(&Los_Angeles).date_naive()
}

fn next_day(now: Time) -> Time {
    DailySchedule::parse("00:00", Los_Angeles.name())
        .map_or(now + TimeDelta::days(1), |midnight| midnight.slot_after(california(now)).due)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn calls_wait_until_the_minute_has_room() {
        let pace = Pace::new(Budgets { critical_writes: 12, ..Budgets::default() });
        let now = at("2026-05-01T12:00:00Z");
        assert!(matches!(pace.pay("a", Cost::BATCH_WRITE, now), Ok(None)));
        assert!(matches!(pace.pay("a", Cost::BATCH_WRITE, now + TimeDelta::seconds(20)), Ok(None)));
        let wait = pace.pay("a", Cost::BATCH_WRITE, now + TimeDelta::seconds(30)).unwrap();
        assert_eq!(wait, Some(Duration::from_secs(30)), "until the first one is a minute old");
        assert!(
            matches!(pace.pay("b", Cost::BATCH_WRITE, now + TimeDelta::seconds(30)), Ok(None)),
            "accounts are apart"
        );
        assert!(matches!(pace.pay("a", Cost::BATCH_WRITE, now + TimeDelta::seconds(60)), Ok(None)));
    }

    #[test]
    fn a_call_dearer_than_its_budget_goes_alone() {
        let pace = Pace::new(Budgets { writes: 3, ..Budgets::default() });
        let now = at("2026-05-01T12:00:00Z");
        assert!(matches!(pace.pay("a", Cost::BATCH_DELETE, now), Ok(None)));
        assert_eq!(pace.pay("a", Cost::BATCH_DELETE, now).unwrap(), Some(Duration::from_secs(60)));
    }

    #[test]
    fn the_day_ends_at_midnight_in_california() {
        let pace = Pace::new(Budgets { daily_contact_writes: 300, ..Budgets::default() });
        let now = at("2026-05-01T12:00:00Z");
        assert!(matches!(pace.pay("a", Cost::BATCH_WRITE, now), Ok(None)));
        assert_eq!(pace.daily_contact_writes_left(now), 100);
        let until = match pace.pay("b", Cost::BATCH_WRITE, now) {
            Err(GoogleError::SlowDown { until }) => until,
            other => panic!("{other:?}"),
        };
        assert_eq!(until, at("2026-05-02T07:00:00Z"));
        assert_eq!(pace.daily_contact_writes_left(until), 300);
        assert!(matches!(pace.pay("b", Cost::READ, now), Ok(None)), "reading goes on");
        assert!(matches!(pace.pay("b", Cost::BATCH_WRITE, until), Ok(None)));
    }

    #[test]
    fn a_day_that_google_calls_used_up_is_over_whatever_the_budget() {
        let pace = Pace::new(Budgets::unlimited());
        let now = at("2026-05-01T12:00:00Z");
        let until = pace.spend_day(now);
        assert!(matches!(pace.pay("a", Cost::WRITE, now), Err(GoogleError::SlowDown { until: at }) if at == until));
        assert!(matches!(pace.pay("a", Cost::DELETE, now), Ok(None)));
        assert!(matches!(pace.pay("a", Cost::WRITE, until), Ok(None)));
    }

    #[test]
    fn a_worn_out_account_rests_longer_each_time() {
        let pace = Pace::new(Budgets::default());
        let now = at("2026-05-01T12:00:00Z");
        assert_eq!(pace.park("a", now), now + TimeDelta::minutes(5));
        assert!(matches!(pace.pay("a", Cost::READ, now), Err(GoogleError::SlowDown { .. })));
        assert_eq!(pace.park("a", now), now + TimeDelta::minutes(10));
        pace.well("a");
        assert_eq!(pace.park("a", now), now + TimeDelta::minutes(5));
        let much_later = now + TimeDelta::hours(7);
        assert_eq!(pace.park("a", much_later), much_later + TimeDelta::minutes(5));
    }
}
