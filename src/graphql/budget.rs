//! What callers may spend: a bucket of points for each, filled again by the second. A document costs what it asks for.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_graphql::{Name, Value};
use lru::LruCache;

use super::ApiError;
use crate::domain::{Clock, Time};

/// Buckets that are kept. Whoever has not called for longest is forgotten first, and begins with a full one again.
const BUCKETS: NonZeroUsize = NonZeroUsize::new(10_000).expect("not zero");

/// Cost of a request that asks for nothing, or for something that cannot be executed.
const LEAST: usize = 1;

/// Size of every caller's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Points of a full bucket.
    pub points: u32,
    /// Points that come back in a second.
    pub restored: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { points: 50_000, restored: 500 }
    }
}

/// Whose bucket it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// The subject of a token: several tokens of one caller share it.
    Subject(String),
    /// Whoever calls from this address without a token.
    Address(Option<IpAddr>),
}

/// Thousandths of points, so that a millisecond restores a whole number of them.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    millipoints: i64,
    at: Time,
}

/// The buckets of all callers.
pub(super) struct Budgets {
    limit: RateLimit,
    clock: Arc<dyn Clock>,
    buckets: Mutex<LruCache<Holder, Bucket>>,
}

impl Budgets {
    pub(super) fn new(limit: RateLimit, clock: Arc<dyn Clock>) -> Self {
        Self { limit, clock, buckets: Mutex::new(LruCache::new(BUCKETS)) }
    }

    /// Takes points out of a bucket, or none at all if they are not there. Negative points are put back.
    fn take(&self, holder: &Holder, points: i64) -> Result<(), Duration> {
        let mut buckets = self.buckets();
        let bucket = self.filled(&mut buckets, holder);
        let left = bucket.millipoints - points * 1_000;
        if left < 0 {
            let missing = left.unsigned_abs();
            return Err(Duration::from_millis(missing.div_ceil(u64::from(self.limit.restored.max(1)))));
        }
        bucket.millipoints = left;
        Ok(())
    }

    fn remaining(&self, holder: &Holder) -> i64 {
        self.filled(&mut self.buckets(), holder).millipoints / 1_000
    }

    fn filled<'a>(&self, buckets: &'a mut LruCache<Holder, Bucket>, holder: &Holder) -> &'a mut Bucket {
        let full = i64::from(self.limit.points) * 1_000;
        let now = self.clock.now();
        let bucket = buckets.get_or_insert_mut(holder.clone(), || Bucket { millipoints: full, at: now });
        let passed = (now - bucket.at).num_milliseconds().max(0); // a wall clock may be set back
        bucket.millipoints = bucket.millipoints.saturating_add(passed.saturating_mul(i64::from(self.limit.restored)));
        bucket.millipoints = bucket.millipoints.min(full);
        bucket.at = now;
        bucket
    }

    fn buckets(&self) -> MutexGuard<'_, LruCache<Holder, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner) // no panic can leave it half changed
    }
}

/// What one request costs its caller.
pub(super) struct Meter {
    budgets: Arc<Budgets>,
    holder: Holder,
    /// Greatest cost of one document.
    maximum: usize,
    /// Points that the introspection in the document would cost; free for callers who are known.
    free: usize,
    cost: Mutex<usize>,
}

impl Meter {
    /// A meter that stands at zero. `maximum` is the greatest cost of one document.
    pub(super) fn new(budgets: &Arc<Budgets>, holder: Holder, maximum: usize) -> Self {
        Self { budgets: Arc::clone(budgets), holder, maximum, free: 0, cost: Mutex::new(0) }
    }

    /// Takes the least that a request costs, so that nobody can have the server read documents without end.
    pub(super) fn start(&self) -> Result<(), ApiError> {
        self.charge(LEAST)
    }

    /// Lets so many points of the document's cost be free.
    pub(super) fn give_away(&mut self, points: usize) {
        self.free = points;
    }

    /// Charges what the document costs, now that it is known.
    pub(super) fn settle(&self, complexity: usize) -> Result<(), ApiError> {
        let cost = complexity.saturating_sub(self.free).max(LEAST);
        if cost > self.maximum {
            return Err(ApiError::CostLimitExceeded { what: "points of cost", requested: cost, maximum: self.maximum });
        }
        self.charge(cost)
    }

    fn charge(&self, cost: usize) -> Result<(), ApiError> {
        let mut charged = self.cost.lock().unwrap_or_else(PoisonError::into_inner);
        let more = signed(cost) - signed(*charged);
        self.budgets.take(&self.holder, more).map_err(|wait| ApiError::RateLimited {
            message: "More points of cost than the caller has left.",
            retry_after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        })?;
        *charged = cost;
        Ok(())
    }

    /// Cost and budget as they are now.
    pub(super) fn state(&self) -> BudgetState {
        let cost = *self.cost.lock().unwrap_or_else(PoisonError::into_inner);
        BudgetState {
            cost: int(signed(cost)),
            max_cost: int(signed(self.maximum)),
            limit: int(i64::from(self.budgets.limit.points)),
            remaining: int(self.budgets.remaining(&self.holder)),
            restore_rate: int(i64::from(self.budgets.limit.restored)),
        }
    }
}

/// Cost of a document, and the budget of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BudgetState {
    pub(super) cost: i32,
    pub(super) max_cost: i32,
    pub(super) limit: i32,
    pub(super) remaining: i32,
    pub(super) restore_rate: i32,
}

impl BudgetState {
    /// As in `extensions.cost`.
    pub(super) fn to_value(self) -> Value {
        let fields = [
            ("cost", self.cost),
            ("maxCost", self.max_cost),
            ("limit", self.limit),
            ("remaining", self.remaining),
            ("restoreRate", self.restore_rate),
        ];
        Value::Object(fields.into_iter().map(|(name, number)| (Name::new(name), Value::from(number))).collect())
    }
}

fn signed(points: usize) -> i64 {
    i64::try_from(points).unwrap_or(i64::MAX / 1_000) // far beyond every bucket
}

/// GraphQL's integers have 32 bits.
fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
