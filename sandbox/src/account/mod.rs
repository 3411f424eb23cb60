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
use crate::User;

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
    #[serde(skip)]
    index: index::Index,
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
            contacts: BTreeMap::new(),
            trash: BTreeMap::new(),
            labels: BTreeMap::new(),
            gone_labels: BTreeMap::new(),
            late: VecDeque::new(),
            index: index::Index::default(),
        }
    }

    fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }
}
