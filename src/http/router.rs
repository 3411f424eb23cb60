//! Which door leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::{Auth, Closing, Health, endpoint, graphiql, health};
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
    /// Origins of pages that may open sockets, besides the server's own: `https://console.example.com`.
    pub allowed_origins: Vec<String>,
    /// Reverse proxies of ours that a request passes. Zero: `X-Forwarded-For` is not believed.
    pub trusted_proxies: usize,
    /// Ends sockets and event streams when the server stops.
    pub closing: Closing,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("allowed_origins", &self.allowed_origins).finish_non_exhaustive()
    }
}

/// All doors of the server.
pub fn router(settings: Settings) -> Router {
    let health = Arc::clone(&settings.health);
    let limit = DefaultBodyLimit::max(settings.schema.limits().body_bytes);
    let graphql = Router::new()
        .route("/graphql", get(endpoint::get).post(endpoint::post))
        .layer(CompressionLayer::new())
        .layer(limit)
        .with_state(Arc::new(settings));
    Router::new()
        .merge(graphql)
        .route("/", get(graphiql::page))
        .route("/graphiql/{file}", get(graphiql::file))
        .route("/health", get(move || health::answer(health)))
        .layer(CatchPanicLayer::custom(panicked))
}

/// A panic is a fault of one request, not of the server.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    endpoint::fault()
}
