//! Where the processes work: a sandbox, a server that only takes orders, a database, and the log that all of them write.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use contact_sync::app::{App, Parts, SystemClock, runner_settings, sandbox_google};
use contact_sync::domain::{Clock, Role};
use contact_sync::google::Budgets;
use contact_sync::graphql::{Limits, RateLimit};
use contact_sync::http::{Auth, Doors, Keys, Rules, mint};
use contact_sync::runner::Settings;
use sandbox::{NewUser, Options, Sandbox, Workspace};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, ChildStdin, Command};

use super::worker::{ORDER, Order, append};
use crate::world::{SECRET, SOURCE};

/// Nothing that is waited for takes this long on any machine.
const MOST_PATIENCE: Duration = Duration::from_secs(600);
/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub struct Plant {
    pub sandbox: Sandbox,
    pub app: App,
    pub lease: Duration,
    test: String,
    database_url: String,
    folder: TempDir,
    http: reqwest::Client,
}

impl Plant {
    /// `test` is the path of the calling test, which plays the worker's part when started again.
    pub async fn new(test: &str, database_url: String, lease: Duration) -> Plant {
        let mut workspace = Workspace::sample();
        workspace.users.extend((0..50).map(|n| NewUser::new(format!("user{n}@corp.example"), "User", "Example")));
        // Two writes to one account at the same time would be refused, and seen in the ledger.
        let options = Options { control: true, write_time: Duration::from_millis(3), ..Options::default() };
        let sandbox = Sandbox::start(options, workspace).await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let google =
            sandbox_google(&sandbox, Budgets::unlimited(), Duration::from_secs(60), Arc::clone(&clock)).unwrap();
        let parts = Parts {
            listen: ([127, 0, 0, 1], 0).into(),
            database_url: database_url.clone(),
            google,
            is_sandbox: true,
            auth: Auth::fixed(Keys::secret(&SecretString::from(SECRET)), Rules::default(), Arc::clone(&clock)),
            time_zone: chrono_tz::Tz::UTC,
            clock,
            runner: Settings {
                name: "takes orders only".into(),
                tasks: 1,
                accounts: 1,
                lease,
                settle: Duration::from_secs(1),
                ..runner_settings()
            },
            help: None,
            limits: Limits { rate: RateLimit { points: u32::MAX, restored: 500 }, ..Limits::default() },
            documents: None,
            doors: Doors::default(),
        };
        let app = App::start(parts, false).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (test, http) = (test.to_owned(), reqwest::Client::new());
        Plant { sandbox, app, lease, test, database_url, folder, http }
    }

    /// Starts a worker process.
    pub fn worker(&self) -> Worker {
        self.worker_with(|_| {})
    }

    pub fn worker_with(&self, change: impl FnOnce(&mut Order)) -> Worker {
        let mut order = Order {
            database_url: self.database_url.clone(),
            sandbox_url: self.sandbox.url(),
            key: self.sandbox.key(),
            admin: self.sandbox.admin_email(),
            log: self.log_file(),
            lease: self.lease,
            tasks: 4,
            dies_of: None,
        };
        change(&mut order);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([&self.test, "--exact", "--nocapture"])
            .env(ORDER, serde_json::to_string(&order).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (pid, line) = (child.id().unwrap(), child.stdin.take());
        Worker { child, pid, _line: line, log: self.log_file() }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// All lines so far, in the order in which they were written. One that is being written, or whose process was killed in
    /// the middle of it, is none.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read(self.log_file()).unwrap_or_default();
        text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }

    /// Lines of a process that say this.
    pub fn said(&self, pid: u32, what: &str) -> usize {
        let says = |line: &&Value| line["pid"] == pid && line["message"].as_str().unwrap_or_default().contains(what);
        self.log().iter().filter(says).count()
    }

    /// Waits until it is so.
    pub async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let waited = async {
            while !is_so().await {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(MOST_PATIENCE, waited).await.is_err() {
            let log: Vec<String> = self.log().iter().rev().take(40).map(Value::to_string).collect();
            panic!("{what}: did not come about. The log's end, backwards:\n{}", log.join("\n"));
        }
    }

    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let life = Duration::from_secs(3_600);
        let token =
            mint(&SecretString::from(SECRET), &Rules::default(), &SystemClock, Role::Admin, None, life).unwrap();
        let request = self.http.post(format!("{}/graphql", self.app.url())).bearer_auth(token);
        let request = request.json(&json!({ "query": query, "variables": variables }));
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// A source group with contacts of these names.
    pub fn group(&self, group: &str, names: &[String]) {
        let group = self.sandbox.create_group(SOURCE, group).unwrap();
        for name in names {
            let person = json!({ "names": [{ "givenName": name }], "phoneNumbers": [{ "value": "+1 555 0100" }] });
            let contact = self.sandbox.create_contact(SOURCE, person).unwrap();
            self.sandbox.add_to_group(SOURCE, &group, &contact).unwrap();
        }
    }

    /// Creates a job. Its id and that of its first run.
    pub async fn job(&self, group: &str, user: &str) -> (String, String) {
        let input = json!({
            "sourceUserEmail": SOURCE, "sourceGroup": { "name": group },
            "destinationEmails": [format!("{user}@corp.example")],
        });
        let query = "mutation ($input: CreateJobInput!) { createJob(input: $input) { userErrors { message } job { id } run { id } } }";
        let data = self.data(query, json!({ "input": input })).await;
        let created = &data["createJob"];
        assert_eq!(created["userErrors"], json!([]), "{created:#}");
        let id = |node: &str| created[node]["id"].as_str().unwrap().to_owned();
        (id("job"), id("run"))
    }

    pub async fn run(&self, run: &str) -> Value {
        let fields = "status isFinished error { code } results { nodes { status error { code message } } } \
            events { nodes { __typename sequence status } }";
        let query = format!("query ($id: ID!) {{ run(id: $id) {{ {fields} }} }}");
        let mut data = self.data(&query, json!({ "id": run })).await;
        data["run"].take()
    }

    pub async fn until_finished(&self, run: &str) -> Value {
        self.until("the run's end", async || self.run(run).await["isFinished"] == true).await;
        self.run(run).await
    }

    pub async fn count(&self, query: &str) -> u64 {
        let data = self.data(&format!("{{ {query} {{ totalCount }} }}"), json!({})).await;
        let first = data.as_object().unwrap().values().next().unwrap();
        first["totalCount"].as_u64().unwrap()
    }

    /// Given names of a user's contacts, sorted, each as often as it is there.
    pub fn names(&self, user: &str) -> Vec<String> {
        let contacts = self.sandbox.contacts(&format!("{user}@corp.example")).unwrap();
        let mut names: Vec<String> = contacts.iter().map(crate::world::given_name).collect();
        names.sort();
        names
    }

    /// Changes that the sandbox was asked for since request `after`.
    pub fn changes_after(&self, after: usize) -> Vec<String> {
        let entries = self.sandbox.ledger().into_iter().skip(after);
        entries.filter(|entry| entry.method != "GET" && entry.id != "token").map(|entry| entry.id).collect()
    }
}

/// A worker process.
pub struct Worker {
    child: Child,
    pub pid: u32,
    /// Closed when the test ends, however it ends; the worker then ends too.
    _line: Option<ChildStdin>,
    log: PathBuf,
}

impl Worker {
    /// Ends it as a power cut does.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
        // Nothing that it did comes after this line, which begins anew where its last one was cut off.
        append(&self.log).write_all(format!("\n{}\n", json!({ "killed": self.pid })).as_bytes()).unwrap();
    }

    /// Sends a signal: `STOP`, `CONT` or `TERM`.
    pub async fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.pid.to_string()).status().await.unwrap();
        assert!(sent.success(), "{name}");
    }

    /// Waits for its end; says whether it was a good one.
    pub async fn ended(&mut self) -> bool {
        self.child.wait().await.unwrap().success()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}
