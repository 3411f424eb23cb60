//! A server process that is killed for real: the test program started again by a test of its own, to carry out what is
//! queued until `kill -9`. Its clock is the world's: it tells whenever it moves on, and waits until the world has followed.

use std::io::{BufRead, Write};
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use contact_sync::app::runner_settings;
use contact_sync::domain::{Clock, Time};
use contact_sync::runner::{Runner, Settings};
use contact_sync::store::{Store, connect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::world::{TestClock, World, google_at, work_off};

/// Names the order of a victim; where it is set, a test plays its part.
const ORDER: &str = "CONTACT_SYNC_TEST_VICTIM";
/// Before the instant that the clock has moved on to.
const MOVED: &str = "the clock moved to ";

/// What a victim is to work on.
#[derive(Serialize, Deserialize)]
struct Order {
    database_url: String,
    google_url: String,
    key: Value,
    admin: String,
    now: Time,
}

/// The process, as the test sees it.
pub struct Victim {
    child: Child,
    said: tokio::io::Lines<BufReader<ChildStdout>>,
    heard: ChildStdin,
}

impl Victim {
    /// Starts it on the world's database and Workspace. `test` plays its part.
    pub fn start(world: &World, test: &str) -> Victim {
        let order = Order {
            database_url: world.database_url(),
            google_url: world.wishes.by_way_of.clone().unwrap_or_else(|| world.sandbox.url()),
            key: world.sandbox.key(),
            admin: world.sandbox.admin_email(),
            now: world.clock.now(),
        };
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(ORDER, serde_json::to_string(&order).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (said, heard) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        Victim { child, said: BufReader::new(said).lines(), heard }
    }

    /// Lets the world's clock follow, until the process has done everything.
    pub async fn live(&mut self, world: &World) {
        while let Some(line) = self.said.next_line().await.unwrap() {
            if let Some((_, instant)) = line.split_once(MOVED) {
                world.clock.reach_by(instant.parse().unwrap());
                self.heard.write_all(b"\n").await.unwrap();
            }
        }
        assert!(self.child.wait().await.unwrap().success(), "it ended by itself");
    }

    /// `kill -9`.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// In a process that is a victim: works until everything is done or it is killed. `false` in any other.
pub async fn plays_its_part() -> bool {
    let Ok(order) = std::env::var(ORDER) else { return false };
    let order: Order = serde_json::from_str(&order).unwrap();
    let clock = TellingClock(TestClock::new());
    clock.0.reach_by(order.now);
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let store = Store::new(connect(&order.database_url).await.unwrap(), Arc::clone(&shared));
    let google = google_at(&order.google_url, &order.key, &order.admin, Arc::clone(&shared));
    let name = format!("{}-{}", std::process::id(), uuid::Uuid::new_v4());
    let settings = Settings { name, tasks: 4, accounts: 1, settle: Duration::from_secs(60), ..runner_settings() };
    let runner = Runner::new(store.clone(), google, shared, settings);
    work_off(&runner, &store, 1, |at| clock.reach_by(at)).await;
    true
}

#[derive(Clone)]
struct TellingClock(TestClock);

impl TellingClock {
    fn reach_by(&self, instant: Time) {
        self.0.reach_by(instant);
        self.tell();
    }

    /// Blocks this process until the world has followed: a call from its future would be refused.
    fn tell(&self) {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{MOVED}{}", self.0.now().to_rfc3339()).unwrap();
        out.flush().unwrap();
        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    }
}

impl Clock for TellingClock {
    fn now(&self) -> Time {
        self.0.now()
    }

    fn reach(&self, instant: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.reach(instant)
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let paused = self.0.pause(duration);
        self.tell();
        paused
    }
}
