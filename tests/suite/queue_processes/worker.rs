//! A worker process: the test program started again by a test of its own, to work until it is told or forced to stop.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use contact_sync::app::{SystemClock, runner_settings};
use contact_sync::domain::EmailAddress;
use contact_sync::google::{Budgets, Config, Google, ServiceAccountKey};
use contact_sync::runner::{Runner, Settings};
use contact_sync::store::{Store, connect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{EnvFilter, Layer};

/// Names the order of a worker; where it is set, a test plays the worker's part.
pub const ORDER: &str = "CONTACT_SYNC_TEST_WORKER";

/// What a worker is to work on, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub database_url: String,
    pub sandbox_url: String,
    pub key: Value,
    pub admin: String,
    pub log: PathBuf,
    pub lease: Duration,
    pub tasks: usize,
    /// Dies of this line in its log.
    pub dies_of: Option<String>,
}

/// The order, in a process that is a worker.
pub fn order() -> Option<Order> {
    Some(serde_json::from_str(&std::env::var(ORDER).ok()?).unwrap())
}

/// Works until SIGTERM; ends at once when the test has ended.
pub async fn work(order: Order) {
    let log = Log { file: append(&order.log), dies_of: order.dies_of };
    let everything = tracing_subscriber::registry().with(log.with_filter(EnvFilter::new("off,contact_sync=debug")));
    tracing::subscriber::set_global_default(everything).unwrap();
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]); // comes back when the other end is closed
        std::process::exit(1);
    });
    let clock = Arc::new(SystemClock);
    let store = Store::new(connect(&order.database_url).await.unwrap(), clock.clone());
    let config = Config {
        key: ServiceAccountKey::from_json(&order.key.to_string()).unwrap(),
        admin_email: EmailAddress::parse(&order.admin).unwrap(),
        customer: "my_customer".into(),
        people_url: order.sandbox_url.parse().unwrap(),
        directory_url: order.sandbox_url.parse().unwrap(),
        budgets: Budgets::unlimited(),
        timeout: Duration::from_secs(60),
    };
    let settings = Settings {
        name: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4()),
        tasks: order.tasks,
        accounts: 4,
        lease: order.lease,
        settle: Duration::from_millis(300),
        ..runner_settings()
    };
    let runner = Runner::new(store, Google::new(config, clock.clone()).unwrap(), clock, settings);
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let asked = stop.clone();
    tokio::spawn(async move {
        terminate.recv().await;
        tracing::debug!(target: "contact_sync", "asked to stop");
        asked.cancel();
    });
    runner.run(stop, Duration::from_secs(60)).await;
}

/// A line is written at once and whole, so that lines of several processes do not mix.
pub fn append(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

struct Log {
    file: File,
    dies_of: Option<String>,
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        fields.0.insert("pid".into(), json!(std::process::id()));
        let line = format!("{}\n", Value::Object(fields.0));
        (&self.file).write_all(line.as_bytes()).unwrap();
        if self.dies_of.as_ref().is_some_and(|fatal| line.contains(fatal)) {
            std::process::abort();
        }
    }
}
