//! Messages of `graphql-transport-ws`, and the codes with which it closes.

use async_graphql::ServerError;
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::Role;
use crate::graphql::Answer;

/// From the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Ping,
    Pong,
    Subscribe {
        id: String,
        payload: Value,
    },
    Complete {
        id: String,
    },
}

/// To the client.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing<'a> {
    ConnectionAck { payload: Ack },
    Ping,
    Pong,
    Next { id: &'a str, payload: &'a Answer },
    Error { id: &'a str, payload: &'a [ServerError] },
    Complete { id: &'a str },
}

/// What a client may want to know about its connection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ack {
    /// When the socket will be closed for want of a fresh token.
    pub(super) expires_at: String,
    /// Role in the token.
    pub(super) role: &'static str,
    /// A client that has heard nothing for twice this long has lost the server.
    pub(super) ping_interval_ms: u64,
}

impl Ack {
    pub(super) fn new(expires_at: String, role: Role, ping_interval_ms: u64) -> Self {
        Self { expires_at, role: role.name(), ping_interval_ms }
    }
}

/// Why the server closes a socket. The numbers are the protocol's, and those of RFC 6455 below 4000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// Not a message of the protocol.
    Malformed,
    /// An operation before the acknowledgement.
    NotInitialised,
    /// The token does not hold.
    Forbidden(&'static str),
    /// The server stops; clients come back.
    Restart,
    /// The server cannot serve it now; clients come back.
    TryAgainLater(&'static str),
    /// The handshake did not name the protocol.
    Subprotocol,
    /// No `connection_init` in time.
    InitTimeout,
    /// A message is larger than the server allows.
    TooBig,
    /// An id is in use.
    DuplicateOperation,
    /// A second `connection_init`.
    SecondInit,
}

impl Close {
    pub(super) fn frame(self) -> Message {
        let (code, reason) = match self {
            Self::Malformed => (4400, "Invalid message"),
            Self::NotInitialised => (4401, "Unauthorized"),
            Self::Forbidden(reason) => (4403, reason),
            Self::TooBig => (1009, "Message too big"),
            Self::Restart => (1012, "Service restart"),
            Self::TryAgainLater(reason) => (1013, reason),
            Self::Subprotocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::DuplicateOperation => (4409, "Subscriber for this id already exists"),
            Self::SecondInit => (4429, "Too many initialisation requests"),
        };
        Message::Close(Some(CloseFrame { code, reason: reason.into() }))
    }
}
