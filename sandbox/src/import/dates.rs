//! Dates as address books write them.

use serde_json::{Value, json};

/// A calendar date; a year of 0 means that the year is unknown, as in the People API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    /// 0 when unknown.
    pub(super) year: u16,
    /// 0 when unknown.
    pub(super) month: u8,
    /// 0 when unknown.
    pub(super) day: u8,
}

impl Date {
    /// Reads `1980-03-22`, `19800322`, `1980-03`, `1980`, `--03-22`, `--0322`, `---22`, and a date with a time behind
    /// it. A time other than midnight makes the value more than a date.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
        if time.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
            return None;
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let parts = |year: &str, month: &str, day: &str| {
            let parsed = Self {
                year: if year.is_empty() { 0 } else { year.parse().ok()? },
                month: if month.is_empty() { 0 } else { month.parse().ok()? },
                day: if day.is_empty() { 0 } else { day.parse().ok()? },
            };
            parsed.checked()
        };
        if let Some(day) = date.strip_prefix("---") {
            return if digits(day) { parts("", "", day) } else { None };
        }
        if let Some(rest) = date.strip_prefix("--") {
            return match rest.split_once('-') {
                Some((month, day)) if digits(month) && digits(day) => parts("", month, day),
                None if digits(rest) && rest.len() == 4 => parts("", &rest[..2], &rest[2..]),
                None if digits(rest) && rest.len() == 2 => parts("", rest, ""),
                _ => None,
            };
        }
        let pieces: Vec<&str> = date.split('-').collect();
        match pieces.as_slice() {
            [year, month, day] if year.len() == 4 && digits(year) && digits(month) && digits(day) => {
                parts(year, month, day)
            }
            [year, month] if year.len() == 4 && digits(year) && digits(month) => parts(year, month, ""),
            [all] if digits(all) && all.len() == 8 => parts(&all[..4], &all[4..6], &all[6..]),
            [year] if digits(year) && year.len() == 4 => parts(year, "", ""),
            _ => None,
        }
    }

    fn checked(self) -> Option<Self> {
        let longest = match self.month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let something = self.year > 0 || self.month > 0 || self.day > 0;
        (something && self.month <= 12 && self.day <= longest).then_some(self)
    }

    /// The same day in no particular year.
    pub(super) fn without_year(self) -> Self {
        Self { year: 0, ..self }
    }

    /// The `Date` object of the People API; unknown parts are absent.
    pub(super) fn to_json(self) -> Value {
        let mut date = serde_json::Map::new();
        for (key, number) in [("year", self.year), ("month", self.month.into()), ("day", self.day.into())] {
            if number > 0 {
                date.insert(key.to_owned(), json!(number));
            }
        }
        Value::Object(date)
    }
}
