//! What people do in Google's web interfaces, without HTTP, quotas and faults.

mod book;
mod contacts;
mod groups;
mod users;

pub use book::{DroppedLabel, NewContact};

use crate::{HandError, refusal::Refusal};

/// What Google would have answered, as an error of a hand.
fn refused(refusal: Refusal) -> HandError {
    HandError::Refused(refusal.message)
}
