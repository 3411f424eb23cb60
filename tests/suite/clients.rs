//! Clients that others wrote, and the examples, against the program itself: on the machine's clock, with its own sandbox.
//!
//! `CONTACT_SYNC_TEST_CLIENTS` says that what they need is installed (Node.js with their packages, Chromium, jq), and
//! `CONTACT_SYNC_TEST_PYTHON` names an interpreter that has `gql`; `scripts/test` brings both.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::server::{self, Server};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What `sync.sh` and its sisters are asked for: a source user, a group, and who shall receive it.
const JOB: [&str; 4] = ["desk@corp.example", "Suppliers", "ann@corp.example", "bob@corp.example"];
/// Longest run of one client; a browser on a busy machine is the slowest.
const PATIENCE: Duration = Duration::from_secs(900);

impl Server {
    /// Runs a client of this server, which must succeed.
    async fn passes(&self, folder: &str, tool: &str, arguments: &[&str]) {
        let mut command = Command::new(tool);
        command.args(arguments).current_dir(Path::new(ROOT).join(folder));
        command.env("CONTACT_SYNC_TEST_URL", &self.url).env("CONTACT_SYNC_URL", &self.url);
        for (name, role, data) in [
            ("CONTACT_SYNC_TEST_VIEWER", "viewer", "data"),
            ("CONTACT_SYNC_TEST_OPERATOR", "operator", "data"),
            ("CONTACT_SYNC_TEST_ADMIN", "admin", "data"),
            ("CONTACT_SYNC_TEST_FOREIGN", "viewer", "another"),
            ("CONTACT_SYNC_TOKEN", "operator", "data"),
        ] {
            command.env(name, self.token(role, data).await);
        }
        // As after an installation: the program is found, and finds its data.
        let own = Path::new(env!("CARGO_BIN_EXE_contact-sync")).parent().unwrap();
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(own.to_owned()).chain(std::env::split_paths(&paths));
        command.env("PATH", std::env::join_paths(paths).unwrap());
        command.env("CONTACT_SYNC_DATA_DIR", self.folder.path().join("data"));
        succeeded(command).await;
    }
}

/// What a command printed; it must succeed in time.
async fn succeeded(mut command: Command) -> Output {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.expect("an end in time").unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let arguments: Vec<_> = command.as_std().get_args().collect(); // without the tokens in the environment
    assert!(output.status.success(), "{arguments:?}\n{}\n{}", text(&output.stdout), text(&output.stderr));
    output
}

/// Whether what clients need is installed; says so if not.
fn is_installed() -> bool {
    let is_installed = std::env::var_os("CONTACT_SYNC_TEST_CLIENTS").is_some();
    if !is_installed {
        eprintln!("skipped: CONTACT_SYNC_TEST_CLIENTS is not set");
    }
    is_installed
}

/// Runs a file of `tests/clients` with Node.js, on a server of its own.
async fn node(file: &str) {
    if is_installed() {
        Server::start().await.passes("tests/clients", "node", &["--test", file]).await;
    }
}

#[tokio::test]
async fn the_linter_reports_nothing_about_the_schema() {
    node("lint.test.mjs").await;
}

#[tokio::test]
async fn every_must_and_should_of_graphql_over_http_is_kept() {
    node("http.test.mjs").await;
}

#[tokio::test]
async fn graphql_ws_follows_resumes_and_comes_back_with_another_token() {
    node("graphql-ws.test.mjs").await;
}

#[tokio::test]
async fn graphql_sse_follows_and_resumes() {
    node("graphql-sse.test.mjs").await;
}

#[tokio::test]
async fn apollo_client_caches_pages_mutates_and_persists_queries() {
    node("apollo.test.mjs").await;
}

#[tokio::test]
async fn the_documents_in_graphiql_are_valid() {
    node("documents.test.mjs").await;
}

#[tokio::test]
async fn an_administrator_works_with_graphiql_in_a_browser() {
    if !is_installed() {
        return;
    }
    // So many that a first fill takes a while, and can be watched.
    Server::in_folder(server::with_everybody(4_000).await, |_| {})
        .await
        .passes("tests/clients", "node", &["--test", "graphiql.test.mjs"])
        .await;
}

#[tokio::test]
async fn the_commands_of_the_documentation_work_and_every_code_is_explained() {
    node("docs.test.mjs").await;
}

#[tokio::test]
async fn the_example_for_curl_works() {
    if is_installed() {
        Server::start().await.passes("examples/curl", "bash", &[&["sync.sh"][..], &JOB].concat()).await;
    }
}

#[tokio::test]
async fn the_example_for_apollo_client_works() {
    if is_installed() {
        let arguments = [&["start", "--silent", "--"][..], &JOB].concat();
        Server::start().await.passes("examples/apollo", "npm", &arguments).await;
    }
}

#[tokio::test]
async fn the_example_for_relay_compiles_and_works() {
    if is_installed() {
        let arguments = [&["start", "--silent", "--"][..], &JOB].concat();
        Server::start().await.passes("examples/relay", "npm", &arguments).await;
    }
}

#[tokio::test]
async fn the_example_for_python_works() {
    let Some(python) = std::env::var_os("CONTACT_SYNC_TEST_PYTHON") else {
        eprintln!("skipped: CONTACT_SYNC_TEST_PYTHON is not set");
        return;
    };
    let arguments = [&["sync.py"][..], &JOB].concat();
    Server::start().await.passes("examples/python", &python.to_string_lossy(), &arguments).await;
}
