//! What goes out: the same finish for every answer on every transport.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde::Serialize;

use super::RequestId;
use super::budget::Meter;

/// An answer, ready to be written as JSON.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Errors; absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ServerError>,
    /// Data; absent when nothing was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// `requestId`, and `cost` where it is known who calls.
    pub extensions: ErrorExtensionValues,
}

impl Answer {
    /// Answer to a request of which nothing was executed.
    #[must_use]
    pub fn refusal(error: impl Into<ServerError>, id: &RequestId) -> Self {
        Self::new(Response::from_errors(vec![error.into()]), id)
    }

    /// Nothing was executed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.data.is_none()
    }

    /// Code of the first error.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.extension("code")? {
            Value::String(code) => Some(code),
            _ => None,
        }
    }

    /// Milliseconds after which a refused request may be sent again.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self.extension("retryAfterMs")? {
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    fn extension(&self, name: &str) -> Option<&Value> {
        self.errors.first()?.extensions.as_ref()?.get(name)
    }

    /// The answer to an executed request.
    pub(super) fn new(response: Response, id: &RequestId) -> Self {
        let mut errors = response.errors;
        // An error without a path is one of the request; after execution began every error has one.
        let was_executed = errors.is_empty() || errors.iter().any(|error| !error.path.is_empty());
        for error in &mut errors {
            let values = error.extensions.get_or_insert_default();
            if values.get("code").is_none() {
                // Only async-graphql itself makes errors without a code: of the document, or arguments that it could not read.
                let code = if error.path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_USER_INPUT" };
                values.set("code", code);
            }
            values.set("requestId", id.to_string());
        }
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("requestId", id.to_string());
        Self { errors, data: was_executed.then_some(response.data), extensions }
    }

    /// The answer, with what it cost.
    pub(super) fn metered(mut self, meter: &Meter) -> Self {
        self.extensions.set("cost", meter.state().to_value());
        self
    }
}
