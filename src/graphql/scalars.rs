//! Scalars of the API.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::SecondsFormat;

use crate::domain::{self, Time};

/// Instant as an RFC 3339 date-time. Input: any offset, 0 to 9 fractional digits. Output: UTC with `Z` and milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct DateTime(pub(super) Time);

/// Instant as an RFC 3339 date-time. Input: any offset, 0 to 9 fractional digits. Output: UTC with `Z` and milliseconds.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/chillicream/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        parse_instant(text).map(Self).ok_or_else(|| InputValueError::expected_type(value))
    }

    // Checked in validation, so that a bad instant fails the request and not half of its fields.
    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(text) if parse_instant(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Stricter than chrono, which also takes a space for the `T` and any number of digits.
fn parse_instant(text: &str) -> Option<Time> {
    let separator = text.as_bytes().get(10)?;
    let digits = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    if !separator.eq_ignore_ascii_case(&b'T') || digits > 9 {
        return None;
    }
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

impl From<Time> for DateTime {
    fn from(time: Time) -> Self {
        Self(time)
    }
}

/// E-mail address in lower case. Output only; inputs are String so that one bad address cannot fail a request.
#[derive(Debug, Clone)]
pub(super) struct EmailAddress(String);

impl EmailAddress {
    /// An address that was checked before it was stored.
    pub(super) fn as_stored(text: String) -> Self {
        Self(text)
    }
}

/// E-mail address in lower case. Output only; inputs are String so that one bad address cannot fail a request.
#[Scalar(
    name = "EmailAddress",
    specified_by_url = "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address"
)]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(domain::EmailAddress::parse(text)?.into()),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<domain::EmailAddress> for EmailAddress {
    fn from(email: domain::EmailAddress) -> Self {
        Self(email.to_string())
    }
}

/// Absolute https URL. Output only.
#[derive(Debug, Clone)]
pub(super) struct Url(pub(super) url::Url);

/// Absolute https URL. Output only.
#[Scalar(name = "URL", specified_by_url = "https://scalars.graphql.org/chillicream/url")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(text.parse()?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_at_any_offset_and_written_in_utc_with_milliseconds() {
        for (text, expected) in [
            ("2026-11-24T06:30:00+01:00", Some("2026-11-24T05:30:00.000Z")),
            ("2026-11-24T05:30:00.123456789Z", Some("2026-11-24T05:30:00.123Z")),
            ("2026-11-24T05:30:00.1234567891Z", None),
            ("2026-11-24 05:30:00Z", None),
            ("2026-11-24T05:30:00", None),
            ("2026-11-24", None),
            ("", None),
        ] {
            let written = parse_instant(text).map(|instant| ScalarType::to_value(&DateTime(instant)));
            assert_eq!(written, expected.map(|text| Value::String(text.into())), "{text}");
        }
    }
}
