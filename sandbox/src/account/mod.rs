//! One user's contacts and labels.

mod contacts;
mod index;
mod labels;
mod members;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use self::labels::{SYSTEM, is_deprecated, is_system};
use crate::{User, ids};

/// Contacts an account may hold, the trash included.
pub(crate) const CONTACT_LIMIT: usize = 25_000;

/// A user and what is in their address book.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The Directory's view.
    pub(crate) user: User,
    /// When the user was added.
    pub(crate) created: DateTime<Utc>,
    /// When the user was deleted.
    pub(crate) deleted_at: Option<DateTime<Utc>>,
    /// Number of the last change.
    pub(crate) seq: u64,
    /// Numbers of the last change kept at each restart. What came after was not written to the file in time.
    #[serde(default)]
    restarts: Vec<u64>,
    /// Contacts by id.
    pub(crate) contacts: BTreeMap<u64, Arc<Stored>>,
    /// Deleted contacts, for thirty days.
    pub(crate) trash: BTreeMap<u64, Trashed>,
    /// Labels by id.
    pub(crate) labels: BTreeMap<String, Label>,
    /// Deleted labels.
    pub(crate) gone_labels: BTreeMap<String, GoneLabel>,
    /// Late membership news, kept only while a lag is set.
    #[serde(skip)]
    late: VecDeque<Late>,
    /// Contacts as they were before their last change, with its time, for reads that lag.
    #[serde(skip)]
    previous: BTreeMap<u64, (DateTime<Utc>, Arc<Stored>)>,
    #[serde(skip)]
    index: index::Index,
}

/// Numbers of changes after a restart begin here: no run of a sandbox makes as many.
fn after_restart(seq: u64) -> u64 {
    ((seq >> 32) + 1) << 32
}

/// A contact as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// Decimal in the resource name, hexadecimal in the source.
    pub(crate) id: u64,
    /// Writable fields, normalised.
    pub(crate) person: Map<String, Value>,
    /// Ids of groups.
    pub(crate) groups: BTreeSet<String>,
    /// Source etag without the `#`.
    pub(crate) etag: String,
    /// Time of the last change.
    pub(crate) updated: DateTime<Utc>,
    /// Number of the last change.
    pub(crate) seq: u64,
    /// Numbers in resource names it was given later, the present one last. None: that of its id.
    #[serde(default)]
    pub(crate) names: Vec<u64>,
}

impl Stored {
    /// `people/c…`
    pub(crate) fn resource_name(&self) -> String {
        ids::contact_name(self.names.last().copied().unwrap_or(self.id))
    }

    /// Resource names it had before.
    pub(crate) fn former_names(&self) -> Vec<String> {
        let all = std::iter::once(self.id).chain(self.names.iter().copied());
        all.take(self.names.len()).map(ids::contact_name).collect()
    }
}

/// A contact in the trash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trashed {
    /// As it was.
    pub(crate) contact: Arc<Stored>,
    /// When it was deleted.
    pub(crate) at: DateTime<Utc>,
    /// Number of that change.
    pub(crate) seq: u64,
}

/// A label.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Label {
    /// Hex digits.
    pub(crate) id: String,
    /// As typed.
    pub(crate) name: String,
    /// Left by programs.
    pub(crate) client_data: Vec<(String, String)>,
    /// When that was written.
    pub(crate) client_data_at: DateTime<Utc>,
    /// Etag text.
    pub(crate) etag: String,
    /// When it was made.
    pub(crate) created: DateTime<Utc>,
    /// When it was last changed.
    pub(crate) updated: DateTime<Utc>,
    /// Number of that change.
    pub(crate) seq: u64,
}

/// A deleted label, kept so that sync tokens can tell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GoneLabel {
    /// When it was deleted.
    pub(crate) at: DateTime<Utc>,
    /// Number of that change.
    pub(crate) seq: u64,
}

/// A membership that changed.
#[derive(Clone, Debug)]
struct Late {
    at: DateTime<Utc>,
    group: String,
    contact: u64,
    added: bool,
}

impl Account {
    /// An empty address book.
    pub(crate) fn new(user: User, now: DateTime<Utc>) -> Self {
        Self {
            user,
            created: now,
            deleted_at: None,
            seq: 0,
            restarts: Vec::new(),
            contacts: BTreeMap::new(),
            trash: BTreeMap::new(),
            labels: BTreeMap::new(),
            gone_labels: BTreeMap::new(),
            late: VecDeque::new(),
            previous: BTreeMap::new(),
            index: index::Index::default(),
        }
    }

    /// Begins anew after a restart. Changes that were not written to the file in time may have been told about; their
    /// numbers are not given out again.
    pub(crate) fn restarted(&mut self) {
        self.restarts.push(self.seq);
        self.seq = after_restart(self.seq);
    }

    /// Does the account still know everything up to this change?
    pub(crate) fn knows(&self, seq: u64) -> bool {
        seq <= self.seq && !self.restarts.iter().any(|end| seq > *end && seq < after_restart(*end))
    }

    fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }
}
