//! Identifiers, etags and time stamps in the forms Google gives them.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use rand::Rng;

/// A contact id: 63 random bits, never 0.
pub(crate) fn contact_id() -> u64 {
    rand::rng().random_range(1..=i64::MAX as u64)
}

/// `people/c<decimal>` of a contact.
pub(crate) fn contact_name(id: u64) -> String {
    format!("people/c{id}")
}

/// The id in `people/c<decimal>`, if it is one.
pub(crate) fn parse_contact_name(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("people/c")?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// `contactGroups/<id>`.
pub(crate) fn group_name(id: &str) -> String {
    format!("contactGroups/{id}")
}

/// The id in `contactGroups/<id>`, if it is one.
pub(crate) fn parse_group_name(name: &str) -> Option<&str> {
    name.strip_prefix("contactGroups/").filter(|id| !id.is_empty() && !id.contains('/'))
}

/// The id of a label: 13 to 16 hex digits.
pub(crate) fn group_id() -> String {
    format!("{:x}", rand::rng().random_range(0x1_0000_0000_0000_u64..=i64::MAX as u64))
}

/// 21 decimal digits, as user ids have.
pub(crate) fn user_id() -> String {
    digits("1", 20)
}

/// `start` and `count` random digits.
pub(crate) fn digits(start: &str, count: usize) -> String {
    let mut rng = rand::rng();
    let mut text = start.to_owned();
    text.extend((0..count).map(|_| char::from(b'0' + rng.random_range(0..10_u8))));
    text
}

/// Random lower-case hex of `bytes` bytes.
pub(crate) fn hex(bytes: usize) -> String {
    let mut rng = rand::rng();
    (0..bytes).map(|_| format!("{:02x}", rng.random::<u8>())).collect()
}

/// A fresh etag text: base64 of eight bytes.
pub(crate) fn etag() -> String {
    BASE64_STANDARD.encode(rand::rng().random::<[u8; 8]>())
}

/// A time as the People API writes it.
pub(crate) fn people_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A time as the Directory API writes it.
pub(crate) fn directory_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_name_is_a_decimal_number() {
        assert_eq!(parse_contact_name("people/c623380167042605258"), Some(0x08a6_b0f5_8899_20ca));
        assert_eq!(parse_contact_name("people/me"), None);
        assert_eq!(parse_contact_name("people/c"), None);
        assert_eq!(parse_contact_name("people/c+1"), None);
    }

    #[test]
    fn ids_have_googles_lengths() {
        assert_eq!(user_id().len(), 21);
        assert!((13..=16).contains(&group_id().len()));
        assert_eq!(etag().len(), 12);
    }
}
