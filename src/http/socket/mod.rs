//! GraphQL over a socket: the protocol `graphql-transport-ws`.
//!
//! An own loop rather than async-graphql's, because clients rely on its close codes (4403 is tried again with a fresh
//! token), on the payload of the acknowledgement, and on the socket's end when the token expires.

mod connection;
mod message;
mod operations;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Desk, origin};
use connection::Connection;

/// Name of the protocol in the handshake.
const PROTOCOL: &str = "graphql-transport-ws";

/// Opens a socket, unless a page of a foreign origin asks for it.
pub(super) fn open(upgrade: WebSocketUpgrade, headers: &HeaderMap, ip: Option<IpAddr>, desk: Arc<Desk>) -> Response {
    if !origin::is_allowed(headers, &desk.doors.allowed_origins) {
        return (StatusCode::FORBIDDEN, "Sockets are not open to pages of this origin.\n").into_response();
    }
    let limit = desk.schema.limits().body_bytes;
    upgrade.protocols([PROTOCOL]).max_message_size(limit).max_frame_size(limit).on_upgrade(move |socket| {
        let closing = desk.closing.clone();
        closing.track(Connection::new(socket, ip, desk).serve())
    })
}
