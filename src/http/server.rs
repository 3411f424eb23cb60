//! Accepts connections, and bounds how long a slow client may hold one.
//!
//! `axum::serve` waits for ever for a header; here a client that does not finish its request, or does not take its answer,
//! loses its connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long the operating system is left alone when it has no more connections to give.
const OUT_OF_CONNECTIONS: Duration = Duration::from_millis(200);
/// A client that takes nothing of its answer for as long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long answers in hand may go on after the server was asked to stop. Sockets and event streams end at once.
const GRACE: Duration = Duration::from_secs(10);

/// The end of the server: asked for once, and waited for.
#[derive(Debug, Clone, Default)]
pub struct Closing {
    asked: CancellationToken,
    open: TaskTracker,
}

impl Closing {
    /// Ends with this token.
    #[must_use]
    pub fn new(asked: CancellationToken) -> Self {
        Self { asked, open: TaskTracker::new() }
    }

    /// Completes when the server is asked to stop.
    pub(super) async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// Runs what outlives its request, so that the end waits for its last words.
    pub(super) fn track<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        self.open.track_future(work)
    }
}

/// Serves until `closing` is asked for, then lets answers in hand be finished. Dropped, it ends all connections at once.
pub async fn serve(listener: TcpListener, router: Router, header_timeout: Duration, closing: Closing) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = closing.asked() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, router.clone(), header_timeout, closing.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(OUT_OF_CONNECTIONS).await;
                }
            }
        }
    }
    drop(listener);
    closing.open.close();
    let finished = async {
        while connections.join_next().await.is_some() {}
        closing.open.wait().await;
    };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!("connections were still open after {} s and are cut", GRACE.as_secs());
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, header_timeout: Duration, closing: Closing) {
    let _ = stream.set_nodelay(true); // events are small; without it they only come later
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.oneshot(request).await as Result<_, Infallible>
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = closing.asked() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
