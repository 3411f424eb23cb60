//! Composition root: the only place that knows every room. No rules of the product here.

mod clock;
pub mod demo;
mod jwks;
mod limits;
mod port;
mod secret;
mod tokens;
mod workspace;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, DeletionGuard};
use crate::google::Google;
use crate::graphql;
use crate::http;
use crate::runner::{Runner, Settings};
use crate::store::{Retention, Store, connect};

pub use clock::SystemClock;
pub use jwks::UrlError;
pub use limits::{LimitsError, documents, doors, limits};
pub use secret::{SECRET_FILE, SecretError, secret, write_private};
pub use tokens::{MintError, Tokens, TokensError, own_tokens, tokens};
pub use workspace::{Imported, WorkspaceError, google, import, sample_workspace, sandbox_google};

/// How long work in hand may go on after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(30);
/// How long a change without an answer may still show up: "several minutes" (People API reference, of lists with sync tokens).
const SETTLE: Duration = Duration::from_secs(300);
/// How long work is held without a sign of life: several times the longest single call to Google (its time-out).
const LEASE: Duration = Duration::from_secs(180);

/// What a server is made of.
pub struct Parts {
    /// Where to listen.
    pub listen: SocketAddr,
    /// URL of the database.
    pub database_url: String,
    /// The one client of Google, or of the sandbox.
    pub google: Google,
    /// The Workspace is a sandbox on this machine.
    pub is_sandbox: bool,
    /// Checks tokens.
    pub auth: http::Auth,
    /// Time zone of jobs that name none.
    pub time_zone: chrono_tz::Tz,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Settings of the runner.
    pub runner: Settings,
    /// Limits of documents, requests and callers.
    pub limits: graphql::Limits,
    /// Documents beside which nothing is served.
    pub documents: Option<graphql::Manifest>,
    /// How wide the doors are open.
    pub doors: http::Doors,
    /// Page that documents the codes of errors.
    pub help: Option<url::Url>,
}

/// Settings of the runner where nobody wants others.
#[must_use]
pub fn runner_settings() -> Settings {
    Settings {
        name: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple()),
        tasks: 8,
        accounts: 4,
        lease: LEASE,
        settle: SETTLE,
        guard: DeletionGuard::default(),
        retention: Retention::default(),
    }
}

/// Why a server did not start, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] crate::store::ConnectError),
    /// The data directory.
    #[error("cannot create the data directory {0}: {1}. Choose another with --data-dir")]
    DataDir(std::path::PathBuf, std::io::Error),
    /// The address.
    #[error("cannot listen on {0}: {1}. Another program may use the port; choose another with --listen")]
    Listen(SocketAddr, std::io::Error),
}

/// Makes the data directory.
///
/// # Errors
/// Names the directory.
pub fn prepare(database: &crate::config::DatabaseArgs) -> Result<(), StartError> {
    let dir = &database.data_dir;
    secret::create_private_dir(dir).map_err(|error| StartError::DataDir(dir.clone(), error))
}

/// A running server.
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database.
    pub store: Store,
    /// Its runner, for tests that step through work.
    pub runner: Runner,
    shutdown: CancellationToken,
    server: JoinHandle<()>,
    worker: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("address", &self.address).finish_non_exhaustive()
    }
}

impl App {
    /// Starts the API, and the runner unless `works` is false.
    ///
    /// # Errors
    /// When the database or the address cannot be used.
    pub async fn start(parts: Parts, works: bool) -> Result<App, StartError> {
        let store = Store::new(connect(&parts.database_url).await?, Arc::clone(&parts.clock));
        let guard = parts.runner.guard;
        let runner = Runner::new(store.clone(), parts.google.clone(), Arc::clone(&parts.clock), parts.runner);
        let port = port::Port::new(runner.directory(), parts.google);
        let options = graphql::Options {
            is_sandbox: parts.is_sandbox,
            default_zone: parts.time_zone,
            default_guard: guard,
            help: parts.help,
            limits: parts.limits,
            documents: parts.documents,
        };
        let schema = graphql::schema(store.clone(), Arc::new(port), Arc::clone(&parts.clock), options);
        let shutdown = CancellationToken::new();
        let closing = http::Closing::new(shutdown.clone());
        let header_timeout = parts.doors.header_timeout;
        let router = http::router(http::Settings {
            schema,
            auth: parts.auth.clone(),
            health: health(store.clone()),
            doors: parts.doors,
            closing: closing.clone(),
        });
        parts.auth.warm().await;
        let listener =
            TcpListener::bind(parts.listen).await.map_err(|error| StartError::Listen(parts.listen, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(parts.listen, error))?;
        let server = tokio::spawn(http::serve(listener, router, header_timeout, closing));
        let worker = works.then(|| {
            let (runner, shutdown) = (runner.clone(), shutdown.clone());
            tokio::spawn(async move { runner.run(shutdown, GRACE).await })
        });
        Ok(App { address, store, runner, shutdown, server, worker })
    }

    /// Base URL of the server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops taking requests and claiming work, finishes what is in hand, and ends.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        if let Some(worker) = self.worker.take() {
            drop(worker.await);
        }
        let _ = (&mut self.server).await; // it bounds its own end
    }
}

impl Drop for App {
    /// Stops at once, as when the process is killed.
    fn drop(&mut self) {
        self.server.abort();
        if let Some(worker) = &self.worker {
            worker.abort();
        }
    }
}

fn health(store: Store) -> http::Health {
    Arc::new(move || {
        let store = store.clone();
        Box::pin(async move { store.workspace().await.is_ok() })
    })
}
