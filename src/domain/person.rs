//! A contact as it stands in one account, and complete readings of an account.

use std::collections::BTreeSet;

use super::{ContactNumber, Content, ResourceName};

/// A contact as read from one account, reduced to its CONTACT source.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Google's name; may change when the contact gets linked to a profile.
    pub resource: ResourceName,
    /// Names it had before; Google tells them in incremental readings only.
    pub previous: Vec<ResourceName>,
    /// Etags of this version. `None` where Google left them out (deleted contacts).
    pub etags: Option<Etags>,
    /// Decimal of the CONTACT source id.
    pub number: Option<ContactNumber>,
    /// Content without our tag.
    pub content: Content,
    /// Values of the custom fields with key `gSync`, in order; more than one where somebody merged contacts.
    pub tags: Vec<String>,
    /// Invisible key-value pairs, ours and other applications', in order.
    pub client_data: Vec<(String, String)>,
    /// Contact groups it is in.
    pub groups: BTreeSet<ResourceName>,
}

/// The two etags of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etags {
    /// Of the person; differs with the fields that were asked for.
    pub person: String,
    /// Of the CONTACT source; the stable mark of a change.
    pub source: String,
}

/// A contact in an incremental reading.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Created or changed; as it is now.
    Present(Person),
    /// Deleted.
    Deleted(ResourceName),
}

/// Position in an account's changes, valid for the parameters it was issued for and seven days at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncToken(String);

impl SyncToken {
    /// Takes a token as Google wrote it.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token as Google wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Everything that one list of an account brought, its last page included. A partial reading has no type: it is an error.
#[derive(Debug, Clone, PartialEq)]
pub struct CompleteRead<T> {
    /// All items of all pages.
    pub items: Vec<T>,
    /// Where the next incremental reading begins.
    pub token: Option<SyncToken>,
}
