//! `GET /health`: for load balancers and supervisors. Says nothing that a stranger may not know.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::future::BoxFuture;

/// Asks whether the server can do its work; `true` when it can.
pub type Health = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// 200 when the server can do its work, else 503.
pub(super) async fn answer(health: Health) -> (StatusCode, &'static str) {
    if health().await { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable\n") }
}
