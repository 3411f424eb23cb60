//! What a person would see in the web interface of one account.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

/// A contact of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// `people/c…`
    pub resource_name: String,
    /// Writable fields as stored, without memberships and metadata.
    pub person: Map<String, Value>,
    /// Resource names of the groups the contact is in.
    pub groups: BTreeSet<String>,
    /// Changes with every change of the contact, memberships included.
    pub etag: String,
    /// When that was last.
    pub updated: DateTime<Utc>,
}

/// A group of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// `contactGroups/…`
    pub resource_name: String,
    /// Name as typed; the id where Google made the group.
    pub name: String,
    /// Keys and values programs left there.
    pub client_data: Vec<(String, String)>,
    /// Resource names of the members.
    pub members: Vec<String>,
    /// Made by Google, not by the user.
    pub is_system: bool,
}
