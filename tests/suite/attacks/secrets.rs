use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use serde_json::{Value, json};

use crate::server::{Server, with_everybody};

/// What stands in fields of these names in a file of JSON.
fn texts(value: &Value, fields: &[&str], found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if fields.contains(&name.as_str()) && text.chars().count() > 5 => {
                        found.insert(text.clone());
                    }
                    _ => texts(member, fields, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, fields, found)),
        _ => {}
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn holds_none<'a>(place: &str, text: &str, wanted: impl Iterator<Item = &'a String>) {
    let found = AhoCorasick::new(wanted).unwrap().find(text).map(|found| &text[found.range()]);
    assert_eq!(found, None, "in the {place}");
}

/// Everything at its loudest: a job is created, runs and is followed to its end; wrong tokens and documents are tried.
#[tokio::test]
async fn secrets_and_contacts_are_in_no_log_no_error_and_no_database() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let file = File::create(log.path()).unwrap();
    let server = Server::in_folder(with_everybody(60).await, |command| {
        command.env("CONTACT_SYNC_LOG", "trace").stderr(file);
    })
    .await;
    let token = server.token("admin", "data").await;
    let foreign = server.token("admin", "another").await;
    let http = reqwest::Client::new();
    let ask = async |token: &str, body: Value| -> Value {
        let request = http.post(format!("{}/graphql", server.url)).bearer_auth(token).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    };
    let mut answers = vec![
        ask(&foreign, json!({ "query": "{ viewer { role } }" })).await,
        ask(&token[..token.len() - 4], json!({ "query": "{ viewer { role } }" })).await,
        ask(&token, json!({ "query": "{ nope(" })).await,
        ask(&token, json!({ "query": "{ node(id: \"x\n2026-01-01T00:00:00Z  INFO forged line\") { id } }", "operationName": "a\n2026-01-01T00:00:00Z  INFO forged line" })).await,
    ];
    let create =
        "mutation($input: CreateJobInput!) { createJob(input: $input) { userErrors { code } job { id } run { id } } }";
    let input = json!({ "sourceUserEmail": "desk@corp.example", "sourceGroup": { "name": "Everybody" }, "destinationEmails": ["ann@corp.example"] });
    let created = ask(&token, json!({ "query": create, "variables": { "input": input } })).await;
    let run = created["data"]["createJob"]["run"]["id"].as_str().unwrap_or_else(|| panic!("{created:#}")).to_owned();
    let events = format!("subscription {{ syncProgress(runId: \"{run}\") {{ node {{ __typename }} }} }}");
    let stream = http.post(format!("{}/graphql", server.url)).bearer_auth(&token).header("accept", "text/event-stream");
    let told = stream.json(&json!({ "query": events })).send().await.unwrap().text().await.unwrap();
    assert!(told.contains("RunFinished"), "{told}");
    answers.push(Value::String(told));

    let mut paths = Vec::new();
    files(server.folder.path(), &mut paths);
    let mut secrets: Vec<String> =
        vec![token.clone(), foreign, "ya29.".into(), "assertion=".into(), "PRIVATE KEY".into()];
    secrets.extend(token.split('.').skip(1).map(str::to_owned));
    let of_kind = |kind: &'static str| paths.iter().filter(move |path| path.to_string_lossy().ends_with(kind));
    for path in of_kind("secret") {
        secrets.push(std::fs::read_to_string(path).unwrap().trim().to_owned());
    }
    assert!(secrets.len() >= 9, "the secrets of both data directories: {paths:?}");
    let (mut names, mut details) = (BTreeSet::new(), BTreeSet::new());
    for path in of_kind(".json") {
        let state = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        texts(&state, &["givenName", "familyName"], &mut names);
        texts(&state, &["streetAddress", "value"], &mut details);
    }
    // What no word of the program could be.
    names.retain(|text| !text.is_ascii());
    details.retain(|text| text.contains(|c: char| c.is_ascii_digit()) && text.contains([' ', '@']));
    assert!(names.len() > 100 && details.len() > 100, "{} names, {} numbers in {paths:?}", names.len(), details.len());

    let logged = std::fs::read_to_string(log.path()).unwrap();
    assert!(logged.lines().count() > 50, "the log is at its loudest");
    let shown: String = answers.iter().map(Value::to_string).collect();
    let database: String = of_kind(".sqlite")
        .chain(of_kind(".sqlite-wal"))
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
        .collect();
    assert!(database.contains("desk@corp.example"), "{paths:?}");
    for (place, text) in [("log", &logged), ("answers", &shown), ("database", &database)] {
        holds_none(place, text, secrets.iter());
    }
    holds_none("log", &logged, names.iter().chain(&details));
    holds_none("database", &database, details.iter()); // names are there for a while, as `docs/behaviour.md` says
    let mode = std::fs::metadata(server.folder.path().join("another")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "others cannot look into the data directory");
    assert!(!logged.lines().any(|line| line.starts_with("2026-01-01T00:00:00Z")), "a line of the log was forged");
}
