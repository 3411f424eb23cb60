//! Opaque tokens of lists: sync tokens and page tokens.

use std::{collections::VecDeque, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    account::{Stored, Trashed},
    ids,
    refusal::Refusal,
};

/// Days a sync token is good for, counted from the full read it descends from.
const SYNC_DAYS: i64 = 7;
/// Lists being paged through that are remembered.
const SNAPSHOTS: usize = 256;
const MAC: usize = 12;

/// A value only this sandbox could have written.
pub(crate) fn seal<T: Serialize>(secret: &str, value: &T) -> String {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    let mac = mac(secret, &bytes);
    bytes.extend_from_slice(&mac);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The value of [`seal`], unless somebody made it up.
pub(crate) fn open<T: DeserializeOwned>(secret: &str, text: &str) -> Option<T> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (value, given) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
    (mac(secret, value) == given).then(|| serde_json::from_slice(value).ok())?
}

fn mac(secret: &str, bytes: &[u8]) -> [u8; MAC] {
    let digest = Sha256::new().chain_update(secret).chain_update(bytes).finalize();
    let mut mac = [0; MAC];
    mac.copy_from_slice(&digest[..MAC]);
    mac
}

/// A short digest of the parameters a token is bound to.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    BASE64_URL_SAFE_NO_PAD.encode(&digest.finalize()[..9])
}

/// What a sync token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sync {
    /// Id of the user.
    #[serde(rename = "u")]
    pub(crate) user: String,
    /// Fingerprint of the parameters, the kind of list among them.
    #[serde(rename = "p")]
    pub(crate) params: String,
    /// When the full read was, in milliseconds.
    #[serde(rename = "f")]
    pub(crate) full_ms: i64,
    /// Last change told.
    #[serde(rename = "s")]
    pub(crate) seq: u64,
}

impl Sync {
    /// Opens a token and checks that it belongs to this list, is not too old, and names a change that is known.
    pub(crate) fn check(
        secret: &str,
        text: &str,
        user: &str,
        params: &str,
        now: DateTime<Utc>,
        knows: impl Fn(u64) -> bool,
    ) -> Result<Self, Refusal> {
        let mismatch = || Refusal::invalid("Request contains an invalid argument.");
        let token: Self = open(secret, text).ok_or_else(mismatch)?;
        if token.user != user || token.params != params {
            return Err(mismatch());
        }
        let age = now.timestamp_millis() - token.full_ms;
        if age >= TimeDelta::days(SYNC_DAYS).num_milliseconds() || !knows(token.seq) {
            return Err(Refusal::expired_sync_token());
        }
        Ok(token)
    }
}

/// One line of a list of people.
#[derive(Clone)]
pub(crate) enum Item {
    /// A contact as it was when the list began.
    Live(Arc<Stored>),
    /// A deleted one.
    Gone(Trashed),
}

/// A list somebody is paging through.
#[derive(Clone)]
pub(crate) struct Snapshot {
    /// Fingerprint of user and parameters.
    pub(crate) params: String,
    /// All of it.
    pub(crate) items: Arc<Vec<Item>>,
    /// For the last page.
    pub(crate) sync_token: Option<String>,
}

/// Lists being paged through. The oldest is forgotten first.
#[derive(Default)]
pub(crate) struct Pages(VecDeque<(String, Snapshot)>);

impl Pages {
    /// Remembers a list and gives it a name.
    pub(crate) fn keep(&mut self, snapshot: Snapshot) -> String {
        if self.0.len() >= SNAPSHOTS {
            self.0.pop_front();
        }
        let name = ids::hex(12);
        self.0.push_back((name.clone(), snapshot));
        name
    }

    /// The list and place a page token names, if it was made for the same parameters.
    pub(crate) fn find(&self, token: &str, params: &str) -> Result<(String, usize, Snapshot), Refusal> {
        let wrong = || Refusal::invalid("Invalid page token. All other request parameters must match the first call.");
        let (name, offset) = token.split_once('-').ok_or_else(wrong)?;
        let offset = offset.parse().map_err(|_| wrong())?;
        let (_, snapshot) = self.0.iter().find(|(known, _)| known == name).ok_or_else(wrong)?;
        if snapshot.params != params {
            return Err(wrong());
        }
        Ok((name.to_owned(), offset, snapshot.clone()))
    }
}

/// The token of the page that starts at `offset`.
pub(crate) fn page_token(name: &str, offset: usize) -> String {
    format!("{name}-{offset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_makes_up_a_token() {
        let token = Sync { user: "1".to_owned(), params: "x".to_owned(), full_ms: 0, seq: 7 };
        let text = seal("secret", &token);
        assert_eq!(open::<Sync>("secret", &text), Some(token));
        assert_eq!(open::<Sync>("other", &text), None);
        assert_eq!(open::<Sync>("secret", "abc"), None);
        assert_eq!(open::<Sync>("secret", ""), None);
    }

    #[test]
    fn a_sync_token_lives_seven_days() {
        let now = DateTime::UNIX_EPOCH;
        let text = seal("k", &Sync { user: "1".to_owned(), params: "x".to_owned(), full_ms: 0, seq: 7 });
        assert!(
            Sync::check("k", &text, "1", "x", now + TimeDelta::days(7) - TimeDelta::seconds(1), |seq| seq == 7).is_ok()
        );
        let late = Sync::check("k", &text, "1", "x", now + TimeDelta::days(7), |_| true).unwrap_err();
        assert_eq!(late.status, "FAILED_PRECONDITION");
        assert_eq!(Sync::check("k", &text, "1", "y", now, |_| true).unwrap_err().status, "INVALID_ARGUMENT");
        assert_eq!(Sync::check("k", &text, "1", "x", now, |_| false).unwrap_err().status, "FAILED_PRECONDITION");
    }
}
