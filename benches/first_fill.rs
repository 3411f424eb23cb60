//! Time and peak memory of the first fill of 1,000 contacts to 10 destinations: `cargo bench --bench first_fill`.
//!
//! The sandbox runs in a process of its own, without lag and quotas, so that the numbers are the server's.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contact_sync::app::{App, Parts, SystemClock, google, runner_settings};
use contact_sync::config::GoogleArgs;
use contact_sync::domain::{Clock, Role};
use contact_sync::http::{Auth, Keys, Rules, mint};
use sandbox::{NewUser, Options, Sandbox, Workspace};
use secrecy::SecretString;
use serde_json::{Value, json};

const CONTACTS: usize = 1_000;
const DESTINATIONS: usize = 10;
const SOURCE: &str = "desk@corp.example";

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    match std::env::args().nth(1).as_deref() {
        Some("--as-sandbox") => serve_sandbox().await,
        _ => measure().await,
    }
}

fn destination(index: usize) -> String {
    format!("user{index}@corp.example")
}

/// The other process: a filled sandbox, which ends with its standard input.
async fn serve_sandbox() -> Result<(), Failure> {
    let sandbox = Sandbox::start(Options::default(), Workspace::sample()).await?;
    let group = sandbox.create_group(SOURCE, "Suppliers")?;
    for person in sandbox::generate::contacts(1, CONTACTS) {
        let contact = sandbox.create_contact(SOURCE, person.into())?;
        sandbox.add_to_group(SOURCE, &group, &contact)?;
    }
    for index in 0..DESTINATIONS {
        sandbox.add_user(NewUser::new(destination(index), "User", index.to_string()))?;
    }
    let told = json!({ "url": sandbox.url(), "key": sandbox.key(), "admin": sandbox.admin_email() });
    writeln!(std::io::stdout(), "{told}")?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    Ok(())
}

async fn measure() -> Result<(), Failure> {
    let mut other = Command::new(std::env::current_exe()?)
        .arg("--as-sandbox")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(other.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let told: Value = serde_json::from_str(&line)?;
    let folder = tempfile::tempdir()?;
    let (app, token) = start(&told, folder.path()).await?;
    let before = peak(std::process::id())?;

    let began = Instant::now();
    let client = reqwest::Client::new();
    let ask = async |query: String, variables: Value| -> Result<Value, Failure> {
        let request = client.post(format!("{}/graphql", app.url())).bearer_auth(&token);
        let answer: Value =
            request.json(&json!({ "query": query, "variables": variables })).send().await?.json().await?;
        if answer["errors"].is_null() { Ok(answer["data"].clone()) } else { Err(answer.to_string().into()) }
    };
    let mut changes = app.store.wakes().receiver();
    let emails: Vec<String> = (0..DESTINATIONS).map(destination).collect();
    let create = "mutation ($emails: [String!]!) { createJob(input: { sourceUserEmail: \"desk@corp.example\",
        sourceGroup: { name: \"Suppliers\" }, destinationEmails: $emails }) { userErrors { message } run { id } } }";
    let created = ask(create.into(), json!({ "emails": emails })).await?;
    let run = created["createJob"]["run"]["id"].clone();
    loop {
        let query = "query ($id: ID!) { run(id: $id) { isFinished status counts { created } } }".to_owned();
        let state = ask(query, json!({ "id": run })).await?["run"].clone();
        if state["isFinished"] == true {
            let took = began.elapsed();
            let out = &mut std::io::stdout();
            writeln!(out, "{} {}: {took:.2?}", state["status"], state["counts"])?;
            writeln!(out, "peak memory of the server: {} MiB ({before} MiB before)", peak(std::process::id())?)?;
            writeln!(out, "peak memory of the sandbox: {} MiB", peak(other.id())?)?;
            break;
        }
        changes.changed().await?;
    }
    app.stop().await;
    drop(other.stdin.take());
    other.wait()?;
    Ok(())
}

async fn start(told: &Value, folder: &std::path::Path) -> Result<(App, String), Failure> {
    let key_file = folder.join("key.json");
    std::fs::write(&key_file, told["key"].to_string())?;
    let url = told["url"].as_str().unwrap_or_default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let args = GoogleArgs {
        google_key_file: Some(key_file),
        google_admin: told["admin"].as_str().map(str::to_owned),
        google_customer: "my_customer".into(),
        google_people_url: url.into(),
        google_directory_url: url.into(),
        google_daily_contact_writes: 1_000_000,
        google_critical_reads: 1_000_000,
        google_critical_writes: 1_000_000,
        google_reads: 1_000_000,
        google_writes: 1_000_000,
    };
    let secret = SecretString::from("a secret of a benchmark, long enough for HS256");
    let token = mint(&secret, &Rules::default(), &*clock, Role::Admin, None, Duration::from_secs(3_600))?;
    let parts = Parts {
        listen: ([127, 0, 0, 1], 0).into(),
        database_url: format!("sqlite://{}", folder.join("bench.sqlite").display()),
        google: google(&args, Arc::clone(&clock))?.ok_or("no client")?,
        is_sandbox: true,
        auth: Auth::fixed(Keys::secret(&secret), Rules::default(), Arc::clone(&clock)),
        time_zone: chrono_tz::Tz::UTC,
        clock,
        runner: runner_settings(),
        help: None,
        limits: contact_sync::graphql::Limits::default(),
        documents: None,
        doors: contact_sync::http::Doors::default(),
    };
    Ok((App::start(parts, true).await?, token))
}

/// Greatest resident memory so far, in MiB.
fn peak(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib / 1_024)
}
