//! Previews: what a run would do, told and not done.

use sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};

use crate::world::{SOURCE, World, on_both};

const ANN: &str = "ann@corp.example";
const BOB: &str = "bob@corp.example";

const RUN: &str = "run { id number kind status trigger }";

/// The finished preview, with its changes by destination.
async fn told(world: &World, run: &Value) -> Value {
    let query = "query ($id: ID!) { run(id: $id) { status kind number error { code } job { id }
        counts { created updated overwritten deleted unchanged additions }
        results { nodes { email status plannedDeletions error { code } destination { id }
            counts { created updated overwritten deleted unchanged additions }
            changes { totalCount nodes { action displayName changedFields } } } } } }";
    world.data(query, json!({ "id": run })).await["run"].take()
}

on_both! {
    async fn a_preview_of_a_job_tells_every_change_and_writes_nothing(world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben", "Cleo", "Dora"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        world.edit(SOURCE, &contacts[0], "phoneNumbers", json!([{ "value": "+1 555 0199" }]));
        world.sandbox.delete_contact(SOURCE, &contacts[1]).unwrap();
        world.add_contact(SOURCE, &group, "Eve");
        let cleo = world.contact(ANN, "Cleo").resource_name;
        world.rename(ANN, &cleo, "Cleopatra");
        let there = world.synced_group(ANN).unwrap().resource_name;
        let dora = world.contact(ANN, "Dora").resource_name;
        world.sandbox.remove_from_group(ANN, &there, &dora).unwrap();
        let (accounts, groups) = ([ANN, BOB].map(|user| world.snapshot(user)), world.sandbox.groups(BOB).unwrap().len());
        let cursor_runs = world.runs(&job).await.len();
        world.sandbox.clear_ledger();

        let queued = world.accepted("previewJob", RUN, json!({ "target": { "jobId": job } })).await;
        assert_eq!((&queued["run"]["kind"], &queued["run"]["trigger"]), (&json!("PREVIEW"), &json!("MANUAL")));
        world.work().await;
        assert_eq!(world.writes(), []);
        assert_eq!([ANN, BOB].map(|user| world.snapshot(user)), accounts);
        assert_eq!(world.sandbox.groups(BOB).unwrap().len(), groups);
        let run = told(&world, &queued["run"]["id"]).await;
        assert_eq!(run["status"], "SUCCEEDED");
        let ann = &run["results"]["nodes"][0];
        assert_eq!(ann["changes"]["nodes"], json!([
            { "action": "UPDATE", "displayName": "Ada", "changedFields": ["phoneNumbers"] },
            { "action": "DELETE", "displayName": "Ben", "changedFields": [] },
            { "action": "OVERWRITE", "displayName": "Cleo", "changedFields": ["names"] },
            { "action": "OVERWRITE", "displayName": "Dora", "changedFields": ["memberships"] },
            { "action": "CREATE", "displayName": "Eve", "changedFields": [] },
        ]));
        assert_eq!(ann["plannedDeletions"], 1);
        let bob = &run["results"]["nodes"][1];
        assert_eq!((&bob["counts"]["created"], &bob["changes"]["totalCount"]), (&json!(4), &json!(4)));

        // It stands in nobody's way, and is no last run; the real run does what was told.
        let state = world.data("query ($id: ID!) { job(id: $id) { activeRun { id } lastRun { kind } destinations { nodes { email status } } } }", json!({ "id": job })).await;
        assert_eq!(state["job"]["lastRun"]["kind"], "SYNC");
        assert_eq!(state["job"]["destinations"]["nodes"][1]["status"], "PENDING");
        let done = world.run(&job).await;
        assert_eq!(world.runs(&job).await.len(), cursor_runs + 2);
        for field in ["created", "updated", "overwritten", "deleted"] {
            assert_eq!(done["counts"][field], run["counts"][field], "{field}");
        }
        let real = told(&world, &done["id"]).await;
        assert_eq!(real["results"]["nodes"][0]["changes"]["totalCount"], 5, "a run lists what it did");
    }

    async fn a_draft_is_previewed_without_a_job(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let draft = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" },
            "destinationEmails": [ANN, "nobody@corp.example", BOB], "onInvalid": "SKIP_INVALID" });
        let fields = "run { id number } results { index email outcome reason }";
        let input = json!({ "target": { "draft": draft }, "idempotencyKey": "wizard 1" });
        let queued = world.mutate("previewJob", &format!("isReplay {fields}"), input.clone()).await;
        assert_eq!(queued["userErrors"][0]["path"], json!(["input", "target", "draft", "destinationEmails", "1"]));
        let outcomes: Vec<_> = queued["results"].as_array().unwrap().iter().map(|row| row["outcome"].clone()).collect();
        assert_eq!(outcomes, ["ADDED", "INVALID", "ADDED"]);
        world.work().await;
        let run = told(&world, &queued["run"]["id"]).await;
        assert_eq!((&run["status"], &run["number"], &run["job"]), (&json!("SUCCEEDED"), &Value::Null, &Value::Null));
        assert_eq!(run["counts"]["created"], 4);
        assert_eq!(world.writes(), []);
        let none = world.data("{ jobs { totalCount } destinations { totalCount } }", json!({})).await;
        assert_eq!(none, json!({ "jobs": { "totalCount": 0 }, "destinations": { "totalCount": 0 } }));
        let again = world.mutate("previewJob", &format!("isReplay {fields}"), input).await;
        assert_eq!((&again["isReplay"], &again["run"]["id"]), (&json!(true), &queued["run"]["id"]));
    }

    async fn a_preview_that_cannot_be_made_says_why(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let refuse = async |target: Value| {
            world.mutate("previewJob", "run { id }", json!({ "target": target })).await["userErrors"][0].take()
        };
        let unknown = refuse(json!({ "jobId": "job_x" })).await;
        assert_eq!((&unknown["code"], &unknown["path"]), (&json!("NOT_FOUND"), &json!(["input", "target", "jobId"])));
        let draft = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Nothing" }, "destinationEmails": [BOB] });
        let group = refuse(json!({ "draft": draft })).await;
        assert_eq!(group["code"], "SOURCE_GROUP_NOT_FOUND");
        assert_eq!(group["path"], json!(["input", "target", "draft", "sourceGroup", "name"]));
        let draft = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [] });
        assert_eq!(refuse(json!({ "draft": draft })).await["code"], "JOB_REQUIRES_DESTINATION");
        let many: Vec<String> = (0..501).map(|number| format!("u{number}@corp.example")).collect();
        let draft = json!({ "sourceUserEmail": "x", "sourceGroup": { "name": "Suppliers" }, "destinationEmails": many, "syncedGroupName": "" });
        let input = json!({ "target": { "draft": draft } });
        let refused = world.mutate("previewJob", "run { id }", input).await;
        let codes: Vec<_> = refused["userErrors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
        assert_eq!(codes, ["SOURCE_USER_NOT_FOUND", "TOO_MANY_ITEMS", "INVALID_VALUE"], "in the order of the input");
        // A group that has gone fails the preview, and says nothing about the health of the job's source.
        let group = world.group_named(SOURCE, "Suppliers").unwrap().resource_name;
        world.sandbox.delete_group(SOURCE, &group).unwrap();
        let queued = world.accepted("previewJob", RUN, json!({ "target": { "jobId": job } })).await;
        world.work().await;
        let run = told(&world, &queued["run"]["id"]).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("FAILED"), &json!("SOURCE_GROUP_MISSING")));
        let health = world.data("{ jobs { nodes { source { health { status } } } } }", json!({})).await;
        assert_eq!(health["jobs"]["nodes"][0]["source"]["health"]["status"], "OK");
    }

    async fn a_preview_ends_with_its_job(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let at = When::Always { id: None, user: Some(SOURCE.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::Unavailable, times: 1_000 });
        let queued = world.accepted("previewJob", RUN, json!({ "target": { "jobId": job } })).await;
        while world.app.runner.work_once().await.unwrap() {}
        assert_eq!(told(&world, &queued["run"]["id"]).await["status"], "WAITING");
        world.sandbox.clear_faults();
        world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
        world.work().await;
        let run = world.run_state(queued["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["status"], "CANCELED", "{run:#}");
    }

    async fn a_preview_runs_beside_a_sync_and_can_be_canceled(world) {
        world.source_group("Suppliers", &["Ada"]);
        let created = world.create_job("Suppliers", &[ANN]).await; // its first run is queued
        let target = json!({ "target": { "jobId": created["job"]["id"] } });
        let first = world.accepted("previewJob", RUN, target.clone()).await;
        let canceled = world.accepted("cancelRun", "run { status }", json!({ "runId": first["run"]["id"] })).await;
        assert_eq!(canceled["run"]["status"], "CANCELED");
        let second = world.accepted("previewJob", RUN, target).await;
        world.work().await;
        assert_eq!(told(&world, &second["run"]["id"]).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }
}
