use contact_sync::domain::Role;
use sea_orm::{ConnectionTrait, Database as Connect};
use serde_json::{Value, json};

use crate::world::{SOURCE, World, on_both};

const ANN: &str = "ann@corp.example";
const BOB: &str = "bob@corp.example";

const ENTRY: &str = "id at action actor { kind email label } subject { __typename id } subjectLabel
    changes { field before after } requestId ipAddress";

async fn log(world: &World, arguments: &str) -> Vec<Value> {
    let query = format!("{{ auditLog{arguments} {{ totalCount nodes {{ {ENTRY} }} }} }}");
    let mut data = world.data(&query, json!({})).await;
    let Value::Array(nodes) = data["auditLog"]["nodes"].take() else { panic!("{data}") };
    nodes
}

fn change(entry: &Value, field: &str) -> Value {
    let changes = entry["changes"].as_array().unwrap();
    changes.iter().find(|change| change["field"] == field).cloned().unwrap_or_default()
}

on_both! {
    async fn every_mutation_is_in_the_log_with_who_and_what(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let update = json!({ "jobId": job, "name": "Partners", "description": "New" });
        let query = "mutation ($input: UpdateJobInput!) { updateJob(input: $input) { job { id } } }";
        let answer = world.answer(query, json!({ "input": update })).await;
        world.accepted("pauseJob", "job { id }", json!({ "jobId": job, "reason": "Domain move" })).await;
        world.accepted("resumeJob", "job { id }", json!({ "jobId": job })).await;
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        world.run(&job).await;
        world.accepted("previewJob", "run { id }", json!({ "target": { "jobId": job } })).await;
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        world.work().await;
        world.next_day().await;
        world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
        world.work().await;

        let entries = log(&world, "(orderBy: { field: AT, direction: ASC }, first: 100)").await;
        let actions: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        let count = |action: &str| actions.iter().filter(|one| **one == action).count();
        for (action, expected) in [
            ("JOB_CREATE", 1), ("JOB_UPDATE", 1), ("JOB_PAUSE", 1), ("JOB_RESUME", 1), ("USERS_ADD", 1),
            ("RUN_START", 2), ("RUN_PREVIEW", 1), ("USERS_REMOVE", 1), ("JOB_DELETE", 1), ("RUN_FINISH", 6),
        ] {
            assert_eq!(count(action), expected, "{action} in {actions:?}");
        }
        let find = |action: &str| entries.iter().find(|entry| entry["action"] == action).unwrap();
        let created = find("JOB_CREATE");
        assert_eq!(change(created, "destinationEmails")["after"], ANN);
        assert_eq!(change(created, "sourceUserEmail")["after"], SOURCE);
        assert_eq!((&created["actor"]["kind"], &created["ipAddress"]), (&json!("SERVICE_TOKEN"), &json!("127.0.0.1")));
        assert_eq!((&created["subject"], &created["subjectLabel"]), (&Value::Null, &json!("Suppliers")), "deleted since");
        let updated = find("JOB_UPDATE");
        assert_eq!(change(updated, "name"), json!({ "field": "name", "before": "Suppliers", "after": "Partners" }));
        assert_eq!(updated["requestId"], answer["extensions"]["requestId"]);
        assert_eq!(change(find("JOB_PAUSE"), "reason")["after"], "Domain move");
        let daily = entries.iter().filter(|entry| entry["action"] == "RUN_START").nth(1).unwrap();
        assert_eq!((&daily["actor"]["kind"], &daily["ipAddress"]), (&json!("SCHEDULER"), &Value::Null));
    }

    async fn the_log_is_filtered_paged_and_for_administrators_alone(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.accepted("pauseJob", "job { id }", json!({ "jobId": job })).await;
        let paused = log(&world, "(filter: { actions: [JOB_PAUSE] })").await;
        assert_eq!(paused.len(), 1);
        assert_eq!(paused[0]["subject"], json!({ "__typename": "Job", "id": job }));
        assert_eq!(log(&world, &format!("(filter: {{ subjectId: \"{job}\" }})")).await.len(), 2);
        assert_eq!(log(&world, "(filter: { actorEmail: \"nobody@corp.example\" })").await.len(), 0);
        assert_eq!(log(&world, "(filter: { at: { from: \"2030-01-01T00:00:00Z\" } })").await.len(), 0);
        let node = format!("query ($id: ID!) {{ node(id: $id) {{ ... on AuditEntry {{ {ENTRY} }} }} }}");
        let found = world.data(&node, json!({ "id": paused[0]["id"] })).await;
        assert_eq!(found["node"], paused[0]);
        for (role, query) in [
            (Role::Viewer, "{ auditLog { totalCount } }".to_owned()),
            (Role::Operator, "{ auditLog { totalCount } }".to_owned()),
            (Role::Operator, format!("{{ node(id: {}) {{ id }} }}", paused[0]["id"])),
        ] {
            let answer = world.answer_as(role, &query, json!({})).await;
            let error = &answer["errors"][0];
            assert_eq!((&error["extensions"]["code"], &error["extensions"]["requiredRole"]), (&json!("FORBIDDEN"), &json!("ADMIN")));
        }
        // One forbidden object does not hide the others, and a field that is refused twice is written once.
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let mixed = world.answer_as(Role::Viewer, query, json!({ "ids": [job, paused[0]["id"], paused[0]["id"]] })).await;
        assert_eq!(mixed["data"]["nodes"], json!([{ "id": job }, null, null]));
        let paths: Vec<_> = mixed["errors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect();
        assert!(paths.contains(&json!(["nodes", 1])) && paths.contains(&json!(["nodes", 2])), "{paths:?}");
        let denied = log(&world, "(filter: { actions: [ACCESS_DENIED] }, orderBy: { field: AT, direction: ASC })").await;
        let labels: Vec<_> = denied.iter().map(|entry| entry["subjectLabel"].as_str().unwrap()).collect();
        assert_eq!(labels.len(), 4);
        assert!(labels.contains(&"Query.auditLog") && labels.contains(&"Query.node"), "{labels:?}");
    }

    async fn the_database_itself_refuses_to_change_the_log(world) {
        world.source_group("Suppliers", &["Ada"]);
        world.job("Suppliers", &[ANN]).await;
        let database = Connect::connect(world.database_url()).await.unwrap();
        for statement in ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry"] {
            let refused = database.execute_unprepared(statement).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
        database.close().await.unwrap();
    }
}
