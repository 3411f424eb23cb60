//! Top-level errors: faults and refused requests. What the caller can correct in an input is a user error, not one of these.
//!
//! The only place where something becomes the text of an error that a client reads. Causes go to the log, once, under the
//! request's span.

use async_graphql::{Error, ErrorExtensionValues, ServerError};

use super::port::PortError;
use crate::domain::Role;
use crate::store::StoreError;

/// A top-level error, by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// UNAUTHENTICATED: no token, or one that does not hold.
    Unauthenticated(&'static str),
    /// FORBIDDEN: the role does not suffice.
    Forbidden {
        /// Weakest role that would.
        required: Role,
    },
    /// BAD_USER_INPUT: an argument, or the request itself, is out of range or malformed.
    BadUserInput {
        /// Name of the argument.
        argument: &'static str,
        /// What is wrong with it and what would be right.
        message: String,
    },
    /// INVALID_CURSOR: not a cursor of this list, filter and order.
    InvalidCursor,
    /// CURSOR_EXPIRED: what follows the cursor has been dropped with old history.
    CursorExpired,
    /// NOT_FOUND: what a subscription should follow does not exist.
    NotFound(&'static str),
    /// COST_LIMIT_EXCEEDED: the document asks for more than one document may.
    CostLimitExceeded {
        /// What there is too much of.
        what: &'static str,
        /// How much was asked for.
        requested: usize,
        /// How much is allowed.
        maximum: usize,
    },
    /// RATE_LIMITED: more in a short time than the caller may ask for.
    RateLimited {
        /// What there is too much of.
        message: &'static str,
        /// When the same request will be served.
        retry_after_ms: u64,
    },
    /// REQUEST_TIMEOUT: the request did not arrive, or was not carried out, in time.
    Timeout(&'static str),
    /// PERSISTED_QUERY_NOT_FOUND: no document of this id is known; the client sends it again in full.
    PersistedQueryNotFound,
    /// DOCUMENT_NOT_ALLOWED: this server serves only the documents of a list.
    DocumentNotAllowed,
    /// UPSTREAM_UNAVAILABLE: Google, or the identity provider, could not be asked.
    UpstreamUnavailable(&'static str),
    /// GRAPHQL_PARSE_FAILED: not a GraphQL document.
    ParseFailed(String),
    /// GRAPHQL_VALIDATION_FAILED: a document that this schema cannot execute.
    ValidationFailed(String),
    /// INTERNAL_SERVER_ERROR: a fault of this server; the log has the cause.
    Internal,
}

impl ApiError {
    /// Code, as in `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::BadUserInput { .. } => "BAD_USER_INPUT",
            Self::InvalidCursor => "INVALID_CURSOR",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::NotFound(_) => "NOT_FOUND",
            Self::CostLimitExceeded { .. } => "COST_LIMIT_EXCEEDED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Timeout(_) => "REQUEST_TIMEOUT",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::DocumentNotAllowed => "DOCUMENT_NOT_ALLOWED",
            Self::UpstreamUnavailable(_) => "UPSTREAM_UNAVAILABLE",
            Self::ParseFailed(_) => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed(_) => "GRAPHQL_VALIDATION_FAILED",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }

    /// A fault of this server. The cause is logged here and nowhere else.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "a request failed for a fault of this server");
        Self::Internal
    }

    fn message(&self) -> String {
        match self {
            Self::Unauthenticated(message)
            | Self::NotFound(message)
            | Self::Timeout(message)
            | Self::UpstreamUnavailable(message) => (*message).to_owned(),
            Self::RateLimited { message, retry_after_ms } => format!("{message} Retry after {retry_after_ms} ms."),
            Self::PersistedQueryNotFound => "PersistedQueryNotFound".into(), // what clients of this protocol look for
            Self::DocumentNotAllowed => {
                "This server serves only the documents of a list, and this is none of them.".into()
            }
            Self::Forbidden { required } => format!("Requires {}.", required.name()),
            Self::BadUserInput { message, .. } | Self::ParseFailed(message) | Self::ValidationFailed(message) => {
                message.clone()
            }
            Self::InvalidCursor => {
                "Not a cursor of this list. A cursor is valid only with the filter and order it was issued for.".into()
            }
            Self::CursorExpired => {
                "What follows this cursor has been dropped with old history. Read the list again, and follow it without a cursor.".into()
            }
            Self::CostLimitExceeded { what, requested, maximum } => {
                format!("The document asks for {requested} {what}; at most {maximum} are allowed.")
            }
            Self::Internal => "Fault of this server. Quote the request ID to its administrator.".into(),
        }
    }

    fn extensions(&self) -> ErrorExtensionValues {
        let mut values = ErrorExtensionValues::default();
        values.set("code", self.code());
        match self {
            Self::Forbidden { required } => values.set("requiredRole", required.name()),
            Self::BadUserInput { argument, .. } => values.set("argument", *argument),
            Self::CostLimitExceeded { requested, maximum, .. } => {
                values.set("requested", *requested);
                values.set("maximum", *maximum);
            }
            Self::RateLimited { retry_after_ms, .. } => values.set("retryAfterMs", *retry_after_ms),
            Self::Unauthenticated(_)
            | Self::Timeout(_)
            | Self::PersistedQueryNotFound
            | Self::DocumentNotAllowed
            | Self::InvalidCursor
            | Self::CursorExpired
            | Self::NotFound(_)
            | Self::UpstreamUnavailable(_)
            | Self::ParseFailed(_)
            | Self::ValidationFailed(_)
            | Self::Internal => {}
        }
        values
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Error { message: error.message(), source: None, extensions: Some(error.extensions()) }
    }
}

impl From<ApiError> for ServerError {
    fn from(error: ApiError) -> Self {
        let mut server_error = ServerError::new(error.message(), None);
        server_error.extensions = Some(error.extensions());
        server_error
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<PortError> for ApiError {
    fn from(error: PortError) -> Self {
        tracing::warn!(error = %error, "Google could not be asked for a client");
        Self::UpstreamUnavailable(match error {
            PortError::Unavailable(_) => "Google could not be asked. Try again later.",
            PortError::AccountUnavailable(_) => {
                "Google does not let this account be read: the user is suspended, gone or has no Contacts service."
            }
        })
    }
}
