//! What can be wrong with an address book, in words that say what to do about it.

use std::fmt;

/// A file that could not be read as an address book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ImportError {
    /// The file as the caller named it.
    pub file: String,
    /// The line the problem was found on, where there is one (the first line is 1).
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.problem),
            None => write!(f, "{}: {}", self.file, self.problem),
        }
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No byte, or only white space.
    #[error("the file is empty; export the contacts again")]
    Empty,
    /// Binary data.
    #[error("the file is not text; export the contacts as vCard (.vcf) or Google CSV (.csv)")]
    NotText,
    /// Text, but neither vCard nor Google CSV.
    #[error("neither vCard nor Google CSV; in Google Contacts choose Export, then \"Google CSV\" or \"vCard\"")]
    UnknownFormat,
    /// A header without rows, for instance.
    #[error("there is no contact in the file; choose the contacts to export and export them again")]
    NoContacts,
    /// `BEGIN:VCARD` whose `END:VCARD` is missing.
    #[error("the contact that begins here has no END:VCARD; the file was cut short, export the contacts again")]
    Unclosed,
    /// `END:VCARD` outside of a contact.
    #[error("END:VCARD without a BEGIN:VCARD before it; remove the line or export the contacts again")]
    EndWithoutBegin,
    /// Text between two contacts.
    #[error("text outside of a contact; remove it or export the contacts again")]
    Outside,
    /// A quoted CSV field that never ends.
    #[error("the quotation mark opened here is never closed; the file was cut short, export the contacts again")]
    UnclosedQuote,
    /// A CSV row that does not fit the header.
    #[error("the row has {found} fields, the header {expected}; the file is damaged, export the contacts again")]
    RowLength {
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        found: u64,
    },
    /// Anything else the CSV reader objects to.
    #[error("not readable as CSV ({0}); export the contacts again")]
    Csv(String),
}
