//! GraphQL over HTTP: one document in, one answer out, or a stream of them. Queries also come by GET.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream;
use tracing::Instrument;

use super::negotiate::{Accepted, MediaType, is_json};
use super::reply::{Reply, is_of_the_caller};
use super::request::{Asked, BodyError, from_body, from_url};
use super::{AuthError, Desk, caller, events, socket};
use crate::domain::Viewer;
use crate::graphql::{Answer, ApiError, Call, Kind, Origin, Prepared, RequestId};

const METHODS: &str = "GET, HEAD, POST, OPTIONS";
/// Characters of a client's name that go into the log.
const LONGEST_NAME: usize = 64;
/// Milliseconds after which a caller with too many event streams may try again.
const STREAM_RETRY_MS: u64 = 5_000;

/// `/graphql`, all methods.
pub(super) async fn serve(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let ip = caller::address(peer, &parts.headers, desk.doors.trusted_proxies);
    if parts.method == Method::GET
        && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await
    {
        return socket::open(upgrade, &parts.headers, ip, desk);
    }
    let origin = Origin::new(ip);
    let span = tracing::info_span!(
        "http.graphql",
        request.id = %origin.request_id,
        client.name = client(&parts.headers, "graphql-client-name"),
        client.version = client(&parts.headers, "graphql-client-version"),
    );
    respond(desk, parts, body, origin).instrument(span).await
}

/// The answer where a handler panicked. Its request id is a new one: the old one went down with the handler.
pub(super) fn fault() -> Response {
    let id = RequestId::random();
    tracing::error!(request.id = %id, "a request panicked");
    Reply::refusal(StatusCode::INTERNAL_SERVER_ERROR, ApiError::Internal, &id).written(MediaType::Json)
}

async fn respond(desk: Arc<Desk>, parts: Parts, body: Body, origin: Origin) -> Response {
    if parts.method == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, [(ALLOW, METHODS)]).into_response();
    }
    let Some(accepted) = Accepted::of(&parts.headers) else {
        let message = "Accept application/graphql-response+json, application/json or text/event-stream.";
        return Reply::malformed(StatusCode::NOT_ACCEPTABLE, message, &origin.request_id).written(MediaType::Json);
    };
    match operation(&desk, &parts, body, origin).await {
        Ok((prepared, viewer)) => execute(desk, accepted, prepared, viewer).await,
        Err(Refused::Http(reply)) => reply.written(accepted.best),
        Err(Refused::Document(answer)) if accepted.best == MediaType::Events && !is_of_the_caller(&answer) => {
            events::respond(desk, stream::iter([*answer]).boxed(), None, None)
        }
        Err(Refused::Document(answer)) => Reply::new(*answer).written(accepted.best),
    }
}

/// Why nothing is executed.
enum Refused {
    /// The HTTP request is not one for an operation.
    Http(Box<Reply>),
    /// The operation may not be executed.
    Document(Box<Answer>),
}

impl From<Reply> for Refused {
    fn from(reply: Reply) -> Self {
        Self::Http(Box::new(reply))
    }
}

/// The operation that is asked for. What can be refused without reading the body is refused first.
async fn operation(
    desk: &Desk,
    parts: &Parts,
    body: Body,
    origin: Origin,
) -> Result<(Prepared, Option<Viewer>), Refused> {
    let id = origin.request_id.clone();
    let by_get = match parts.method {
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => return Err(Reply::method(METHODS, "Send operations by POST, or queries by GET.", &id).into()),
    };
    if !by_get && !is_json(&parts.headers) {
        let message =
            "Send the request as JSON in UTF-8, not compressed, with the header Content-Type: application/json.";
        return Err(Reply::malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, message, &id).into());
    }
    let viewer = viewer(desk, &parts.headers).await.map_err(|error| Reply::unauthenticated(error, &id))?;
    let Asked { request, document_id } = if by_get {
        from_url(parts.uri.query().unwrap_or_default())
            .map_err(|message| Reply::malformed(StatusCode::BAD_REQUEST, message, &id))?
    } else {
        let limits = desk.schema.limits();
        from_body(body, limits.body_bytes, desk.doors.body_timeout).await.map_err(|error| unread(error, &id))?
    };
    let call = Call { request, document_id, viewer: viewer.clone(), origin };
    let prepared = desk.schema.prepare(call).map_err(Refused::Document)?;
    if by_get && prepared.kind() == Some(Kind::Mutation) {
        return Err(Reply::method("POST", "Send mutations by POST.", &id).into());
    }
    Ok((prepared, viewer))
}

fn unread(error: BodyError, id: &RequestId) -> Reply {
    match error {
        BodyError::TooLarge => {
            Reply::malformed(StatusCode::PAYLOAD_TOO_LARGE, "The request is larger than this server allows.", id)
        }
        BodyError::TooSlow => {
            let error = ApiError::Timeout("The request did not arrive in time.");
            Reply::refusal(StatusCode::REQUEST_TIMEOUT, error, id)
        }
        BodyError::Incomplete => {
            Reply::malformed(StatusCode::BAD_REQUEST, "The request did not arrive completely.", id)
        }
        BodyError::Malformed(message) => Reply::malformed(StatusCode::BAD_REQUEST, message, id),
    }
}

/// The caller; none where there is no token and the settings let such callers introspect the schema.
async fn viewer(desk: &Desk, headers: &HeaderMap) -> Result<Option<Viewer>, AuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) if desk.schema.limits().anonymous_introspection => Ok(None),
        (None, _) => Err(AuthError::Missing),
        (Some(_), Some(_)) => Err(AuthError::Malformed), // which of them would a proxy have checked?
        (Some(value), None) => {
            let token = token_of(value.to_str().map_err(|_| AuthError::Malformed)?)?;
            desk.auth.viewer(token).await.map(Some)
        }
    }
}

async fn execute(desk: Arc<Desk>, accepted: Accepted, prepared: Prepared, viewer: Option<Viewer>) -> Response {
    match (prepared.kind(), viewer) {
        (Some(Kind::Subscription), Some(viewer)) if accepted.events => {
            let Some(present) = desk.presence.enter(&viewer.subject, desk.doors.connections_per_caller) else {
                let error = ApiError::RateLimited {
                    message: "The caller has as many sockets and event streams open as are allowed.",
                    retry_after_ms: STREAM_RETRY_MS,
                };
                return Reply::new(prepared.refused(error)).written(accepted.best);
            };
            let answers = desk.schema.stream(prepared);
            events::respond(desk, answers, Some(viewer.expires_at), Some(present))
        }
        (_, _) if accepted.best == MediaType::Events => {
            let answers = desk.schema.stream(prepared);
            events::respond(desk, answers, None, None)
        }
        (_, _) => Reply::new(desk.schema.execute(prepared).await).written(accepted.best),
    }
}

/// The token of `Bearer …`.
pub(super) fn token_of(value: &str) -> Result<&str, AuthError> {
    let (scheme, token) = value.trim().split_once(' ').ok_or(AuthError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(AuthError::Missing) }
}

/// What a client says that it is; nothing that could forge a line of the log.
fn client(headers: &HeaderMap, name: &'static str) -> Option<String> {
    let value = headers.get(HeaderName::from_static(name))?.to_str().ok()?;
    let is_plain = |letter: &char| letter.is_ascii_graphic() || *letter == ' ';
    Some(value.chars().filter(is_plain).take(LONGEST_NAME).collect())
}
