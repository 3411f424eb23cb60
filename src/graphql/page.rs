//! Arguments of pages, and cursors.
//!
//! A cursor holds the sort key and the id of its item, and a mark of the list, filter and order it was issued for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ApiError;
use crate::domain::{RunId, Time};
use crate::store::{PageRequest, Position, SortKey};

/// Items of a page unless the client asks for another number.
pub(super) const PAGE: i32 = 25;
/// Events of a page unless the client asks for another number.
pub(super) const EVENT_PAGE: i32 = 100;
/// Most items of a page that a server may allow. More is refused, not cut: a script's export must not be truncated silently.
pub(super) const MAX_PAGE: i32 = 100;

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sorted {
    /// A text.
    ByText,
    /// An instant.
    ByInstant,
}

/// What a cursor is valid for: a list with its filter and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    mark: u32,
    sorted: Sorted,
}

impl Scope {
    /// The scope of a list. `parts` tell it from every other list.
    pub(super) fn new(list: &str, sorted: Sorted, parts: &impl std::fmt::Debug) -> Self {
        let digest = Sha256::digest(format!("{list} {parts:?}"));
        Self { mark: u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]), sorted }
    }

    /// A key that the list can have. Anybody can write a cursor, and PostgreSQL would fail on a key of another type, on a
    /// NUL, and on an instant before its calendar begins.
    fn allows(self, key: &SortKey) -> bool {
        match (self.sorted, key) {
            (Sorted::ByText, SortKey::Text(text)) => !text.contains('\0'),
            (Sorted::ByInstant, SortKey::Instant(instant)) => instant.is_none_or(|instant| instant.timestamp() >= 0),
            (Sorted::ByText, SortKey::Instant(_)) | (Sorted::ByInstant, SortKey::Text(_)) => false,
        }
    }
}

#[derive(Serialize, Deserialize)]
enum Key {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "i")]
    Micros(Option<i64>),
}

/// The cursor of an item.
pub(super) fn cursor(scope: Scope, position: &Position) -> String {
    let key = match &position.key {
        SortKey::Text(text) => Key::Text(text.clone()),
        SortKey::Instant(instant) => Key::Micros(instant.map(|instant| instant.timestamp_micros())),
    };
    let json = serde_json::to_vec(&(scope.mark, key, position.id)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json)
}

fn position(scope: Scope, cursor: &str) -> Option<Position> {
    let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (issued_for, key, id): (u32, Key, Uuid) = serde_json::from_slice(&json).ok()?;
    let key = match key {
        Key::Text(text) => SortKey::Text(text),
        Key::Micros(None) => SortKey::Instant(None),
        Key::Micros(Some(micros)) => SortKey::Instant(Some(Time::from_timestamp_micros(micros)?)),
    };
    (issued_for == scope.mark && scope.allows(&key)).then_some(Position { key, id })
}

/// The page that `first` and `after` ask for, where pages have at most so many items.
pub(super) fn request(
    scope: Scope,
    first: Option<i32>,
    after: Option<&str>,
    most: i32,
) -> Result<PageRequest, ApiError> {
    let first = checked(first, PAGE, most)?;
    let after = after.map(|after| position(scope, after).ok_or(ApiError::InvalidCursor)).transpose()?;
    Ok(PageRequest { first, after })
}

/// The number of items that `first` asks for, where pages have at most so many.
pub(super) fn checked(first: Option<i32>, default: i32, most: i32) -> Result<u32, ApiError> {
    let first = first.unwrap_or(default.min(most));
    let out_of_range = || ApiError::BadUserInput {
        argument: "first",
        message: format!("first is {first}; it must be between 1 and {most}."),
    };
    u32::try_from(first).ok().filter(|_| (1..=most).contains(&first)).ok_or_else(out_of_range)
}

/// The cursor of an event, the same in subscription and list.
pub(super) fn event_cursor(run: RunId, sequence: i32) -> String {
    URL_SAFE_NO_PAD.encode(format!("{run}:{sequence}"))
}

/// Sequence of the event that a cursor names; 0 without one.
pub(super) fn event_position(run: RunId, cursor: Option<&str>) -> Result<i32, ApiError> {
    let Some(cursor) = cursor else { return Ok(0) };
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let sequence = text.and_then(|text| {
        let (issued_for, sequence) = text.split_once(':')?;
        (issued_for == run.to_string()).then(|| sequence.parse().ok()).flatten()
    });
    sequence.filter(|sequence| *sequence >= 0).ok_or(ApiError::InvalidCursor)
}

/// The cursor of an activity.
pub(super) fn activity_cursor(sequence: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("activity:{sequence}"))
}

/// Number of the activity that a cursor names.
pub(super) fn activity_position(cursor: &str) -> Result<i64, ApiError> {
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let sequence = text.and_then(|text| text.strip_prefix("activity:")?.parse().ok());
    sequence.filter(|sequence| *sequence >= 0).ok_or(ApiError::InvalidCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_bound_to_their_list() {
        for (sorted, key) in [
            (Sorted::ByText, SortKey::Text("süd".into())),
            (Sorted::ByInstant, SortKey::Instant(None)),
            (Sorted::ByInstant, SortKey::Instant(Time::from_timestamp_micros(1))),
        ] {
            let (jobs, runs) = (Scope::new("jobs", sorted, &"name"), Scope::new("runs", sorted, &"name"));
            let known = Position { key, id: Uuid::new_v4() };
            let cursor = cursor(jobs, &known);
            assert_eq!(position(jobs, &cursor), Some(known));
            assert_eq!(request(runs, None, Some(&cursor), MAX_PAGE), Err(ApiError::InvalidCursor));
        }
        let jobs = Scope::new("jobs", Sorted::ByText, &"name");
        for key in [
            SortKey::Text("a\0".into()),
            SortKey::Instant(None),
            SortKey::Instant(Some(Time::MIN_UTC)),
            SortKey::Instant(Time::from_timestamp_micros(1)),
        ] {
            let forged = cursor(jobs, &Position { key, id: Uuid::nil() });
            assert_eq!(request(jobs, None, Some(&forged), MAX_PAGE), Err(ApiError::InvalidCursor), "{forged}");
        }
        for nonsense in ["", "!", "AAAA", "é"] {
            assert_eq!(request(jobs, None, Some(nonsense), MAX_PAGE), Err(ApiError::InvalidCursor), "{nonsense}");
        }
    }

    #[test]
    fn cursors_of_events_are_bound_to_their_run() {
        let run = RunId::random();
        assert_eq!(event_position(run, Some(&event_cursor(run, 7))), Ok(7));
        assert_eq!(event_position(RunId::random(), Some(&event_cursor(run, 7))), Err(ApiError::InvalidCursor));
        assert_eq!(event_position(run, None), Ok(0));
        assert_eq!(activity_position(&activity_cursor(7)), Ok(7));
        assert_eq!(activity_position(&event_cursor(run, 7)), Err(ApiError::InvalidCursor));
    }

    #[test]
    fn pages_are_never_cut_silently() {
        assert_eq!(checked(None, PAGE, MAX_PAGE), Ok(25));
        assert_eq!(checked(None, PAGE, 10), Ok(10));
        for first in [0, -1, 101, i32::MIN, i32::MAX] {
            assert!(checked(Some(first), PAGE, MAX_PAGE).is_err(), "{first}");
        }
    }

    /// The position of a cursor in some list, wherever it was issued.
    fn anywhere(cursor: &str) -> Option<(Scope, Position)> {
        let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (mark, _, _): (u32, serde::de::IgnoredAny, serde::de::IgnoredAny) = serde_json::from_slice(&json).ok()?;
        let scopes = [Sorted::ByText, Sorted::ByInstant].map(|sorted| Scope { mark, sorted });
        scopes.into_iter().find_map(|scope| Some((scope, position(scope, cursor)?)))
    }

    #[test]
    fn fuzz_cursors() {
        let (run, other) = (RunId::from(Uuid::nil()), RunId::from(Uuid::max()));
        fuzz::check("cursors", move |bytes| {
            // As they come, and packed as ours are, so that variations reach what is inside.
            for after in [String::from_utf8_lossy(bytes).into_owned(), URL_SAFE_NO_PAD.encode(bytes)] {
                let list = anywhere(&after);
                let event = event_position(run, Some(&after)).ok();
                let activity = activity_position(&after).ok();
                assert!(
                    usize::from(list.is_some()) + usize::from(event.is_some()) + usize::from(activity.is_some()) <= 1
                );
                if let Some((scope, found)) = list {
                    let other = Scope { mark: scope.mark ^ 1, ..scope };
                    assert_eq!(position(other, &after), None, "it is of one list, filter and order");
                    assert_eq!(position(scope, &cursor(scope, &found)), Some(found.clone()));
                    match (scope.sorted, found.key) {
                        (Sorted::ByText, SortKey::Text(text)) => assert!(!text.contains('\0')),
                        (Sorted::ByInstant, SortKey::Instant(instant)) => {
                            assert!(instant.is_none_or(|instant| instant.timestamp() >= 0));
                        }
                        (sorted, key) => panic!("{sorted:?} {key:?}"),
                    }
                }
                if let Some(sequence) = event {
                    assert!(sequence >= 0);
                    assert_eq!(event_position(run, Some(&event_cursor(run, sequence))), Ok(sequence));
                    assert_eq!(event_position(other, Some(&after)), Err(ApiError::InvalidCursor));
                }
                if let Some(sequence) = activity {
                    assert!(sequence >= 0);
                    assert_eq!(activity_position(&activity_cursor(sequence)), Ok(sequence));
                }
            }
        });
    }
}
