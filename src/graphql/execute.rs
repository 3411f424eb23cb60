//! Runs documents: limits first, then async-graphql, then the same finish for every answer on every transport.

use std::fmt;
use std::net::IpAddr;

use async_graphql::parser::types::OperationType;
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError, Value};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde::Serialize;

use super::limits::{Limits, chosen};
use super::mutation::Mutation;
use super::query::Query;
use super::subscription::Subscription;
use super::{ApiError, codes::coded};
use crate::domain::Viewer;

/// Id of one request, for the log and for people who ask about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        let random = uuid::Uuid::new_v4().simple().to_string();
        Self(format!("req_{}", &random[..16]))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a request comes from, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Id of the request, as in the answer's `extensions.requestId`.
    pub request_id: RequestId,
    /// Address of the caller. `None` where the proxies in front did not tell one.
    pub ip: Option<IpAddr>,
}

impl Origin {
    /// A new request from this address.
    #[must_use]
    pub fn new(ip: Option<IpAddr>) -> Self {
        Self { request_id: RequestId::random(), ip }
    }
}

/// A document from a caller who has shown a token that holds.
#[derive(Debug)]
pub struct Call {
    /// Document, variables and operation.
    pub request: Request,
    /// The caller.
    pub viewer: Viewer,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Kinds of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads.
    Query,
    /// Changes.
    Mutation,
    /// Streams.
    Subscription,
}

impl Call {
    /// Kind of the operation that would be executed. `None` when the document cannot be parsed or does not say.
    #[must_use]
    pub fn kind(&mut self) -> Option<Kind> {
        let name = self.request.operation_name.clone();
        let document = self.request.parsed_query().ok()?;
        chosen(document, name.as_deref()).map(|operation| match operation.ty {
            OperationType::Query => Kind::Query,
            OperationType::Mutation => Kind::Mutation,
            OperationType::Subscription => Kind::Subscription,
        })
    }
}

/// An answer, ready to be written as JSON.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Errors; absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ServerError>,
    /// Data; absent when nothing was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// `requestId`.
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

    fn new(response: Response, id: &RequestId) -> Self {
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
}

/// The served schema. Cloning is cheap.
#[derive(Clone)]
pub struct Schema {
    pub(super) inner: async_graphql::Schema<Query, Mutation, Subscription>,
    pub(super) limits: Limits,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Schema {
    /// Limits of documents and requests.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Executes a query or a mutation.
    pub async fn execute(&self, mut call: Call) -> Answer {
        let id = call.origin.request_id.clone();
        if let Err(error) = self.admit(&mut call) {
            return Answer::refusal(error, &id);
        }
        if call.kind() == Some(Kind::Subscription) {
            let message = "Subscriptions are served over graphql-transport-ws.".to_owned();
            return Answer::refusal(ApiError::ValidationFailed(message), &id);
        }
        Answer::new(self.inner.execute(prepared(call)).await, &id)
    }

    /// Executes any operation; a query or a mutation gives one answer.
    #[must_use]
    pub fn stream(&self, mut call: Call) -> BoxStream<'static, Answer> {
        let id = call.origin.request_id.clone();
        if let Err(error) = self.admit(&mut call) {
            return stream::iter([Answer::refusal(error, &id)]).boxed();
        }
        self.inner.execute_stream(prepared(call)).map(move |response| Answer::new(response, &id)).boxed()
    }

    fn admit(&self, call: &mut Call) -> Result<(), ServerError> {
        let name = call.request.operation_name.clone();
        let document = call.request.parsed_query().map_err(|error| coded(error, "GRAPHQL_PARSE_FAILED"))?;
        Ok(self.limits.check(document, name.as_deref())?)
    }
}

fn prepared(call: Call) -> Request {
    call.request.data(call.viewer).data(call.origin)
}
