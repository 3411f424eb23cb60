//! Event streams: the protocol graphql-sse, each operation on a connection of its own.

use std::time::Duration;

use chrono::TimeDelta;
use contact_sync::domain::Role;
use contact_sync::graphql::{Limits, RateLimit};
use contact_sync::http::Doors;
use reqwest::{RequestBuilder, Response};
use sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};

use crate::world::{Database, SOURCE, Wishes, World, on_both};

const ANN: &str = "ann@corp.example";
/// Longest wait for an event that must come.
const PATIENCE: Duration = Duration::from_secs(20);
const FOLLOW: &str = "subscription ($run: ID!, $after: String) { syncProgress(runId: $run, after: $after) { cursor node { __typename sequence } } }";

/// One event stream, read piece by piece.
struct Events {
    response: Response,
    read: String,
}

#[derive(Debug, PartialEq)]
enum Event {
    Comment,
    Next(Value),
    Complete,
    /// The connection was closed without a last word.
    Closed,
}

impl Events {
    async fn open(request: RequestBuilder) -> Events {
        let response = request.header("accept", "text/event-stream").send().await.unwrap();
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert_eq!(kind, "text/event-stream; charset=utf-8");
        Events { response, read: String::new() }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let event = parse(event);
                self.read = rest.to_owned();
                return event;
            }
            match tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("an event in time") {
                Ok(Some(chunk)) => self.read.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) => return Event::Closed,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// All answers until `complete`.
    async fn answers(&mut self) -> Vec<Value> {
        let mut answers = Vec::new();
        loop {
            match self.next().await {
                Event::Next(answer) => answers.push(answer),
                Event::Complete => return answers,
                Event::Comment => {}
                Event::Closed => panic!("closed after {answers:?}"),
            }
        }
    }
}

fn parse(text: &str) -> Event {
    let lines: Vec<&str> = text.lines().collect();
    match lines.as_slice() {
        [comment] if comment.starts_with(':') => Event::Comment,
        ["event: next", data] => Event::Next(serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap()),
        ["event: complete", "data: "] => Event::Complete,
        other => panic!("{other:?}"),
    }
}

fn post(world: &World, body: &Value) -> RequestBuilder {
    reqwest::Client::new()
        .post(format!("{}/graphql", world.app.url()))
        .bearer_auth(world.token(Role::Operator))
        .json(body)
}

fn get(world: &World, query: &str, variables: &Value) -> RequestBuilder {
    let parameters = [("query", query), ("variables", &variables.to_string())];
    let url = url::Url::parse_with_params(&format!("{}/graphql", world.app.url()), parameters).unwrap();
    reqwest::Client::new().get(url).bearer_auth(world.token(Role::Operator))
}

async fn queued_run(world: &World) -> String {
    world.source_group("Suppliers", &["Ada"]);
    world.create_job("Suppliers", &[ANN]).await["run"]["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn a_run_is_followed_to_its_end_by_post_and_by_get(world) {
        let run = queued_run(&world).await;
        let variables = json!({ "run": run });
        let mut posted = Events::open(post(&world, &json!({ "query": FOLLOW, "variables": variables }))).await;
        let mut got = Events::open(get(&world, FOLLOW, &variables)).await;
        let (live, also, ()) = tokio::join!(posted.answers(), got.answers(), world.work());
        let event = |answer: &Value| answer["data"]["syncProgress"].clone();
        let live: Vec<Value> = live.iter().map(event).collect();
        assert_eq!(live, also.iter().map(event).collect::<Vec<_>>());
        let sequences: Vec<i64> = live.iter().map(|event| event["node"]["sequence"].as_i64().unwrap()).collect();
        assert_eq!(sequences, (1..=i64::try_from(live.len()).unwrap()).collect::<Vec<_>>());
        assert_eq!(live[live.len() - 1]["node"]["__typename"], "RunFinished");
        assert_eq!((posted.next().await, got.next().await), (Event::Closed, Event::Closed));

        let after = json!({ "run": run, "after": live[0]["cursor"] });
        let rest = Events::open(post(&world, &json!({ "query": FOLLOW, "variables": after }))).await.answers().await;
        assert_eq!(rest.iter().map(event).collect::<Vec<_>>(), live[1..]);
    }
}

#[tokio::test]
async fn queries_and_mutations_are_one_answer_and_mutations_never_come_by_get() {
    let world = World::new(Database::sqlite()).await;
    let mut events = Events::open(post(&world, &json!({ "query": "{ viewer { role } }" }))).await;
    assert_eq!(events.next().await, Event::Comment, "something comes at once");
    let answers = events.answers().await;
    assert_eq!((answers.len(), &answers[0]["data"]["viewer"]["role"]), (1, &json!("OPERATOR")));
    let mutation = "mutation { runJob(input: { jobId: \"x\" }) { userErrors { code } } }";
    let answers = Events::open(post(&world, &json!({ "query": mutation }))).await.answers().await;
    assert_eq!(answers[0]["data"]["runJob"]["userErrors"][0]["code"], "NOT_FOUND");
    let refused = get(&world, mutation, &json!({})).header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["allow"].to_str().unwrap()), (405, "POST"));
}

#[tokio::test]
async fn what_is_wrong_with_the_document_is_an_event_and_what_is_wrong_with_the_caller_a_status() {
    let world = World::new(Database::sqlite()).await;
    let unknown = "subscription { syncProgress(runId: \"run_0000000000000000000000\") { cursor } }";
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a b }", "GRAPHQL_VALIDATION_FAILED"),
        (unknown, "NOT_FOUND"),
    ] {
        let answers = Events::open(post(&world, &json!({ "query": query }))).await.answers().await;
        assert_eq!(answers.len(), 1, "{query}");
        assert_eq!(answers[0]["errors"][0]["extensions"]["code"], code, "{query}");
    }
    let status = async |request: RequestBuilder| {
        let response = request.header("accept", "text/event-stream").send().await.unwrap();
        assert!(!response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
        response.status().as_u16()
    };
    assert_eq!(status(post(&world, &json!({ "query": "{ __typename }" })).bearer_auth("x")).await, 401, "two tokens");
    assert_eq!(status(post(&world, &json!({ "queri": "{ __typename }" }))).await, 400);
    assert_eq!(status(post(&world, &json!([]))).await, 400);
    let plain = post(&world, &json!({ "query": FOLLOW, "variables": { "run": "x" } }));
    let body: Value = plain.header("accept", "application/json").send().await.unwrap().json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "one answer cannot hold a stream");
}

#[tokio::test]
async fn a_client_that_accepts_both_gets_json_for_an_answer_and_events_for_a_stream() {
    let world = World::new(Database::sqlite()).await;
    let accept = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed";
    let kind = async |query: &str, variables: Value| {
        let request = post(&world, &json!({ "query": query, "variables": variables })).header("accept", accept);
        request.send().await.unwrap().headers()["content-type"].to_str().unwrap().to_owned()
    };
    assert!(kind("{ __typename }", json!({})).await.starts_with("application/graphql-response+json"));
    assert!(kind(FOLLOW, json!({ "run": "x" })).await.starts_with("text/event-stream"));
}

#[tokio::test]
async fn a_silent_stream_gets_comments_and_ends_with_the_token_or_the_server() {
    let world = World::new(Database::sqlite()).await;
    let run = queued_run(&world).await;
    let follow = || post(&world, &json!({ "query": FOLLOW, "variables": { "run": run } }));
    let mut events = Events::open(follow()).await;
    assert_eq!(events.next().await, Event::Comment);
    for _ in 0..2 {
        world.clock.advance(TimeDelta::seconds(15));
        assert_eq!(events.next().await, Event::Comment);
    }
    world.clock.advance(TimeDelta::days(401));
    loop {
        match events.next().await {
            Event::Closed => break,
            Event::Comment => {}
            more => panic!("{more:?}"),
        }
    }
    let mut fresh = Events::open(follow()).await;
    assert_eq!(fresh.next().await, Event::Comment);
    world.app.stop().await;
    assert_eq!(fresh.next().await, Event::Closed, "without complete, so that clients come back");
}

#[tokio::test]
async fn open_streams_and_their_cost_are_limited_for_each_caller() {
    let doors = Doors { connections_per_caller: 2, ..Doors::default() };
    let limits = Limits { complexity: 50, rate: RateLimit { points: 50, restored: 1 }, ..Limits::default() };
    let world = World::with(Database::sqlite(), Wishes { doors, limits, ..Wishes::default() }).await;
    let run = queued_run(&world).await;
    let follow = || post(&world, &json!({ "query": FOLLOW, "variables": { "run": run } }));
    let streams = [Events::open(follow()).await, Events::open(follow()).await];
    let refused = follow().header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "5"));
    assert_eq!(Events::open(post(&world, &json!({ "query": "{ __typename }" }))).await.answers().await.len(), 1);
    drop(streams);
    let mut answers = Vec::new();
    while answers.last().is_none_or(|last| last != "More points of cost than the caller has left") {
        let response = follow().header("accept", "text/event-stream").send().await.unwrap();
        if response.status() == 200 {
            answers.push("a stream".to_owned()); // dropped here: its place is free again when the server has noticed
            continue;
        }
        assert_eq!(response.status(), 429);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
        answers.extend(body["errors"][0]["message"].as_str().unwrap().split('.').next().map(str::to_owned));
        assert!(answers.len() < 10_000, "{answers:?}");
    }
    assert!(answers.iter().any(|answer| answer == "a stream"), "places become free again: {answers:?}");
}

#[tokio::test]
async fn a_reader_that_takes_its_time_loses_nothing() {
    let world = World::new(Database::sqlite()).await;
    let names: Vec<String> = (0..60).map(|number| format!("N{number}")).collect();
    world.source_group("Suppliers", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let run = world.create_job("Suppliers", &[ANN, "bob@corp.example"]).await["run"]["id"].as_str().unwrap().to_owned();
    let mut events = Events::open(post(&world, &json!({ "query": FOLLOW, "variables": { "run": run } }))).await;
    world.work().await; // nothing is read meanwhile
    let sequences: Vec<i64> = events
        .answers()
        .await
        .iter()
        .map(|answer| answer["data"]["syncProgress"]["node"]["sequence"].as_i64().unwrap())
        .collect();
    assert_eq!(sequences, (1..=i64::try_from(sequences.len()).unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_field_that_fails_in_an_event_is_null_with_its_path_and_the_stream_goes_on() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    let job = world.job("Suppliers", &[ANN]).await;
    let query = "subscription { jobActivity { kind job { id source { user { email contactGroups { name } } } } } }";
    let before = world.app.store.statements();
    let mut events = Events::open(post(&world, &json!({ "query": query }))).await;
    assert_eq!(events.next().await, Event::Comment);
    world.has_read_since(before).await; // where it begins is one statement
    let at = When::Always { id: Some("people.contactGroups.list".into()), user: None };
    world.sandbox.inject(Fault { at, kind: FaultKind::Unavailable, times: 0 });
    world.accepted("pauseJob", "job { status }", json!({ "jobId": job })).await;
    let without = next_answer(&mut events).await;
    let user = &without["data"]["jobActivity"]["job"]["source"]["user"];
    assert_eq!(*user, json!({ "email": SOURCE, "contactGroups": null }), "{without:#}");
    let errors = without["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{without:#}");
    assert_eq!(errors[0]["path"], json!(["jobActivity", "job", "source", "user", "contactGroups"]));
    assert_eq!(errors[0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    world.sandbox.clear_faults();
    world.accepted("resumeJob", "job { status }", json!({ "jobId": job })).await;
    let whole = next_answer(&mut events).await;
    assert_eq!(
        whole["data"]["jobActivity"]["job"]["source"]["user"]["contactGroups"][0]["name"], "Suppliers",
        "{whole:#}"
    );
    assert!(whole.get("errors").is_none(), "{whole:#}");
}

async fn next_answer(events: &mut Events) -> Value {
    loop {
        match events.next().await {
            Event::Next(answer) => return answer,
            Event::Comment => {}
            other => panic!("{other:?}"),
        }
    }
}
