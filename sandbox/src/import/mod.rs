//! Reads address books that real programs export: vCard 2.1, 3.0 and 4.0, and Google Contacts CSV in both dialects.
//!
//! The result speaks the language of the People API: every contact is a `Person` with writable fields only. What a
//! Google contact has no place for is never lost silently; it is listed in [`AddressBook::dropped`].

mod dates;
mod draft;
mod error;
mod google_csv;
mod item;
mod labels;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod vcard;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

pub use error::{ImportError, Problem};

/// The contacts of one file, and what could not be kept of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AddressBook {
    /// The contacts in the order of the file.
    pub contacts: Vec<ImportedContact>,
    /// What a Google contact cannot hold, in the order of the contacts.
    pub dropped: Vec<Dropped>,
}

/// One contact of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportedContact {
    /// Writable fields of a People API `Person`; never memberships, since groups have no id before they are created.
    pub person: Map<String, Value>,
    /// Names of the labels the contact carries; of Google's own groups only `starred`.
    pub labels: Vec<String>,
}

/// A property of a contact that is not in its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Index of the contact in [`AddressBook::contacts`].
    pub contact: usize,
    /// Name of the property or column as the file spells it.
    pub property: String,
    /// Why it was dropped.
    pub reason: DropReason,
}

/// Why a property could not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// A picture, a sound, a logo or a key.
    Media,
    /// Bookkeeping of the program that wrote the file: identifiers, revisions, layout.
    Bookkeeping,
    /// One of Google's own groups that takes no contacts any more.
    SystemGroup,
    /// Longer than Google accepts for this field.
    TooLong {
        /// Length of the value in characters.
        characters: usize,
    },
    /// The contact already has as many fields as Google accepts.
    TooManyFields,
    /// The contact is as large as Google accepts already.
    TooLarge,
    /// A Google contact has no field for it.
    NoPlace,
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Media => write!(f, "pictures, sounds and keys are not part of a contact's fields"),
            Self::Bookkeeping => write!(f, "it belongs to the program that exported the file"),
            Self::SystemGroup => write!(f, "Google puts no contacts into this group any more"),
            Self::TooLong { characters } => write!(f, "{characters} characters are more than Google accepts here"),
            Self::TooLarge => write!(f, "the contact would be larger than 128 KB"),
            Self::TooManyFields => write!(f, "the contact has more than {} fields", draft::MAX_FIELDS),
            Self::NoPlace => write!(f, "a Google contact has no field for it"),
        }
    }
}

impl AddressBook {
    /// How often each property was dropped, and why.
    pub fn summary(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for dropped in &self.dropped {
            *counts.entry((dropped.property.clone(), dropped.reason.to_string())).or_default() += 1;
        }
        counts
    }

    /// Adds a finished draft as the next contact.
    fn push(&mut self, draft: draft::Draft) {
        let index = self.contacts.len();
        let (contact, dropped) = draft.finish();
        self.contacts.push(contact);
        self.dropped.extend(dropped.into_iter().map(|(property, reason)| Dropped { contact: index, property, reason }));
    }
}

/// Reads an address book. The format is told from the content; `file_name` only serves the error messages.
///
/// # Errors
///
/// When the file is empty, not text, in no known format, damaged, or without a contact.
pub fn read(file_name: &str, bytes: &[u8]) -> Result<AddressBook, ImportError> {
    let fail = |line: Option<usize>, problem: Problem| ImportError { file: file_name.to_owned(), line, problem };
    let bytes = text::normalise(bytes).map_err(|problem| fail(None, problem))?;
    let first_line = text::first_line(&bytes);
    let book = if vcard::recognises(&first_line) {
        vcard::read(&bytes).map_err(|(line, problem)| fail(Some(line), problem))?
    } else if google_csv::recognises(&first_line) {
        google_csv::read(&text::decode(&bytes, None)).map_err(|(line, problem)| fail(Some(line), problem))?
    } else {
        return Err(fail(None, Problem::UnknownFormat));
    };
    if book.contacts.is_empty() {
        return Err(fail(None, Problem::NoContacts));
    }
    Ok(book)
}
