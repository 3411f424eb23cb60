//! What a handler is given.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::{Lag, refusal::Refusal};

/// The delays of [`Lag`], ready to subtract.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lags {
    /// See [`Lag::sync`].
    pub(crate) sync: TimeDelta,
    /// See [`Lag::list`].
    pub(crate) list: TimeDelta,
    /// See [`Lag::read`].
    pub(crate) read: TimeDelta,
    /// See [`Lag::new_group`].
    pub(crate) new_group: TimeDelta,
    /// See [`Lag::group_client_data`].
    pub(crate) group_client_data: TimeDelta,
    /// See [`Lag::group_members`].
    pub(crate) group_members: TimeDelta,
}

impl From<Lag> for Lags {
    fn from(lag: Lag) -> Self {
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self {
            sync: delta(lag.sync),
            list: delta(lag.list),
            read: delta(lag.read),
            new_group: delta(lag.new_group),
            group_client_data: delta(lag.group_client_data),
            group_members: delta(lag.group_members),
        }
    }
}

/// A call that passed every check that needs no knowledge of its method.
pub(crate) struct Call<'a> {
    /// Query, decoded.
    pub(crate) query: &'a [(String, String)],
    /// Body, of the right types.
    pub(crate) body: &'a Value,
    /// Free segments of the path.
    pub(crate) segments: &'a [String],
    /// Time of the sandbox.
    pub(crate) now: DateTime<Utc>,
    /// Delays.
    pub(crate) lags: Lags,
    /// See [`crate::Options::refuses_calendar_urls`].
    pub(crate) refuses_calendar_urls: bool,
    /// See [`crate::Options::refuses_group_members`].
    pub(crate) refuses_group_members: bool,
    /// See [`crate::Options::unlisted_contacts`].
    pub(crate) unlisted_contacts: usize,
    /// Who calls.
    pub(crate) user_id: &'a str,
}

impl Call<'_> {
    /// A query parameter; empty counts as absent.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// All values of a repeated query parameter.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A flag.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.one(name), Some("true" | "1"))
    }

    /// The first free segment of the path.
    pub(crate) fn segment(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    /// A page size: absent or 0 is `default`.
    pub(crate) fn page_size(&self, default: usize, most: usize) -> Result<usize, Refusal> {
        let size = self.one("pageSize").and_then(|text| text.parse::<i32>().ok()).unwrap_or(0);
        match usize::try_from(size) {
            Ok(0) => Ok(default),
            Ok(size) if size <= most => Ok(size),
            Ok(_) => Err(Refusal::invalid(format!("Page size must be less than or equal to {most}."))),
            Err(_) => Err(Refusal::invalid("Page size must be greater than or equal to 0.")),
        }
    }

    /// A text of the body; empty counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A list of texts of the body.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.body.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
