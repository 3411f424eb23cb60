use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::socket::Socket;
use crate::world::{World, on_both};

const ANN: &str = "ann@corp.example";

const QUERY: &str = "subscription ($jobs: [ID!], $after: String) { jobActivity(jobIds: $jobs, after: $after) {
    cursor kind jobId runId job { name status } run { status } } }";

async fn watch(world: &World, id: &str, jobs: Value, after: Value) -> Socket {
    let mut socket = Socket::ready(world).await;
    let payload = json!({ "query": QUERY, "variables": { "jobs": jobs, "after": after } });
    let before = world.app.store.statements();
    socket.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    world.has_read_since(before).await; // where it begins is one statement
    socket
}

/// The next event; its kind, and all of it.
async fn event(socket: &mut Socket) -> (String, Value) {
    let message = socket.hear().await;
    let event = message["payload"]["data"]["jobActivity"].clone();
    (event["kind"].as_str().unwrap_or_else(|| panic!("{message}")).to_owned(), event)
}

async fn kinds(socket: &mut Socket, count: usize) -> Vec<String> {
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push(event(socket).await.0);
    }
    kinds
}

on_both! {
    async fn activity_begins_now_shows_the_present_and_resumes_without_a_gap(world) {
        world.source_group("Suppliers", &["Ada"]);
        let mut socket = watch(&world, "a", json!(null), json!(null)).await;
        let job = world.job("Suppliers", &[ANN]).await;
        let (first, created) = event(&mut socket).await;
        assert_eq!((first.as_str(), &created["jobId"], &created["runId"]), ("RUN_QUEUED", &json!(job), &created["runId"]));
        assert_eq!(kinds(&mut socket, 3).await, ["JOB_CREATED", "RUN_STARTED", "RUN_FINISHED"]);
        world.accepted("updateJob", "job { id }", json!({ "jobId": job, "name": "One" })).await;
        let (_, updated) = event(&mut socket).await;
        assert_eq!(updated["job"]["name"], "One");
        world.accepted("updateJob", "job { id }", json!({ "jobId": job, "name": "Two" })).await;
        assert_eq!(event(&mut socket).await.1["job"]["name"], "Two", "each event shows the present, not what was loaded before");
        drop(socket);
        world.accepted("pauseJob", "job { id }", json!({ "jobId": job })).await;
        world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
        world.work().await;
        let mut socket = watch(&world, "b", json!([job]), updated["cursor"].clone()).await;
        let rest = kinds(&mut socket, 7).await;
        let expected = ["JOB_UPDATED", "JOB_UPDATED", "JOB_UPDATED", "RUN_QUEUED", "RUN_STARTED", "RUN_FINISHED", "JOB_DELETED"];
        assert_eq!(rest, expected);
    }

    async fn only_the_jobs_that_were_named_are_watched(world) {
        world.source_group("Suppliers", &["Ada"]);
        world.source_group("Partners", &["Bea"]);
        let one = world.job("Suppliers", &[ANN]).await;
        let two = world.job("Partners", &[ANN]).await;
        let mut socket = watch(&world, "a", json!([two]), json!(null)).await;
        world.accepted("pauseJob", "job { id }", json!({ "jobId": one })).await;
        world.accepted("pauseJob", "job { id }", json!({ "jobId": two })).await;
        assert_eq!(event(&mut socket).await.1["jobId"], json!(two));
    }

    async fn a_cursor_from_before_the_history_kept_is_refused(world) {
        world.source_group("Suppliers", &["Ada"]);
        let mut socket = watch(&world, "a", json!(null), json!(null)).await;
        let job = world.job("Suppliers", &[ANN]).await;
        let (_, first) = event(&mut socket).await;
        world.clock.advance(TimeDelta::days(31));
        world.app.store.prune(contact_sync::store::Retention::default()).await.unwrap();
        let mut socket = Socket::ready(&world).await;
        for (after, code) in [(first["cursor"].clone(), "CURSOR_EXPIRED"), (json!("nonsense"), "INVALID_CURSOR")] {
            let payload = json!({ "query": QUERY, "variables": { "after": after } });
            socket.say(json!({ "type": "subscribe", "id": code, "payload": payload })).await;
            let refused = socket.hear().await;
            assert_eq!((&refused["type"], &refused["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(code)));
        }
        let data = world.data("query ($id: ID!) { job(id: $id) { lastRun { results { nodes { changes { totalCount } } } } } }", json!({ "id": job })).await;
        assert_eq!(data["job"]["lastRun"]["results"]["nodes"][0]["changes"]["totalCount"], 0, "names are dropped with it");
    }
}
