//! The deletion guard: what would delete too much waits for a decision, and nothing is written before it.

use chrono::TimeDelta;
use contact_sync::domain::Role;
use serde_json::{Value, json};

use crate::world::{SOURCE, World, on_both};

const ANN: &str = "ann@corp.example";
const BOB: &str = "bob@corp.example";

const HOLD: &str = "id status isFinished allowedActions error { code }
    hold { reason plannedDeletions guard { maxDeletions maxDeletionPercent } heldAt expiresAt decision decidedBy { label } comment }";

/// Names of `count` contacts.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("S{number:02}")).collect()
}

/// A job of `count` contacts that have arrived; the contacts of the source.
async fn filled(world: &World, count: usize) -> (String, String, Vec<String>) {
    let names = names(count);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (group, contacts) = world.source_group("Suppliers", &names);
    (world.job("Suppliers", &[ANN, BOB]).await, group, contacts)
}

async fn run_hold(world: &World, run: &Value) -> Value {
    let query = format!("query ($id: ID!) {{ run(id: $id) {{ {HOLD} }} }}");
    world.data(&query, json!({ "id": run })).await["run"].take()
}

/// What a preview of the job foresees.
async fn foreseen(world: &World, job: &str) -> Value {
    let payload = world.accepted("previewJob", "run { id }", json!({ "target": { "jobId": job } })).await;
    world.work().await;
    let query = "query ($id: ID!) { run(id: $id) { status expectedHoldReason hold { reason } counts { deleted } } }";
    world.data(query, json!({ "id": payload["run"]["id"] })).await["run"].take()
}

fn delete(world: &World, contacts: &[String]) {
    for contact in contacts {
        world.sandbox.delete_contact(SOURCE, contact).unwrap();
    }
}

async fn events(world: &World, run: &Value) -> Vec<String> {
    let query = "query ($id: ID!) { run(id: $id) { events { nodes { __typename status } } } }";
    let data = world.data(query, json!({ "id": run })).await;
    let nodes = data["run"]["events"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| format!("{} {}", node["__typename"], node["status"]).replace('"', "")).collect()
}

on_both! {
    async fn a_run_that_would_delete_most_contacts_is_held_and_writes_nothing(world) {
        let (job, group, contacts) = filled(&world, 12).await;
        delete(&world, &contacts[..11]);
        world.add_contact(SOURCE, &group, "New");
        world.sandbox.clear_ledger();
        let run = world.run(&job).await;
        assert_eq!(run["status"], "HELD");
        let held = run_hold(&world, &run["id"]).await;
        assert_eq!(held["hold"]["reason"], "SOURCE_GROUP_SHRANK");
        assert_eq!(held["hold"]["plannedDeletions"], 22);
        assert_eq!(held["hold"]["guard"], json!({ "maxDeletions": 10, "maxDeletionPercent": 50 }));
        assert_eq!(held["allowedActions"], json!(["APPROVE", "REJECT", "CANCEL"]));
        for user in [ANN, BOB] {
            assert_eq!(world.synced_names(user).len(), 12, "{user}");
        }
        let at_destinations: Vec<_> = world.calls().into_iter().filter(|(_, user)| user != SOURCE).collect();
        assert!(at_destinations.iter().all(|(id, _)| id.starts_with("directory.")), "{at_destinations:?}");
        assert_eq!(world.data("{ workspace { heldRunCount } }", json!({})).await["workspace"]["heldRunCount"], 1);

        let approve = async |seen: i32| {
            let input = json!({ "runId": run["id"], "expectedDeletions": seen, "comment": "Tidied on purpose" });
            world.mutate("approveRun", &format!("run {{ {HOLD} }}"), input).await
        };
        let refused = approve(11).await;
        assert_eq!(refused["userErrors"][0]["code"], "DELETION_COUNT_CHANGED");
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "expectedDeletions"]));
        let approved = approve(22).await;
        assert_eq!(approved["userErrors"], json!([]));
        assert_eq!(approved["run"]["hold"]["decision"], "APPROVED");
        assert_eq!(approved["run"]["hold"]["comment"], "Tidied on purpose");
        world.work().await;
        assert_eq!(world.run_state(run["id"].as_str().unwrap()).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names(ANN), ["New", "S11"]);
        let told = events(&world, &run["id"]).await;
        let expected = ["RunStarted RUNNING", "RunHeld HELD", "RunHoldDecided QUEUED", "RunProgressed RUNNING"];
        assert_eq!(told[..4], expected);
        assert_eq!(told.last().unwrap(), "RunFinished SUCCEEDED");
        assert_eq!(approve(22).await["userErrors"][0]["code"], "RUN_NOT_HELD");
    }

    async fn a_preview_foresees_the_hold(world) {
        let (job, group, contacts) = filled(&world, 13).await;
        let told = |reason: Value, deleted: usize| {
            json!({ "status": "SUCCEEDED", "expectedHoldReason": reason, "hold": null, "counts": { "deleted": deleted } })
        };
        let left = |count: usize| {
            for contact in &contacts[..count] {
                world.sandbox.remove_from_group(SOURCE, &group, contact).unwrap();
            }
        };
        left(10);
        assert_eq!(foreseen(&world, &job).await, told(Value::Null, 20), "ten in each account need no decision");
        left(11);
        assert_eq!(foreseen(&world, &job).await, told(json!("SOURCE_GROUP_SHRANK"), 22));
        left(13);
        assert_eq!(foreseen(&world, &job).await, told(json!("SOURCE_GROUP_EMPTY"), 26));
        let run = world.run(&job).await;
        assert_eq!(run_hold(&world, &run["id"]).await["hold"]["reason"], "SOURCE_GROUP_EMPTY", "as it was foreseen");
        world.accepted("rejectRun", "run { id }", json!({ "runId": run["id"] })).await;
        // The record of the source knows by now that they left, and the next reading that some are back.
        for contact in &contacts[..2] {
            world.sandbox.add_to_group(SOURCE, &group, contact).unwrap();
        }
        assert_eq!(foreseen(&world, &job).await, told(json!("SOURCE_GROUP_SHRANK"), 22));
        world.sandbox.add_to_group(SOURCE, &group, &contacts[2]).unwrap();
        assert_eq!(foreseen(&world, &job).await, told(Value::Null, 20));
        let run = world.run(&job).await;
        assert_eq!((&run["status"], &run["counts"]["deleted"]), (&json!("SUCCEEDED"), &json!(20)));
    }

    async fn an_emptied_source_is_held_even_without_limits(world) {
        let (job, _, contacts) = filled(&world, 2).await;
        let off = json!({ "jobId": job, "deletionGuard": { "maxDeletions": null, "maxDeletionPercent": null } });
        world.accepted("updateJob", "job { deletionGuard { maxDeletions } }", off).await;
        delete(&world, &contacts);
        let run = world.run(&job).await;
        assert_eq!(run["status"], "HELD");
        assert_eq!(run_hold(&world, &run["id"]).await["hold"]["reason"], "SOURCE_GROUP_EMPTY");
        let rejected = world.accepted("rejectRun", &format!("run {{ {HOLD} }}"), json!({ "runId": run["id"] })).await;
        assert_eq!((&rejected["run"]["status"], &rejected["run"]["isFinished"]), (&json!("REJECTED"), &json!(true)));
        assert_eq!(world.synced_names(ANN), ["S00", "S01"]);
        assert_eq!(events(&world, &run["id"]).await.last().unwrap(), "RunFinished REJECTED");
        let health = world.data("{ jobs { nodes { source { health { status } } lastRun { status } } } }", json!({})).await;
        assert_eq!(health["jobs"]["nodes"][0]["source"]["health"]["status"], "GROUP_EMPTY");
        assert_eq!(health["jobs"]["nodes"][0]["lastRun"]["status"], "REJECTED");
    }

    async fn an_approval_does_not_cover_more_than_it_saw(world) {
        let (job, _, contacts) = filled(&world, 12).await;
        delete(&world, &contacts[..11]);
        let run = world.run(&job).await;
        delete(&world, &contacts[11..]);
        let input = json!({ "runId": run["id"], "expectedDeletions": 22 });
        world.accepted("approveRun", "run { id }", input).await;
        world.work().await;
        let held = run_hold(&world, &run["id"]).await;
        assert_eq!((&held["status"], &held["hold"]["plannedDeletions"]), (&json!("HELD"), &json!(24)));
        assert_eq!(held["hold"]["decision"], Value::Null);
        assert_eq!(world.synced_names(BOB).len(), 12);
    }

    async fn a_hold_ends_by_itself_after_three_days_and_the_next_day_holds_again(world) {
        let (job, _, contacts) = filled(&world, 2).await;
        delete(&world, &contacts);
        let run = world.run(&job).await;
        world.next_day().await; // the slot falls while the held run is unfinished, and is dropped
        assert_eq!(world.runs(&job).await.len(), 2);
        world.clock.advance(TimeDelta::hours(72));
        world.app.runner.queue_due().await.unwrap();
        let expired = run_hold(&world, &run["id"]).await;
        assert_eq!((&expired["status"], &expired["hold"]["decision"]), (&json!("EXPIRED"), &json!("EXPIRED")));
        assert_eq!(events(&world, &run["id"]).await.last().unwrap(), "RunFinished EXPIRED");
        world.next_day().await;
        assert_eq!(world.runs(&job).await[0]["status"], "HELD");
        assert_eq!(world.synced_names(ANN).len(), 2);
    }

    async fn an_operator_may_cancel_a_held_run_but_not_decide_it(world) {
        let (job, _, contacts) = filled(&world, 2).await;
        delete(&world, &contacts);
        let run = world.run(&job).await;
        let query = "query ($id: ID!) { run(id: $id) { allowedActions } }";
        let seen = world.answer_as(Role::Operator, query, json!({ "id": run["id"] })).await;
        assert_eq!(seen["data"]["run"]["allowedActions"], json!(["CANCEL"]));
        let canceled = world.accepted("cancelRun", "run { status }", json!({ "runId": run["id"] })).await;
        assert_eq!(canceled["run"]["status"], "CANCELED");
        assert!(world.app.runner.queue_due().await.unwrap().is_some());
        let again = world.mutate("cancelRun", "run { status }", json!({ "runId": run["id"] })).await;
        assert_eq!(again["userErrors"][0]["code"], "RUN_FINISHED");
    }

    async fn a_relinked_source_is_held_first_and_keeps_what_is_the_same(world) {
        let (job, group, contacts) = filled(&world, 3).await;
        let copies = world.snapshot(ANN);
        world.sandbox.delete_group(SOURCE, &group).unwrap();
        assert_eq!(world.run(&job).await["error"]["code"], "SOURCE_GROUP_MISSING");
        let again = world.sandbox.create_group(SOURCE, "Suppliers").unwrap();
        for contact in &contacts[..2] {
            world.sandbox.add_to_group(SOURCE, &again, contact).unwrap();
        }
        let number = "job { gSyncNumber source { groupName } } run { id status }";
        let before = world.data("query ($id: ID!) { job(id: $id) { gSyncNumber } }", json!({ "id": job })).await;
        let input = json!({ "jobId": job, "sourceGroup": { "name": "Suppliers" } });
        let relinked = world.accepted("relinkSourceGroup", number, input.clone()).await;
        assert_eq!(relinked["job"]["gSyncNumber"], before["job"]["gSyncNumber"]);
        let busy = world.mutate("relinkSourceGroup", "run { id }", input.clone()).await;
        assert_eq!(busy["userErrors"][0]["code"], "INVALID_VALUE", "it is the source group already");
        world.work().await;
        let run = relinked["run"]["id"].clone();
        let held = run_hold(&world, &run).await;
        assert_eq!((&held["hold"]["reason"], &held["hold"]["plannedDeletions"]), (&json!("SOURCE_RELINKED"), &json!(2)));
        // Rejected is not decided for ever: the next run is held as well.
        world.accepted("rejectRun", "run { id }", json!({ "runId": run })).await;
        assert_eq!(foreseen(&world, &job).await["expectedHoldReason"], "SOURCE_RELINKED");
        let run = world.run(&job).await;
        assert_eq!(run["status"], "HELD");
        world.accepted("approveRun", "run { id }", json!({ "runId": run["id"], "expectedDeletions": 2 })).await;
        world.work().await;
        assert_eq!(world.synced_names(ANN), ["S00", "S01"]);
        let now = world.snapshot(ANN);
        assert!(now.keys().all(|resource| copies.contains_key(resource)), "nothing was made anew");
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED", "the flag is gone with the approval");
    }

    async fn a_source_group_that_still_exists_is_not_relinked(world) {
        let (job, ..) = filled(&world, 1).await;
        world.source_group("Board", &["Bea"]);
        let input = json!({ "jobId": job, "sourceGroup": { "name": "Board" } });
        let refused = world.mutate("relinkSourceGroup", "job { source { groupName } } run { id }", input).await;
        assert_eq!(refused["userErrors"][0]["code"], "INVALID_VALUE");
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "jobId"]));
        assert_eq!((&refused["job"]["source"]["groupName"], &refused["run"]), (&json!("Suppliers"), &Value::Null));
    }

    async fn guards_are_set_by_administrators_alone_and_within_bounds(world) {
        let (job, ..) = filled(&world, 1).await;
        let guard = "job { deletionGuard { maxDeletions maxDeletionPercent } }";
        let input = json!({ "jobId": job, "deletionGuard": { "maxDeletions": 3 } });
        let changed = world.accepted("updateJob", guard, input.clone()).await;
        assert_eq!(changed["job"]["deletionGuard"], json!({ "maxDeletions": 3, "maxDeletionPercent": 50 }));
        let query = "mutation ($input: UpdateJobInput!) { updateJob(input: $input) { job { id } } }";
        let refused = world.answer_as(Role::Operator, query, json!({ "input": input })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
        for (limits, field) in [
            (json!({ "maxDeletions": -1 }), "maxDeletions"),
            (json!({ "maxDeletionPercent": 0 }), "maxDeletionPercent"),
            (json!({ "maxDeletionPercent": 101 }), "maxDeletionPercent"),
        ] {
            let input = json!({ "jobId": job, "deletionGuard": limits });
            let refused = world.mutate("updateJob", guard, input).await;
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "deletionGuard", field]));
            assert_eq!(refused["job"]["deletionGuard"]["maxDeletions"], 3, "{limits}");
        }
    }

    async fn contacts_of_an_earlier_sync_are_guarded_where_they_are(world) {
        // The records are lost with the database, so that nobody could count what is about to go.
        let (_, _, contacts) = filled(&world, 13).await;
        delete(&world, &contacts[1..]);
        let mut world = world;
        world.lose_database().await;
        let draft = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [ANN] });
        let preview = world.accepted("previewJob", "run { id }", json!({ "target": { "draft": draft } })).await;
        world.work().await;
        let query = "query ($id: ID!) { run(id: $id) { status expectedHoldReason
            results { nodes { error { code } changes { totalCount nodes { action } } } } } }";
        let foreseen = world.data(query, json!({ "id": preview["run"]["id"] })).await["run"].take();
        assert_eq!((&foreseen["status"], &foreseen["expectedHoldReason"]), (&json!("FAILED"), &Value::Null));
        let ann = &foreseen["results"]["nodes"][0];
        assert_eq!((&ann["error"]["code"], &ann["changes"]["totalCount"]), (&json!("DELETION_GUARD"), &json!(12)));
        let created = world.create_job("Suppliers", &[ANN, BOB]).await;
        world.work().await;
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["status"], "FAILED");
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "DELETION_GUARD");
        assert_eq!(world.synced_names(ANN).len(), 13, "nothing was deleted");
    }

    async fn an_empty_source_deletes_nothing_that_no_record_tells_of(world) {
        let (_, _, contacts) = filled(&world, 3).await;
        delete(&world, &contacts);
        let mut world = world;
        world.lose_database().await;
        let created = world.create_job("Suppliers", &[ANN]).await;
        world.work().await;
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "DELETION_GUARD", "{run:#}");
        assert_eq!(world.synced_names(ANN).len(), 3);
        // Who takes both limits away says that they may go.
        let no_limits = json!({ "maxDeletions": null, "maxDeletionPercent": null });
        let job = created["job"]["id"].as_str().unwrap();
        world.accepted("updateJob", "job { id }", json!({ "jobId": job, "deletionGuard": no_limits })).await;
        assert_eq!(world.run(job).await["status"], "SUCCEEDED");
        assert!(world.synced_names(ANN).is_empty());
    }

    async fn an_administrator_abandons_an_account_of_a_job_that_is_being_deleted(world) {
        let (job, ..) = filled(&world, 1).await;
        world.sandbox.update_user(ANN, |user| user.suspended = true).unwrap();
        world.clock.advance(TimeDelta::hours(2));
        world.accepted("deleteJob", "run { id }", json!({ "jobId": job, "syncedContacts": "KEEP" })).await;
        let abandon = async |email: &str| {
            let input = json!({ "jobId": job, "emails": [email], "abandon": true });
            world.accepted("removeUsers", "job { id } run { id } results { outcome destination { id } }", input).await
        };
        let in_hand = abandon(BOB).await;
        assert_eq!(in_hand["results"][0]["outcome"], "REMOVED");
        assert!(in_hand["results"][0]["destination"].is_object(), "whoever can be reached is not given up");
        world.work().await;
        let query = "query ($id: ID!) { job(id: $id) { status allowedActions destinations { nodes { email } } } }";
        let left = world.data(query, json!({ "id": job })).await["job"].take();
        let expected = json!({ "status": "DELETING", "allowedActions": ["ABANDON_USERS"], "destinations": { "nodes": [{ "email": ANN }] } });
        assert_eq!(left, expected);
        let refused = world.mutate("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        assert_eq!(refused["userErrors"][0]["code"], "JOB_DELETING");
        let abandoned = abandon(ANN).await;
        assert_eq!((&abandoned["job"], &abandoned["run"]), (&Value::Null, &Value::Null), "the job is gone with the last");
        assert_eq!(world.data(query, json!({ "id": job })).await["job"], Value::Null);
    }

    async fn an_administrator_abandons_an_account_that_cannot_be_reached(world) {
        let (job, ..) = filled(&world, 1).await;
        world.sandbox.update_user(ANN, |user| user.suspended = true).unwrap();
        world.clock.advance(TimeDelta::hours(2));
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        let destinations = "query ($id: ID!) { job(id: $id) { destinations { nodes { email status nextAttemptAt } } } }";
        let there = world.data(destinations, json!({ "id": job })).await;
        assert_eq!(there["job"]["destinations"]["nodes"][0]["status"], "REMOVING");
        let input = json!({ "jobId": job, "emails": [ANN], "abandon": true });
        let query = "mutation ($input: RemoveUsersInput!) { removeUsers(input: $input) { run { id } } }";
        let refused = world.answer_as(Role::Operator, query, json!({ "input": input })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let fields = "run { id } results { email outcome destination { id } }";
        let abandoned = world.accepted("removeUsers", fields, input).await;
        assert_eq!(abandoned["run"], Value::Null);
        assert_eq!(abandoned["results"], json!([{ "email": ANN, "outcome": "REMOVED", "destination": null }]));
        let there = world.data(destinations, json!({ "id": job })).await;
        assert_eq!(there["job"]["destinations"]["nodes"].as_array().unwrap().len(), 1);
    }
}
