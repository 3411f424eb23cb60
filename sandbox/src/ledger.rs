//! Every request, with what it cost.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

const MOST_WITH_BODIES: usize = 200_000;
const MOST_WITHOUT: usize = 10_000;

/// Quota units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// See [`crate::Quotas::critical_reads`].
    pub critical_reads: u32,
    /// See [`crate::Quotas::critical_writes`].
    pub critical_writes: u32,
    /// See [`crate::Quotas::group_reads`].
    pub group_reads: u32,
    /// See [`crate::Quotas::writes`].
    pub writes: u32,
    /// See [`crate::Quotas::daily_contact_writes`].
    pub daily_contact_writes: u32,
    /// See [`crate::Quotas::directory_per_minute`].
    pub directory: u32,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Counts up from 1.
    pub number: u64,
    /// Time of the sandbox.
    pub at: DateTime<Utc>,
    /// HTTP verb.
    pub method: String,
    /// Discovery id of the method, `token` at the token endpoint, empty where there is no such method.
    pub id: String,
    /// Path, as sent.
    pub path: String,
    /// Query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Body; `Null` where there was none or the sandbox keeps none. Assertions are left out.
    pub body: Value,
    /// Address of the user acted for.
    pub user: Option<String>,
    /// HTTP status; 0 where no answer was sent.
    pub status: u16,
    /// Answer; `Null` where none was sent or the sandbox keeps none. Access tokens are hidden.
    pub response: Value,
    /// Units charged.
    pub cost: Cost,
}

/// The newest requests.
pub(crate) struct Ledger {
    entries: VecDeque<Entry>,
    bodies: bool,
    number: u64,
}

impl Ledger {
    /// An empty ledger; `bodies` keeps what was sent and answered.
    pub(crate) fn new(bodies: bool) -> Self {
        Self { entries: VecDeque::new(), bodies, number: 0 }
    }

    /// Numbers an entry and adds it; the oldest goes where there are too many.
    pub(crate) fn add(&mut self, mut entry: Entry) {
        self.number += 1;
        entry.number = self.number;
        if !self.bodies {
            entry.body = Value::Null;
            entry.response = Value::Null;
        }
        let most = if self.bodies { MOST_WITH_BODIES } else { MOST_WITHOUT };
        if self.entries.len() >= most {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// All entries, oldest first.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }

    /// Forgets them; numbers go on.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
