//! From HTTP requests to the core and back.

use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::line::{Line, Lines};
use crate::{
    Sandbox, control,
    core::{Body, Delivery, Request, Served},
    discovery::params,
};

const BODY_LIMIT: usize = 64 * 1_024 * 1_024;
/// How long connections get to end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// A server that was started.
pub(crate) struct Running {
    server: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Running {
    /// Stops accepting, ends hanging requests, and waits a little for the others.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        let abort = self.server.abort_handle();
        if tokio::time::timeout(GRACE, self.server).await.is_err() {
            abort.abort();
        }
    }
}

#[derive(Clone)]
struct Shared {
    sandbox: Sandbox,
    stopping: watch::Receiver<bool>,
}

/// Starts serving.
pub(crate) fn run(listener: TcpListener, sandbox: Sandbox) -> Running {
    let (stop, stopping) = watch::channel(false);
    let mut until = stopping.clone();
    let app = Router::new()
        .fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Shared { sandbox, stopping })
        .into_make_service_with_connect_info::<Line>();
    let server = tokio::spawn(async move {
        let ended = axum::serve(Lines(listener), app).with_graceful_shutdown(async move {
            // An error means that the handle is gone, which stops the server too.
            drop(until.wait_for(|stop| *stop).await);
        });
        if let Err(error) = ended.await {
            tracing::error!(%error, "the sandbox stopped serving");
        }
    });
    Running { server, stop }
}

async fn serve(
    State(shared): State<Shared>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    if let Some(rest) = path.strip_prefix("/control/") {
        return match control::serve(&shared.sandbox, method.as_str(), rest, uri.query().unwrap_or_default(), &body) {
            Some((status, value)) => json(status, &value),
            None => answer(&Served::not_found()),
        };
    }
    let served = if path == "/token" && method == Method::POST {
        shared.sandbox.serve_token(&params::parse(&String::from_utf8_lossy(&body)))
    } else {
        shared.sandbox.serve_api(&Request {
            verb: method.as_str().to_owned(),
            path: path.to_owned(),
            query: params::parse(uri.query().unwrap_or_default()),
            bearer: bearer(&headers),
            body: if body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&body).ok() },
        })
    };
    if let Some(instant) = served.not_before {
        tokio::time::sleep_until(instant.into()).await;
    }
    match served.delivery {
        Delivery::Answer => return answer(&served),
        Delivery::Held(fault) => {
            let mut stopping = shared.stopping.clone();
            tokio::select! {
                () = shared.sandbox.fault_cleared(fault) => return answer(&served),
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
        Delivery::Hang => {
            let mut stopping = shared.stopping.clone();
            // Either way the request has waited long enough.
            drop(stopping.wait_for(|stop| *stop).await);
        }
        Delivery::Cut => {}
    }
    line.cut();
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

fn answer(served: &Served) -> Response {
    match &served.body {
        Body::Json(value) => json(served.status, value),
        Body::Html(text) => {
            (status(served.status), [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], *text).into_response()
        }
    }
}

fn json(code: u16, value: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json; charset=UTF-8")];
    (status(code), kind, value.to_string()).into_response()
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
