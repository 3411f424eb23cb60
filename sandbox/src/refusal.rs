//! Answers that are not a success, in the two envelopes Google uses.

use serde_json::{Value, json};

/// Why a request was not served. Becomes an error body, or one entry of a batch's error details.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) http: u16,
    /// People: name of the canonical code. Directory: the reason.
    pub(crate) status: &'static str,
    /// For humans; clients match on some of them.
    pub(crate) message: String,
    /// `error.details` of the People API.
    pub(crate) details: Vec<Value>,
    /// `errors[].domain` where this is a Directory answer.
    pub(crate) directory: Option<&'static str>,
}

impl Refusal {
    /// A People API error.
    pub(crate) fn people(http: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self { http, status, message: message.into(), details: Vec::new(), directory: None }
    }

    /// A Directory API error of the domain `global`.
    pub(crate) fn directory(http: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { http, status: reason, message: message.into(), details: Vec::new(), directory: Some("global") }
    }

    /// 400 INVALID_ARGUMENT.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::people(400, "INVALID_ARGUMENT", message)
    }

    /// 400 FAILED_PRECONDITION.
    pub(crate) fn precondition(message: impl Into<String>) -> Self {
        Self::people(400, "FAILED_PRECONDITION", message)
    }

    /// 404 of a contact or group.
    pub(crate) fn not_found() -> Self {
        Self::people(404, "NOT_FOUND", "Requested entity was not found.")
    }

    /// 500 as Google words it.
    pub(crate) fn internal() -> Self {
        Self::people(500, "INTERNAL", "Internal error encountered.")
    }

    /// The expired sync token, which clients know by its reason.
    pub(crate) fn expired_sync_token() -> Self {
        Self::precondition("Sync token is expired. Clear local cache and retry call without the sync token.").with_info(
            "EXPIRED_SYNC_TOKEN",
            "people.googleapis.com",
            json!({}),
        )
    }

    /// Adds a `google.rpc.BadRequest` that names `field`.
    pub(crate) fn with_violation(mut self, field: &str, description: &str) -> Self {
        let violation = if field.is_empty() {
            json!({ "description": description })
        } else {
            json!({ "field": field, "description": description })
        };
        self.details
            .push(json!({ "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation] }));
        self
    }

    /// Adds a `google.rpc.ErrorInfo`.
    pub(crate) fn with_info(mut self, reason: &str, domain: &str, metadata: Value) -> Self {
        let mut info =
            json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain });
        if metadata.as_object().is_some_and(|m| !m.is_empty()) {
            info["metadata"] = metadata;
        }
        self.details.push(info);
        self
    }

    /// The error body.
    pub(crate) fn body(&self) -> Value {
        if let Some(domain) = self.directory {
            return json!({ "error": {
                "code": self.http,
                "message": self.message,
                "errors": [{ "message": self.message, "domain": domain, "reason": self.status }],
            }});
        }
        let mut error = json!({ "code": self.http, "message": self.message, "status": self.status });
        if !self.details.is_empty() {
            error["details"] = Value::Array(self.details.clone());
        }
        json!({ "error": error })
    }

    /// The `google.rpc.Status` form, for one entry of a batch.
    pub(crate) fn rpc_status(&self) -> Value {
        json!({ "code": self.rpc_code(), "message": self.message })
    }

    fn rpc_code(&self) -> u8 {
        match self.status {
            "INVALID_ARGUMENT" => 3,
            "NOT_FOUND" => 5,
            "ALREADY_EXISTS" => 6,
            "PERMISSION_DENIED" => 7,
            "RESOURCE_EXHAUSTED" => 8,
            "FAILED_PRECONDITION" => 9,
            "ABORTED" => 10,
            "INTERNAL" => 13,
            "UNAVAILABLE" => 14,
            "UNAUTHENTICATED" => 16,
            _ => 2,
        }
    }
}
