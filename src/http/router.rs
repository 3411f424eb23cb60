//! Which door leads where.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::presence::Presence;
use super::{Auth, Closing, Health, endpoint, graphiql, health, origin};
use crate::graphql::Schema;

/// What the doors need.
#[derive(Clone)]
pub struct Settings {
    /// The served schema, with its limits.
    pub schema: Schema,
    /// Who may come in.
    pub auth: Auth,
    /// Whether the server can do its work.
    pub health: Health,
    /// How wide the doors are open.
    pub doors: Doors,
    /// Ends sockets and event streams when the server stops.
    pub closing: Closing,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("doors", &self.doors).finish_non_exhaustive()
    }
}

/// How wide the doors are open.
#[derive(Debug, Clone)]
pub struct Doors {
    /// Origins of pages that may call, besides the server's own: `https://console.example.com`.
    pub allowed_origins: Vec<String>,
    /// Reverse proxies of ours that a request passes. Zero: `X-Forwarded-For` is not believed.
    pub trusted_proxies: usize,
    /// Sockets and event streams that one caller may have open.
    pub connections_per_caller: usize,
    /// Operations that may run on one socket.
    pub operations_per_socket: usize,
    /// Within this a client has to finish the head of its request, and a connection has to be used again.
    pub header_timeout: Duration,
    /// Within this a client has to finish the body of its request.
    pub body_timeout: Duration,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            trusted_proxies: 0,
            connections_per_caller: 20,
            operations_per_socket: 100,
            header_timeout: Duration::from_secs(75), // load balancers use idle connections again for up to 60 s
            body_timeout: Duration::from_secs(20),
        }
    }
}

/// What a request to `/graphql` needs.
pub(super) struct Desk {
    pub(super) schema: Schema,
    pub(super) auth: Auth,
    pub(super) doors: Doors,
    pub(super) closing: Closing,
    pub(super) presence: Presence,
}

/// All doors of the server.
pub fn router(settings: Settings) -> Router {
    let Settings { schema, auth, health, doors, closing } = settings;
    let cross_origin = origin::layer(&doors.allowed_origins);
    let desk = Desk { schema, auth, doors, closing, presence: Presence::default() };
    let graphql = Router::new()
        .route("/graphql", any(endpoint::serve))
        .layer(CompressionLayer::new()) // leaves event streams alone
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(REFERRER_POLICY, "no-referrer"))
        .layer(header(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(cross_origin)
        .with_state(Arc::new(desk));
    Router::new()
        .merge(graphql)
        .route("/", get(graphiql::page))
        .route("/graphiql/{file}", get(graphiql::file))
        .route("/health", get(move || health::answer(health)))
        .layer(CatchPanicLayer::custom(panicked))
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// A panic is a fault of one request, not of the server.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    endpoint::fault()
}
