//! What can go wrong at Google, named by what the caller does next.

use crate::domain::Time;

/// A failed call. Texts are for administrators and hold no contact data.
#[derive(Debug, thiserror::Error)]
pub enum GoogleError {
    /// The sync token is not accepted any more: read in full.
    #[error("the sync token has expired")]
    StartOver,
    /// Changed since it was read: read again, decide again.
    #[error("the resource has changed")]
    Stale,
    /// Not there.
    #[error("the resource does not exist")]
    NotFound,
    /// A contact group of that name exists.
    #[error("a contact group of this name exists")]
    NameTaken,
    /// A change that may or may not have happened: wait until it has settled, read again.
    #[error("no answer to a change: {0}")]
    Uncertain(String),
    /// Not answered; nothing has happened.
    #[error("no answer: {0}")]
    Outage(String),
    /// The list and its total disagree: never take it for the whole.
    #[error("incomplete: {0}")]
    Incomplete(String),
    /// Quota: nothing has happened, and nothing will before then.
    #[error("quota used up until {until}")]
    SlowDown {
        /// When to go on.
        until: Time,
    },
    /// The account holds as many contacts as it can.
    #[error("the account is full")]
    Full,
    /// An administrator must act; the text says how.
    #[error("{0}")]
    AccessDenied(String),
    /// No such account.
    #[error("{0}")]
    AccountGone(String),
    /// The account is suspended or restricted.
    #[error("{0}")]
    AccountSuspended(String),
    /// Contacts is switched off for the account.
    #[error("{0}")]
    ServiceOff(String),
    /// Refused as it is; sending it again does not help.
    #[error("refused: {message}")]
    Refused {
        /// Google's words, without what we sent.
        message: String,
        /// Indices of the offending items of a batch; empty where Google named none.
        items: Vec<usize>,
    },
}
