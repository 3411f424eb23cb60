//! Batches or single calls: what costs less of Google's quota.

/// Daily contact writes that one batch costs, whatever its size (People API guide).
const BATCH_COST: usize = 200;
/// A batch of creates or updates costs six single ones of the quota per minute.
const WRITES_PER_BATCH: usize = 7;
/// A batch of deletes costs ten single ones; it costs nothing of the daily quota.
const DELETES_PER_BATCH: usize = 11;

/// How to send a number of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// One call per contact.
    Single,
    /// As many contacts per call as Google allows.
    Batches,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Creates or updates.
    Contents,
    /// Deletes.
    Deletes,
}

/// Decides for `count` writes at each of `destinations`, with `daily_left` contact writes left today.
///
/// Few writes go singly. Many go in batches, unless these would take more than a quarter of what is left of the day for
/// the whole run, and single calls take less.
#[must_use]
pub fn calls(writes: Writes, count: usize, per_batch: usize, destinations: usize, daily_left: u32) -> Calls {
    let least = match writes {
        Writes::Contents => WRITES_PER_BATCH,
        Writes::Deletes => DELETES_PER_BATCH,
    };
    if count < least {
        return Calls::Single;
    }
    let batches_cost = match writes {
        Writes::Contents => count.div_ceil(per_batch) * BATCH_COST,
        Writes::Deletes => 0,
    };
    let quarter = usize::try_from(daily_left).unwrap_or(usize::MAX) / 4;
    let is_dear = batches_cost.saturating_mul(destinations.max(1)) > quarter;
    if is_dear && count < batches_cost { Calls::Single } else { Calls::Batches }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_writes_go_singly() {
        assert_eq!(calls(Writes::Contents, 6, 200, 1, 100_000), Calls::Single);
        assert_eq!(calls(Writes::Contents, 7, 200, 1, 100_000), Calls::Batches);
        assert_eq!(calls(Writes::Deletes, 10, 500, 1, 100_000), Calls::Single);
        assert_eq!(calls(Writes::Deletes, 11, 500, 1, 0), Calls::Batches);
    }

    #[test]
    fn a_scarce_day_prefers_what_costs_less_of_it() {
        assert_eq!(calls(Writes::Contents, 10, 200, 125, 100_000), Calls::Batches, "exactly a quarter");
        assert_eq!(calls(Writes::Contents, 10, 200, 126, 100_000), Calls::Single);
        assert_eq!(calls(Writes::Contents, 199, 200, 1, 0), Calls::Single);
        assert_eq!(calls(Writes::Contents, 200, 200, 1, 0), Calls::Batches, "single calls would cost as much");
    }
}
