//! GraphQL over HTTP: one document in, one answer out (POST; queries also by GET).

use std::net::SocketAddr;
use std::sync::Arc;

use async_graphql::Request;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::negotiate::{MediaType, is_json};
use super::{AuthError, Settings, caller, socket};
use crate::domain::Viewer;
use crate::graphql::{Answer, ApiError, Call, Kind, Origin, RequestId};

/// An answer with its status, until it is written in the accepted media type.
struct Reply {
    status: StatusCode,
    answer: Answer,
    header: Option<(axum::http::HeaderName, HeaderValue)>,
}

impl Reply {
    fn refusal(status: StatusCode, error: ApiError, id: &RequestId) -> Self {
        Self { status, answer: Answer::refusal(error, id), header: None }
    }

    fn malformed(status: StatusCode, message: &str, id: &RequestId) -> Self {
        let error = ApiError::BadUserInput { argument: "request", message: message.to_owned() };
        Self::refusal(status, error, id)
    }

    fn written(self, media_type: MediaType) -> Response {
        let Ok(body) = serde_json::to_vec(&self.answer) else {
            tracing::error!("an answer could not be written as JSON");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = (self.status, [(CONTENT_TYPE, media_type.name())], body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// `POST /graphql`.
pub(super) async fn post(
    State(settings): State<Arc<Settings>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let origin = Origin::new(caller::address(peer, &headers, settings.trusted_proxies));
    let span = tracing::info_span!("http.graphql", request.id = %origin.request_id);
    async move {
        let Some(media_type) = MediaType::accepted(&headers) else { return not_acceptable(&origin.request_id) };
        let reply = match posted(&headers, body, &origin.request_id) {
            Ok(request) => execute(&settings, &headers, request, media_type, false, origin).await,
            Err(reply) => *reply,
        };
        reply.written(media_type)
    }
    .instrument(span)
    .await
}

/// `GET /graphql`: a socket where the client asks for one, else a query in the URL.
pub(super) async fn get(
    State(settings): State<Arc<Settings>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let ip = caller::address(peer, &headers, settings.trusted_proxies);
    if let Ok(upgrade) = upgrade {
        return socket::open(upgrade, &headers, ip, settings);
    }
    let origin = Origin::new(ip);
    let span = tracing::info_span!("http.graphql", request.id = %origin.request_id);
    async move {
        let Some(media_type) = MediaType::accepted(&headers) else { return not_acceptable(&origin.request_id) };
        let reply = match asked(&query.unwrap_or_default()) {
            Ok(request) => execute(&settings, &headers, request, media_type, true, origin).await,
            Err(message) => Reply::malformed(StatusCode::BAD_REQUEST, message, &origin.request_id),
        };
        reply.written(media_type)
    }
    .instrument(span)
    .await
}

/// The answer where a handler panicked. Its request id is a new one: the old one went down with the handler.
pub(super) fn fault() -> Response {
    let id = RequestId::random();
    tracing::error!(request.id = %id, "a request panicked");
    Reply::refusal(StatusCode::INTERNAL_SERVER_ERROR, ApiError::Internal, &id).written(MediaType::Json)
}

fn not_acceptable(id: &RequestId) -> Response {
    let message = "Accept application/graphql-response+json or application/json.";
    Reply::malformed(StatusCode::NOT_ACCEPTABLE, message, id).written(MediaType::Json)
}

fn posted(headers: &HeaderMap, body: Result<Bytes, BytesRejection>, id: &RequestId) -> Result<Request, Box<Reply>> {
    if !is_json(headers) {
        let message = "Send the request as JSON, with the header Content-Type: application/json.";
        return Err(boxed(StatusCode::UNSUPPORTED_MEDIA_TYPE, message, id));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            boxed(StatusCode::PAYLOAD_TOO_LARGE, "The request is larger than this server allows.", id)
        }
        _ => boxed(StatusCode::BAD_REQUEST, "The request did not arrive completely.", id),
    })?;
    let value: serde_json::Value =
        serde_json::from_slice(&body).map_err(|_| boxed(StatusCode::BAD_REQUEST, "The body is not JSON.", id))?;
    if value.is_array() {
        let message = "Batches are not served; send one document, which may have many fields.";
        return Err(boxed(StatusCode::BAD_REQUEST, message, id));
    }
    from_json(value).map_err(|message| boxed(StatusCode::BAD_REQUEST, message, id))
}

fn boxed(status: StatusCode, message: &str, id: &RequestId) -> Box<Reply> {
    Box::new(Reply::malformed(status, message, id))
}

const SHAPE: &str = "A request is {\"query\": …, \"variables\": {…}, \"operationName\": …}.";

/// A request of its JSON form, which `query` cannot be missing from.
pub(super) fn from_json(value: serde_json::Value) -> Result<Request, &'static str> {
    if !value.get("query").is_some_and(serde_json::Value::is_string) {
        return Err(SHAPE);
    }
    serde_json::from_value(value).map_err(|_| SHAPE)
}

fn asked(query: &str) -> Result<Request, &'static str> {
    let mut object = serde_json::Map::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match key.as_ref() {
            "query" | "operationName" => value.into(),
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| "The parameters variables and extensions are JSON.")?
            }
            _ => continue,
        };
        object.insert(key.into_owned(), value);
    }
    from_json(object.into())
}

async fn execute(
    settings: &Settings,
    headers: &HeaderMap,
    request: Request,
    media_type: MediaType,
    reads_only: bool,
    origin: Origin,
) -> Reply {
    let viewer = match caller(settings, headers).await {
        Ok(viewer) => viewer,
        Err(error) => return unauthenticated(error, &origin.request_id),
    };
    run(settings, viewer, request, media_type, reads_only, origin).await
}

async fn run(
    settings: &Settings,
    viewer: Viewer,
    request: Request,
    media_type: MediaType,
    reads_only: bool,
    origin: Origin,
) -> Reply {
    let mut call = Call { request, viewer, origin };
    if reads_only && call.kind() == Some(Kind::Mutation) {
        let mut reply =
            Reply::malformed(StatusCode::METHOD_NOT_ALLOWED, "Send mutations by POST.", &call.origin.request_id);
        reply.header = Some((ALLOW, HeaderValue::from_static("POST")));
        return reply;
    }
    let answer = settings.schema.execute(call).await;
    let status = match media_type {
        MediaType::Response if answer.is_refusal() => StatusCode::BAD_REQUEST,
        MediaType::Response | MediaType::Json => StatusCode::OK,
    };
    Reply { status, answer, header: None }
}

async fn caller(settings: &Settings, headers: &HeaderMap) -> Result<Viewer, AuthError> {
    settings.auth.viewer(bearer(headers)?).await
}

fn bearer(headers: &HeaderMap) -> Result<&str, AuthError> {
    let value = headers.get(AUTHORIZATION).ok_or(AuthError::Missing)?;
    token_of(value.to_str().map_err(|_| AuthError::Malformed)?)
}

/// The token of `Bearer …`.
pub(super) fn token_of(value: &str) -> Result<&str, AuthError> {
    let (scheme, token) = value.trim().split_once(' ').ok_or(AuthError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(AuthError::Missing) }
}

fn unauthenticated(error: AuthError, id: &RequestId) -> Reply {
    let message = error.message();
    let challenge = match error {
        AuthError::Unavailable => {
            // Not the caller's fault: whoever is told 401 throws a good token away.
            let mut reply = Reply::refusal(StatusCode::SERVICE_UNAVAILABLE, ApiError::UpstreamUnavailable(message), id);
            reply.header = Some((RETRY_AFTER, HeaderValue::from_static("5")));
            return reply;
        }
        AuthError::Missing => "Bearer realm=\"contact-sync\"".to_owned(),
        _ => format!("Bearer realm=\"contact-sync\", error=\"invalid_token\", error_description=\"{message}\""),
    };
    let mut reply = Reply::refusal(StatusCode::UNAUTHORIZED, ApiError::Unauthenticated(message), id);
    reply.header = HeaderValue::from_str(&challenge).ok().map(|challenge| (WWW_AUTHENTICATE, challenge));
    reply
}
