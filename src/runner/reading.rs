//! Reads a destination account: what changed since the last time where that is possible, in full otherwise.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::attempt::Attempt;
use super::failure::{Stop, error};
use super::source::FULL_READ_EVERY;
use crate::domain::{Change, DestinationId, ResourceName, RunErrorCode, Time};
use crate::google::{Google, GoogleError, KeepToken, Known, Total};
use crate::store::{AccountState, Cursor};
use crate::sync::Reading;

/// Full readings of different destinations are spread over this time, so that they do not fall on one day.
const SPREAD: TimeDelta = TimeDelta::hours(24);

impl Attempt<'_> {
    /// What we remember of the account, once no write of ours can still be on its way.
    pub(super) async fn settled_state(&self) -> Result<AccountState, Stop> {
        let parameters = Google::read_parameters_hash();
        let state = self.runner.store.account_state(self.destination.id, &parameters).await?;
        let Some(state) = state else { return Err(Stop::Canceled) };
        let settle = TimeDelta::from_std(self.runner.settings.settle).unwrap_or(TimeDelta::MAX);
        match state.unsettled_since.map(|since| since + settle) {
            Some(until) if self.runner.clock.now() < until => Err(Stop::Wait {
                until,
                error: error(
                    RunErrorCode::UpstreamUnavailable,
                    "A change had no answer; Google may still carry it out, so the account is read again after that.",
                ),
            }),
            Some(_) | None => Ok(state),
        }
    }

    /// Everything in the account, with a cursor for the next time. `members` are those of the synced group, where they are
    /// known.
    pub(super) async fn read_all(
        &self,
        state: &AccountState,
        members: &[ResourceName],
    ) -> Result<(Reading, Option<Cursor>), Stop> {
        let now = self.runner.clock.now();
        let list = self.account.list_people(KeepToken::Yes, &known(state, members), total(state, now)).await?;
        Ok((Reading::Full(list.items), list.token.map(|token| Cursor { token, full_read_at: now })))
    }

    /// Everything in the account, without a cursor: it would not be kept.
    pub(super) async fn read_all_once(&self, state: &AccountState, members: &[ResourceName]) -> Result<Reading, Stop> {
        let total = total(state, self.runner.clock.now());
        Ok(Reading::Full(self.account.list_people(KeepToken::No, &known(state, members), total).await?.items))
    }

    /// What changed since the last run. `None` where only a full reading will do.
    pub(super) async fn read_changes(&self, state: &AccountState) -> Result<Option<(Reading, Option<Cursor>)>, Stop> {
        let now = self.runner.clock.now();
        let is_due = |cursor: &Cursor| now >= cursor.full_read_at + FULL_READ_EVERY - jitter(self.destination.id);
        let Some(cursor) = state.cursor.clone().filter(|cursor| !is_due(cursor)) else { return Ok(None) };
        let changes = match self.account.list_changes(&cursor.token).await {
            Err(GoogleError::StartOver) => return Ok(None),
            read => read?,
        };
        let (mut present, mut deleted) = (Vec::new(), BTreeSet::new());
        for change in changes.items {
            match change {
                Change::Present(person) => present.push(person),
                Change::Deleted(name) => drop(deleted.insert(name)),
            }
        }
        let token = changes.token.unwrap_or(cursor.token);
        let cursor = Cursor { token, full_read_at: cursor.full_read_at };
        Ok(Some((Reading::Changes { present, deleted }, Some(cursor))))
    }
}

/// What is in the account unless it was deleted: the copies on record, and the members of the group.
fn known<'a>(state: &'a AccountState, members: &'a [ResourceName]) -> Known<'a> {
    Known { recorded: state.links.values().map(|link| &link.resource).collect(), told: members }
}

/// What may have been created without an answer can only be found in a list, and is in it after a day.
fn total(state: &AccountState, now: Time) -> Total {
    let is_recent = state.unsettled_since.is_some_and(|since| now < since + TimeDelta::days(1));
    if is_recent && !state.intents.is_empty() { Total::MustAgree } else { Total::MayDiffer }
}

/// A share of [`SPREAD`] that belongs to the destination.
fn jitter(destination: DestinationId) -> TimeDelta {
    let share = destination.uuid().as_u128() % 1_000;
    SPREAD * i32::try_from(share).unwrap_or(0) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Time;

    #[test]
    fn full_readings_come_between_the_fifth_and_the_sixth_day() {
        let read_at = Time::UNIX_EPOCH;
        for _ in 0..100 {
            let due = read_at + FULL_READ_EVERY - jitter(DestinationId::random());
            assert!((read_at + TimeDelta::days(5)..=read_at + TimeDelta::days(6)).contains(&due));
        }
    }
}
