//! What comes in: a document, who sends it, and where from.

use std::fmt;
use std::net::IpAddr;

use async_graphql::Request;

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

/// A request for an operation.
#[derive(Debug)]
pub struct Call {
    /// Document (empty where its id stands for it), variables and operation.
    pub request: Request,
    /// Id of a document that the server knows already, of the request's `documentId`.
    pub document_id: Option<String>,
    /// The caller. `None` when there was no token; such a caller may at most introspect the schema.
    pub viewer: Option<Viewer>,
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
