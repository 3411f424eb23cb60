//! Why an attempt stopped, named by what happens next.

use crate::domain::{RunError, RunErrorCode, Time};
use crate::google::GoogleError;
use crate::store::StoreError;

/// Why an attempt stopped before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The work is another's now: record nothing more.
    Lost,
    /// The run was asked to stop.
    Canceled,
    /// What was read is out of date: read everything again.
    ReadAgain,
    /// Nothing can be done before then; no fault of this attempt.
    Wait {
        /// When to go on.
        until: Time,
        /// What is waited for.
        error: RunError,
    },
    /// Failed; may succeed later without repair.
    Retry(RunError),
    /// Failed; somebody must act first.
    Fail(RunError),
    /// The account does not exist any more.
    AccountGone(RunError),
    /// The database failed, which is in the log; the work is taken up again.
    Broken,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => Stop::Lost,
            StoreError::Conflict | StoreError::Nonsense { .. } | StoreError::Database(_) => {
                tracing::error!(%error, "an attempt broke off");
                Stop::Broken
            }
        }
    }
}

impl From<super::directory::DirectoryError> for Stop {
    fn from(failure: super::directory::DirectoryError) -> Self {
        match failure {
            super::directory::DirectoryError::Google(failure) => failure.into(),
            super::directory::DirectoryError::Store(failure) => failure.into(),
            failure @ super::directory::DirectoryError::OtherWorkspace { .. } => {
                Stop::Fail(error(RunErrorCode::AccessDenied, format!("Nothing was changed: {failure}.")))
            }
        }
    }
}

/// An error of a run.
pub(super) fn error(code: RunErrorCode, message: impl Into<String>) -> RunError {
    RunError { code, message: message.into() }
}

impl From<GoogleError> for Stop {
    fn from(failure: GoogleError) -> Self {
        use RunErrorCode as Code;
        match failure {
            GoogleError::StartOver | GoogleError::Stale | GoogleError::NotFound | GoogleError::NameTaken => {
                Stop::ReadAgain
            }
            GoogleError::Uncertain(what) => Stop::Retry(error(
                Code::UpstreamUnavailable,
                format!(
                    "Google did not answer a change ({what}). The account is read again before anything else is written."
                ),
            )),
            GoogleError::Outage(what) => {
                Stop::Retry(error(Code::UpstreamUnavailable, format!("Google could not be read ({what}).")))
            }
            GoogleError::Incomplete(what) => Stop::Retry(error(
                Code::UpstreamUnavailable,
                format!("Google's list was not complete ({what}); nothing was changed because of it."),
            )),
            GoogleError::SlowDown { until } => Stop::Wait {
                until,
                error: error(Code::QuotaExceeded, "Google's quota for this account or project is used up for now."),
            },
            GoogleError::Full => Stop::Fail(error(
                Code::ContactLimitReached,
                "The account holds as many contacts as Google allows, those in the trash included. Delete some, empty the trash, or remove the user.",
            )),
            GoogleError::AccessDenied(what) => Stop::Fail(error(Code::AccessDenied, what)),
            GoogleError::AccountSuspended(what) => Stop::Fail(error(
                Code::DestinationUserSuspended,
                format!("Google refuses the account: {what}. Restore the user, or remove it from the job."),
            )),
            GoogleError::ServiceOff(what) => Stop::Fail(error(
                Code::InvalidDestinationUser,
                format!(
                    "The Contacts service is not available to this user: {what}. Turn it on, or remove the user from the job."
                ),
            )),
            GoogleError::AccountGone(what) => Stop::AccountGone(error(
                Code::InvalidDestinationUser,
                format!("Google does not know this user: {what}. Remove the user from the job."),
            )),
            GoogleError::Refused { message, .. } => {
                Stop::Fail(error(Code::ContactsRefused, format!("Google refused a change: {message}")))
            }
        }
    }
}
