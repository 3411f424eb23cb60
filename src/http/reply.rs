//! Answers with their status, until they are written in the accepted media type.

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::AuthError;
use super::negotiate::MediaType;
use crate::graphql::{Answer, ApiError, RequestId};

/// Milliseconds after which a client may ask again when the identity provider gave no keys: as often as we ask it.
const PROVIDER_RETRY_MS: u64 = 5_000;

/// An answer with its status.
pub(super) struct Reply {
    status: Status,
    answer: Answer,
    header: Option<(HeaderName, HeaderValue)>,
}

enum Status {
    /// Of the HTTP request: it was not read as one for an operation.
    Http(StatusCode),
    /// Follows from the answer.
    Graphql,
}

impl Reply {
    /// The answer to an operation.
    pub(super) fn new(answer: Answer) -> Self {
        let header = answer.retry_after_ms().map(|millis| (RETRY_AFTER, HeaderValue::from(millis.div_ceil(1_000))));
        Self { status: Status::Graphql, answer, header }
    }

    /// Refuses an HTTP request that is none for an operation.
    pub(super) fn malformed(status: StatusCode, message: &str, id: &RequestId) -> Self {
        let error = ApiError::BadUserInput { argument: "request", message: message.to_owned() };
        Self { status: Status::Http(status), answer: Answer::refusal(error, id), header: None }
    }

    /// Refuses an HTTP request with another error.
    pub(super) fn refusal(status: StatusCode, error: ApiError, id: &RequestId) -> Self {
        Self { status: Status::Http(status), answer: Answer::refusal(error, id), header: None }
    }

    /// Refuses a method, and tells those that are served.
    pub(super) fn method(served: &'static str, message: &str, id: &RequestId) -> Self {
        let reply = Self::malformed(StatusCode::METHOD_NOT_ALLOWED, message, id);
        Self { header: Some((ALLOW, HeaderValue::from_static(served))), ..reply }
    }

    /// Refuses whoever has no token that holds.
    pub(super) fn unauthenticated(error: AuthError, id: &RequestId) -> Self {
        let message = error.message();
        let challenge = match error {
            // Not the caller's fault: whoever is told 401 throws a good token away.
            AuthError::Unavailable => {
                let reply = Self::refusal(StatusCode::SERVICE_UNAVAILABLE, ApiError::UpstreamUnavailable(message), id);
                let header = (RETRY_AFTER, HeaderValue::from(PROVIDER_RETRY_MS.div_ceil(1_000)));
                return Self { header: Some(header), ..reply };
            }
            AuthError::Missing => "Bearer realm=\"contact-sync\"".to_owned(),
            _ => format!("Bearer realm=\"contact-sync\", error=\"invalid_token\", error_description=\"{message}\""),
        };
        let header = HeaderValue::from_str(&challenge).ok().map(|challenge| (WWW_AUTHENTICATE, challenge));
        let reply = Self::refusal(StatusCode::UNAUTHORIZED, ApiError::Unauthenticated(message), id);
        Self { header, ..reply }
    }

    /// As an HTTP answer. To whoever accepts event streams alone it is JSON too: no operation began that could be streamed.
    pub(super) fn written(self, media_type: MediaType) -> Response {
        let status = match self.status {
            Status::Http(status) => status,
            Status::Graphql => status(&self.answer, media_type),
        };
        let media_type = if media_type == MediaType::Events { MediaType::Json } else { media_type };
        let Ok(body) = serde_json::to_vec(&self.answer) else {
            tracing::error!("an answer could not be written as JSON");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = (status, [(CONTENT_TYPE, media_type.name())], body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Status of the answer to a request that was read. Refusals of the caller, not of the document, have theirs whatever the
/// client accepts; of the rest `application/json` always says 200.
fn status(answer: &Answer, media_type: MediaType) -> StatusCode {
    if !answer.is_refusal() {
        return StatusCode::OK;
    }
    match (answer.code(), media_type) {
        (Some("UNAUTHENTICATED"), _) => StatusCode::UNAUTHORIZED,
        (Some("FORBIDDEN" | "DOCUMENT_NOT_ALLOWED"), _) => StatusCode::FORBIDDEN,
        (Some("RATE_LIMITED"), _) => StatusCode::TOO_MANY_REQUESTS,
        (Some("REQUEST_TIMEOUT"), _) => StatusCode::SERVICE_UNAVAILABLE,
        (_, MediaType::Json) => StatusCode::OK,
        (Some("PERSISTED_QUERY_NOT_FOUND"), _) => StatusCode::NOT_FOUND,
        (Some("UPSTREAM_UNAVAILABLE"), _) => StatusCode::SERVICE_UNAVAILABLE,
        (Some("INTERNAL_SERVER_ERROR"), _) => StatusCode::INTERNAL_SERVER_ERROR,
        (_, MediaType::Response | MediaType::Events) => StatusCode::BAD_REQUEST,
    }
}

/// The refusal belongs to the HTTP request, also where an event stream was asked for.
pub(super) fn is_of_the_caller(answer: &Answer) -> bool {
    matches!(answer.code(), Some("UNAUTHENTICATED" | "RATE_LIMITED"))
}
