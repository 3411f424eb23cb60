//! A world for one test: a sandbox Workspace, a server on a database of its own, and a clock that the test moves.

mod clock;
mod database;
mod gate;
mod hands;
mod mishaps;
mod records;
mod rest;
mod steps;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use contact_sync::app::{App, Parts, runner_settings};
use contact_sync::domain::{Clock, EmailAddress, Role};
use contact_sync::google::{Budgets, Config, Google, ServiceAccountKey};
use contact_sync::graphql::{Limits, Manifest, RateLimit};
use contact_sync::http::{Auth, Doors, Keys, Rules, mint};
use contact_sync::runner::Settings;
use sandbox::{Lag, Options, Quotas, Sandbox, Workspace};
use sea_orm::DatabaseTransaction;
use secrecy::SecretString;
use serde_json::{Value, json};

pub use clock::TestClock;
pub use database::Database;
pub use gate::{Gate, Step};
pub use hands::{MY_CONTACTS, SOURCE, STARRED, content, given_name, marker, tag, twin};
pub use mishaps::{KINDS, LATE, METHODS, SILENCE};
pub use rest::Rest;
pub use steps::work_off;

/// Signs the tokens of tests.
pub const SECRET: &str = "a secret of tests, long enough for HS256";

/// Longer than any document takes on a busy machine; the tests of the limit set their own.
const PATIENCE: Duration = Duration::from_secs(600);

/// A number from the environment, which makes a test longer or other than it ordinarily is.
pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// What a test may want different.
pub struct Wishes {
    pub quotas: Option<Quotas>,
    pub budgets: Budgets,
    pub lag: Lag,
    pub timeout: Duration,
    pub workspace: Workspace,
    /// File in which the sandbox keeps its Workspace.
    pub state: Option<PathBuf>,
    /// The client of the test itself; to make one takes longer than to use it.
    pub http: Option<reqwest::Client>,
    /// Base URL by which the server reaches the sandbox's APIs, where it is not the sandbox's own.
    pub by_way_of: Option<String>,
    /// Accounts of one shard in hand at once.
    pub accounts: usize,
    /// Whoever must decide held runs approves them all.
    pub approves: bool,
    /// The clock stands still and buckets fill by it, so callers have more than a test can use up.
    pub limits: Limits,
    pub documents: Option<Manifest>,
    pub doors: Doors,
    /// Checks tokens in another way than with [`SECRET`].
    pub auth: Option<MakeAuth>,
}

type MakeAuth = Box<dyn Fn(Arc<dyn Clock>) -> Auth>;

impl Default for Wishes {
    fn default() -> Self {
        Self {
            quotas: None,
            budgets: Budgets::unlimited(),
            lag: Lag::default(),
            timeout: Duration::from_secs(20),
            workspace: Workspace::sample(),
            state: None,
            http: None,
            by_way_of: None,
            accounts: 4,
            approves: false,
            limits: Limits {
                rate: RateLimit { points: u32::MAX, restored: 500 },
                request_time: PATIENCE,
                ..Limits::default()
            },
            documents: None,
            doors: Doors::default(),
            auth: None,
        }
    }
}

/// The world of one test.
pub struct World {
    pub sandbox: Sandbox,
    pub clock: TestClock,
    pub app: App,
    database: Database,
    pub wishes: Wishes,
    pub http: reqwest::Client,
}

impl World {
    pub async fn new(database: Database) -> World {
        World::with(database, Wishes::default()).await
    }

    pub async fn with(database: Database, wishes: Wishes) -> World {
        World::at(TestClock::new(), database, wishes).await
    }

    async fn at(clock: TestClock, database: Database, wishes: Wishes) -> World {
        let of_sandbox = clock.clone();
        let options = Options {
            control: true,
            clock: Arc::new(move || of_sandbox.now()),
            quotas: wishes.quotas,
            lag: wishes.lag,
            state: wishes.state.clone(),
            ..Options::default()
        };
        let sandbox = Sandbox::start(options, wishes.workspace.clone()).await.unwrap();
        let app = start(&sandbox, &clock, &database, &wishes).await;
        let http = wishes.http.clone().unwrap_or_default();
        World { sandbox, clock, app, database, wishes, http }
    }

    /// Ends the server as `kill -9` does, and starts another on the same database.
    pub async fn restart(&mut self) {
        self.app = start(&self.sandbox, &self.clock, &self.database, &self.wishes).await;
    }

    /// A new server with an empty database, on the same Workspace.
    pub async fn lose_database(&mut self) {
        self.database = self.database.another().await;
        self.restart().await;
    }

    /// URL of the server's database.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Waits until the server has sent the database a statement more than it had.
    pub async fn has_read_since(&self, statements: u64) {
        while self.app.store.statements() == statements {
            tokio::task::yield_now().await;
        }
    }

    /// Keeps everybody else from writing into the database until it is dropped.
    pub async fn lock_database(&self) -> DatabaseTransaction {
        self.database.lock().await
    }

    pub fn token(&self, role: Role) -> String {
        token(&self.clock, role)
    }

    /// The whole answer to a document, as an administrator.
    pub async fn answer(&self, query: &str, variables: Value) -> Value {
        self.answer_as(Role::Admin, query, variables).await
    }

    pub async fn answer_as(&self, role: Role, query: &str, variables: Value) -> Value {
        let request = self.http.post(format!("{}/graphql", self.app.url())).bearer_auth(self.token(role));
        let request = request.json(&json!({ "query": query, "variables": variables }));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The data of a document that must not fail.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// The payload of a mutation, refusals and all.
    pub async fn mutate(&self, name: &str, fields: &str, input: Value) -> Value {
        let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let errors = "userErrors { code message path ... on InvalidDestinationUserError { email reason } \
                      ... on RunConflictError { run { id } } }";
        let query = format!("mutation ($input: {type_name}!) {{ {name}(input: $input) {{ {errors} {fields} }} }}");
        let mut data = self.data(&query, json!({ "input": input })).await;
        data[name].take()
    }

    /// The payload of a mutation that must not be refused.
    pub async fn accepted(&self, name: &str, fields: &str, input: Value) -> Value {
        let payload = self.mutate(name, fields, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        payload
    }
}

pub fn token(clock: &TestClock, role: Role) -> String {
    mint(&SecretString::from(SECRET), &Rules::default(), clock, role, None, Duration::from_secs(400 * 86_400)).unwrap()
}

async fn start(sandbox: &Sandbox, clock: &TestClock, database: &Database, wishes: &Wishes) -> App {
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let google = google(sandbox, wishes, Arc::clone(&shared));
    let keys = Keys::secret(&SecretString::from(SECRET));
    let auth = match &wishes.auth {
        Some(make) => make(Arc::clone(&shared)),
        None => Auth::fixed(keys, Rules::default(), Arc::clone(&shared)),
    };
    let parts = Parts {
        listen: ([127, 0, 0, 1], 0).into(),
        database_url: database.url(),
        google,
        is_sandbox: true,
        auth,
        time_zone: chrono_tz::Tz::UTC,
        clock: shared,
        runner: Settings {
            name: uuid::Uuid::new_v4().to_string(),
            tasks: 4,
            accounts: wishes.accounts,
            settle: Duration::from_secs(60),
            ..runner_settings()
        },
        help: None,
        limits: wishes.limits,
        documents: wishes.documents.clone(),
        doors: wishes.doors.clone(),
    };
    App::start(parts, false).await.unwrap()
}

fn google(sandbox: &Sandbox, wishes: &Wishes, clock: Arc<dyn Clock>) -> Google {
    let base = wishes.by_way_of.clone().unwrap_or_else(|| sandbox.url());
    client(&base, &sandbox.key(), &sandbox.admin_email(), (wishes.budgets, wishes.timeout), clock)
}

/// A client of the Workspace at this URL, without a budget.
pub fn google_at(base: &str, key: &Value, admin: &str, clock: Arc<dyn Clock>) -> Google {
    client(base, key, admin, (Budgets::unlimited(), Wishes::default().timeout), clock)
}

fn client(base: &str, key: &Value, admin: &str, limits: (Budgets, Duration), clock: Arc<dyn Clock>) -> Google {
    let base: url::Url = base.parse().unwrap();
    let config = Config {
        key: ServiceAccountKey::from_json(&key.to_string()).unwrap(),
        admin_email: EmailAddress::parse(admin).unwrap(),
        customer: "my_customer".into(),
        people_url: base.clone(),
        directory_url: base,
        budgets: limits.0,
        timeout: limits.1,
    };
    Google::new(config, clock).unwrap()
}

/// Writes a test once and runs it on both databases.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:pat) $body:block)*) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn fact($world: crate::world::World) $body

                #[tokio::test]
                async fn sqlite() {
                    fact(crate::world::World::new(crate::world::Database::sqlite()).await).await;
                }

                #[tokio::test]
                async fn postgres() {
                    if let Some(database) = crate::world::Database::postgres().await {
                        fact(crate::world::World::new(database).await).await;
                    }
                }
            }
        )*
    };
}
pub(crate) use on_both;
