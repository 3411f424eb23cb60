//! One socket, from `connection_init` to its end.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Map, Value};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

use super::message::{Ack, Close, Incoming, Outgoing};
use super::operations::{Operations, Output, Said};
use crate::domain::{Time, Viewer};
use crate::graphql::{Answer, ApiError, Call, Origin};
use crate::http::endpoint::token_of;
use crate::http::presence::Present;
use crate::http::request::{Asked, from_json};
use crate::http::{AuthError, Desk};

/// Within this a client has to say who it is. graphql-ws waits as long for the acknowledgement.
const INIT_TIMEOUT: TimeDelta = TimeDelta::seconds(10);
/// Below the 30 to 60 seconds after which proxies drop a silent connection.
const PING_INTERVAL: TimeDelta = TimeDelta::seconds(20);
/// Pings without any sign of life after which the client is gone.
const MISSED_PINGS: u32 = 2;
/// A client that takes nothing for as long as it may be silent is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take to answer that we close.
const PARTING: Duration = Duration::from_secs(2);

/// Why a socket ends.
enum End {
    /// We close it, and say why.
    Close(Close),
    /// The client closes it.
    Closed,
    /// The client is gone.
    Gone,
}

/// One socket.
pub(super) struct Connection {
    socket: WebSocket,
    /// Address of the client.
    ip: Option<IpAddr>,
    desk: Arc<Desk>,
    viewer: Option<Viewer>,
    operations: Operations,
    /// When the socket ends: without `connection_init`, or with the token.
    deadline: Time,
    next_ping: Time,
    unanswered: u32,
    /// Its place among the caller's connections.
    _present: Option<Present>,
}

impl Connection {
    pub(super) fn new(socket: WebSocket, ip: Option<IpAddr>, desk: Arc<Desk>) -> Self {
        let now = desk.auth.clock().now();
        Self {
            socket,
            ip,
            desk,
            viewer: None,
            operations: Operations::new(),
            deadline: now + INIT_TIMEOUT,
            next_ping: now + PING_INTERVAL,
            unanswered: 0,
            _present: None,
        }
    }

    /// Serves until one side ends it.
    pub(super) async fn serve(mut self) {
        let end = if self.socket.protocol().is_none() {
            End::Close(Close::Subprotocol)
        } else {
            loop {
                if let Err(end) = self.step().await {
                    break end;
                }
            }
        };
        match end {
            End::Close(close) => {
                let sent = timeout(SEND_TIMEOUT, self.socket.send(close.frame())).await;
                if matches!(sent, Ok(Ok(()))) {
                    self.part().await;
                }
            }
            End::Closed => self.part().await,
            End::Gone => {}
        }
    }

    /// Lets both sides have said that they close: a connection that is cut with something unread takes our last words with
    /// it. Reading also sends the library's answer to the client's closing.
    async fn part(&mut self) {
        let parted = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(PARTING, parted).await; // a client that says nothing more is gone
    }

    async fn step(&mut self) -> Result<(), End> {
        let clock = self.desk.auth.clock();
        let (expiry, ping) = (clock.reach(self.deadline), clock.reach(self.next_ping));
        tokio::select! {
            biased; // an expired token ends the socket before anything else is sent
            () = expiry => Err(End::Close(self.overdue())),
            () = self.desk.closing.asked() => Err(End::Close(Close::Restart)),
            message = self.socket.recv() => self.hear(message).await,
            () = ping => self.ping().await,
            Some(said) = self.operations.next() => self.pass_on(said).await,
        }
    }

    fn overdue(&self) -> Close {
        if self.viewer.is_some() { Close::Forbidden("token expired") } else { Close::InitTimeout }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.unanswered >= MISSED_PINGS {
            return Err(End::Gone);
        }
        self.unanswered += 1;
        self.next_ping = self.desk.auth.clock().now() + PING_INTERVAL;
        self.say(&Outgoing::Ping).await
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.unanswered = 0;
        match message {
            Some(Err(error)) if is_too_big(&error) => Err(End::Close(Close::TooBig)),
            None | Some(Err(_)) => Err(End::Gone),
            Some(Ok(Message::Close(_))) => Err(End::Closed),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()), // answered by the library
            Some(Ok(Message::Binary(_))) => Err(End::Close(Close::Malformed)),
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(incoming) => self.obey(incoming).await,
                Err(_) => Err(End::Close(Close::Malformed)),
            },
        }
    }

    async fn obey(&mut self, incoming: Incoming) -> Result<(), End> {
        match incoming {
            Incoming::ConnectionInit { payload } => self.init(&payload.unwrap_or_default()).await,
            Incoming::Ping => self.say(&Outgoing::Pong).await,
            Incoming::Pong => Ok(()),
            Incoming::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Incoming::Complete { id } => {
                self.operations.stop(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: &Map<String, Value>) -> Result<(), End> {
        if self.viewer.is_some() {
            return Err(End::Close(Close::SecondInit));
        }
        let forbidden = |error: AuthError| {
            End::Close(match error {
                AuthError::Unavailable => Close::TryAgainLater("identity provider unavailable"),
                _ => Close::Forbidden(error.message()),
            })
        };
        let viewer = self.desk.auth.viewer(token(payload).map_err(forbidden)?).await.map_err(forbidden)?;
        let most = self.desk.doors.connections_per_caller;
        let present = self.desk.presence.enter(&viewer.subject, most);
        self._present = Some(present.ok_or(End::Close(Close::TryAgainLater("too many connections")))?);
        let too_fast = |_| End::Close(Close::TryAgainLater("rate limited"));
        self.desk.schema.admit(&viewer).map_err(too_fast)?;
        let expires_at = viewer.expires_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let ping_interval_ms = PING_INTERVAL.num_milliseconds().unsigned_abs();
        self.deadline = viewer.expires_at;
        let payload = Ack::new(expires_at, viewer.role, ping_interval_ms);
        self.viewer = Some(viewer);
        self.say(&Outgoing::ConnectionAck { payload }).await
    }

    async fn subscribe(&mut self, id: String, payload: Value) -> Result<(), End> {
        let viewer = self.viewer.clone().ok_or(End::Close(Close::NotInitialised))?;
        if self.operations.has(&id) {
            return Err(End::Close(Close::DuplicateOperation));
        }
        let Asked { request, document_id } = from_json(payload).map_err(|_| End::Close(Close::Malformed))?;
        let call = Call { request, document_id, viewer: Some(viewer), origin: Origin::new(self.ip) };
        let maximum = self.desk.doors.operations_per_socket;
        let requested = self.operations.len() + 1;
        if requested > maximum {
            let error = ApiError::CostLimitExceeded { what: "operations on one socket", requested, maximum };
            let errors = Answer::refusal(error, &call.origin.request_id).errors;
            return self.say(&Outgoing::Error { id: &id, payload: &errors }).await;
        }
        self.operations.start(self.desk.schema.clone(), id, call);
        Ok(())
    }

    async fn pass_on(&mut self, said: Said) -> Result<(), End> {
        let id = said.id.as_str();
        match &said.output {
            Output::Next(payload) => self.say(&Outgoing::Next { id, payload }).await,
            Output::Error(payload) => self.say(&Outgoing::Error { id, payload }).await,
            Output::Complete => self.say(&Outgoing::Complete { id }).await,
        }
    }

    async fn say(&mut self, outgoing: &Outgoing<'_>) -> Result<(), End> {
        let Ok(text) = serde_json::to_string(outgoing) else {
            tracing::error!("a message could not be written as JSON");
            return Err(End::Gone);
        };
        match timeout(SEND_TIMEOUT, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

fn is_too_big(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    matches!(source, Some(tungstenite::Error::Capacity(_)))
}

/// The token of the payload; clients write the name of the header as they like.
fn token(payload: &Map<String, Value>) -> Result<&str, AuthError> {
    let header = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let value = header.and_then(|(_, value)| value.as_str()).ok_or(AuthError::Missing)?;
    token_of(value)
}
