//! What people do in Google's web interfaces, without HTTP, quotas and faults.

mod contacts;
mod groups;
mod users;

use crate::{HandError, refusal::Refusal};

/// What Google would have answered, as an error of a hand.
fn refused(refusal: Refusal) -> HandError {
    HandError::Refused(refusal.message)
}
