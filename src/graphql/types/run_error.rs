//! `RunError`: what went wrong in a run or at one destination.

use async_graphql::{Context, Enum, Object};

use super::user_error::help_url;
use crate::domain;
use crate::graphql::ApiError;
use crate::graphql::scalars::Url;

/// Error of a run or of one destination.
pub(in crate::graphql) struct RunError(pub(in crate::graphql) domain::RunError);

/// Codes of run errors. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::RunErrorCode")]
pub(in crate::graphql) enum RunErrorCode {
    /// Source group is missing; nothing was deleted.
    SourceGroupMissing,
    /// Source user is suspended.
    SourceUserSuspended,
    /// Source user is deleted.
    SourceUserDeleted,
    /// Source user left the primary domain.
    SourceUserNotOnPrimaryDomain,
    /// User left the primary domain since the addition.
    InvalidDestinationUser,
    /// Destination user is suspended.
    DestinationUserSuspended,
    /// Account holds as many contacts as Google allows.
    ContactLimitReached,
    /// Google refused single contacts; the others are right.
    ContactsRefused,
    /// Domain-wide delegation was refused.
    AccessDenied,
    /// Google quota is used up.
    QuotaExceeded,
    /// Google did not answer.
    UpstreamUnavailable,
    /// Adopted contacts would have to be deleted beyond the guard at this destination.
    DeletionGuard,
    /// Fault of this server; quote the request ID.
    InternalServerError,
}

/// Error of a run or of one destination.
#[Object]
impl RunError {
    /// Code of the error.
    async fn code(&self) -> RunErrorCode {
        self.0.code.into()
    }

    /// Message in English, for administrators.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// Indicates the next run may succeed without repair.
    async fn is_retryable(&self) -> bool {
        self.0.code.is_retryable()
    }

    /// Link to the documentation of the code.
    async fn help_url(&self, ctx: &Context<'_>) -> Result<Option<Url>, ApiError> {
        help_url(ctx, &RunErrorCode::from(self.0.code))
    }
}
