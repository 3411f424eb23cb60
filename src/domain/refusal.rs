//! Refusals: problems that the caller can correct, as data.

use serde::{Deserialize, Serialize};

use super::{DestinationId, EmailAddress, RunId};

/// Problem that the caller can correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Code, for programs.
    pub code: RefusalCode,
    /// What happened, to what, and what to do; names the value.
    pub message: String,
    /// Path from the argument down, indices as text. Empty when no single input is at fault.
    pub path: Vec<String>,
}

impl Refusal {
    /// A refusal of the input at `path` (from the argument `input` down).
    #[must_use]
    pub fn new(code: RefusalCode, path: &[&str], message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: path.iter().map(|&part| part.to_owned()).collect() }
    }
}

/// Codes of refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL enum UserErrorCode, where clients read them")]
pub enum RefusalCode {
    /// With the address as it was sent, possibly malformed.
    InvalidDestinationUser {
        email: String,
        reason: InvalidDestinationReason,
    },
    JobRequiresDestination,
    SourceUserNotFound,
    SourceUserNotOnPrimaryDomain,
    SourceUserUnavailable,
    SourceGroupNotFound,
    SourceGroupIsSynced,
    SourceGroupAmbiguous,
    NotFound,
    InvalidValue,
    TooManyItems,
    JobPaused,
    JobDeleting,
    /// With the run that stands in the way.
    RunInProgress {
        run: RunId,
    },
    RunNotHeld,
    RunFinished,
    DeletionCountChanged,
    VersionConflict,
    IdempotencyKeyReused,
    IdempotencyKeyInUse,
}

/// Reasons against a destination user (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the meanings are on the GraphQL enum InvalidDestinationReason, where clients read them"
)]
pub enum InvalidDestinationReason {
    MalformedAddress,
    NotOnPrimaryDomain,
    UserNotFound,
    UserSuspended,
    UserArchived,
    GuestUser,
    IsSourceUser,
    AlreadyReceivesGroup,
    RemovalInProgress,
}

/// What became of one address of a list. Stored as JSON beside an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Index in the input.
    pub index: usize,
    /// Address as it was sent.
    pub sent: String,
    /// What happened.
    pub outcome: Outcome,
    /// Destination concerned.
    pub destination: Option<DestinationId>,
}

/// What happened to one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Now a destination.
    Added,
    /// Was a destination already.
    AlreadyPresent,
    /// Is being removed now.
    Removed,
    /// Was no destination.
    NotPresent,
    /// Same as an earlier row.
    DuplicateInRequest,
    /// Refused, for this reason.
    Invalid(InvalidDestinationReason),
    /// Valid, but the list was refused.
    NotAttempted,
}

/// Totals of a list of addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "one count per outcome")]
pub struct Summary {
    pub requested: i32,
    pub added: i32,
    pub removed: i32,
    pub unchanged: i32,
    pub invalid: i32,
    pub not_attempted: i32,
}

impl Summary {
    /// Counts rows.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let mut summary = Self::default();
        for row in rows {
            summary.requested += 1;
            match row.outcome {
                Outcome::Added => summary.added += 1,
                Outcome::Removed => summary.removed += 1,
                Outcome::AlreadyPresent | Outcome::NotPresent | Outcome::DuplicateInRequest => summary.unchanged += 1,
                Outcome::Invalid(_) => summary.invalid += 1,
                Outcome::NotAttempted => summary.not_attempted += 1,
            }
        }
        summary
    }
}

impl InvalidDestinationReason {
    /// The sentence for the address that was refused.
    #[must_use]
    pub fn message(self, address: &str, primary_domain: &str) -> String {
        let domain = EmailAddress::parse(address).map(|address| address.domain().to_owned()).unwrap_or_default();
        let address = quoted(address);
        match self {
            Self::MalformedAddress => format!("{address} is not an e-mail address."),
            Self::NotOnPrimaryDomain if domain == primary_domain => {
                format!("{address} leads to a user who is not on the primary domain {primary_domain}.")
            }
            Self::NotOnPrimaryDomain => format!("{address} is not on the primary domain {primary_domain}."),
            Self::UserNotFound => format!("No user of the Workspace has the address {address}."),
            Self::UserSuspended => format!("{address} is suspended."),
            Self::UserArchived => format!("{address} is archived."),
            Self::GuestUser => format!("{address} is a guest of the Workspace."),
            Self::IsSourceUser => format!("{address} is the source user of the job."),
            Self::AlreadyReceivesGroup => {
                format!("{address} already receives this source group through another job.")
            }
            Self::RemovalInProgress => {
                format!("{address} is still being removed from this source group; add the user when that has ended.")
            }
        }
    }
}

/// How much of a refused value its message repeats.
const QUOTED: usize = 60;

/// A value in quotation marks, short and clean enough for a message.
#[must_use]
pub fn quoted(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    let rest = if text.chars().count() > QUOTED { "…" } else { "" };
    format!("'{shown}{rest}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_not_repeated() {
        assert_eq!(quoted("job_1"), "'job_1'");
        assert_eq!(quoted(&"x".repeat(10_000)).chars().count(), QUOTED + 3);
    }
}
