//! A gate between the server and the sandbox: it stops at one call, so that a test can act at exactly that instant.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::World;

/// How long a server that has got its answer may take to the record that it cannot make.
const TO_THE_RECORD: Duration = Duration::from_millis(100);

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The server has sent it; the sandbox has not seen it.
    Arrived,
    /// The sandbox has carried it out; the server does not know.
    Answered,
    /// The server makes its next call.
    Next,
}

/// A gate that stops at the n-th call.
pub struct Gate {
    /// Where the server must send its calls.
    pub url: String,
    steps: mpsc::Receiver<(Step, oneshot::Sender<()>)>,
    server: JoinHandle<()>,
}

struct Way {
    to: String,
    http: reqwest::Client,
    calls: AtomicU64,
    at: u64,
    steps: mpsc::Sender<(Step, oneshot::Sender<()>)>,
}

impl Gate {
    /// Opens a gate to `to` that stops at its n-th call, from 1.
    pub async fn open(to: String, http: reqwest::Client, at: u64) -> Gate {
        let (sender, steps) = mpsc::channel(1);
        let way = Way { to, http, calls: AtomicU64::new(0), at, steps: sender };
        let router = Router::new().fallback(pass).with_state(Arc::new(way));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Gate { url, steps, server }
    }

    /// Waits for the next step; the call goes on when the answer is used or dropped.
    pub async fn step(&mut self) -> (Step, oneshot::Sender<()>) {
        self.steps.recv().await.unwrap()
    }

    /// Lets the answer through while nothing can be recorded: the server that is killed then has it, and no record of it.
    pub async fn answer_unrecorded(&mut self, world: &World) {
        let (_, go) = self.step().await;
        let locked = world.lock_database().await;
        drop(go);
        // Either it comes to its record, which waits for the database, or it has none to make and goes on to its next call.
        let _ = tokio::time::timeout(TO_THE_RECORD, self.step()).await;
        drop(locked);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Way {
    async fn stop(&self, step: Step) {
        let (go, gone) = oneshot::channel();
        if self.steps.send((step, go)).await.is_ok() {
            let _ = gone.await; // let go, one way or the other
        }
    }
}

async fn pass(State(way): State<Arc<Way>>, request: Request) -> Response {
    let call = way.calls.fetch_add(1, Ordering::SeqCst) + 1;
    if call == way.at {
        way.stop(Step::Arrived).await;
    } else if call == way.at + 1 {
        way.stop(Step::Next).await;
    }
    let (head, body) = request.into_parts();
    let mut onward = way.http.request(head.method, format!("{}{}", way.to, head.uri));
    for name in [AUTHORIZATION, CONTENT_TYPE] {
        if let Some(value) = head.headers.get(&name) {
            onward = onward.header(name, value);
        }
    }
    let answer = onward.body(to_bytes(body, usize::MAX).await.unwrap()).send().await.unwrap();
    let mut reply = Response::builder().status(answer.status());
    if let Some(value) = answer.headers().get(CONTENT_TYPE) {
        reply = reply.header(CONTENT_TYPE, value);
    }
    let reply = reply.body(Body::from(answer.bytes().await.unwrap())).unwrap();
    if call == way.at {
        way.stop(Step::Answered).await;
    }
    reply
}
