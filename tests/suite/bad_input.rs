//! Bad input: a clear refusal each, never a panic, nothing half done.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contact_sync::domain::Role;
use serde_json::{Value, json};

use crate::world::{SOURCE, World, on_both};

const ANN: &str = "ann@corp.example";

/// Everything the API shows; refused calls must not change it.
async fn everything(world: &World) -> Value {
    let query =
        "{ jobs(first: 100) { nodes { id name version updatedAt status } } runs(first: 100) { nodes { id status } }
        destinations(first: 100) { nodes { id email status } } syncedGroups(first: 100) { nodes { id name } } }";
    world.data(query, json!({})).await
}

fn job(change: &[(&str, Value)]) -> Value {
    let mut input =
        json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [ANN] });
    for (field, value) in change {
        input[*field] = value.clone();
    }
    input
}

on_both! {
    async fn every_refused_mutation_names_code_and_path_and_changes_nothing(world) {
        world.source_group("Suppliers", &["Ada"]);
        let existing = world.job("Suppliers", &["bob@corp.example"]).await;
        let before = everything(&world).await;
        let long = "x".repeat(10_000);
        let many: Vec<String> = (0..501).map(|index| format!("u{index}@corp.example")).collect();
        let run = before["runs"]["nodes"][0]["id"].clone();
        let (unknown, other_kind) = ("job_0000000000000000000000", run.as_str().unwrap());
        let cases: Vec<(&str, Value, &str, Value)> = vec![
            ("createJob", job(&[("name", json!(""))]), "INVALID_VALUE", json!(["input", "name"])),
            ("createJob", job(&[("name", json!(long))]), "INVALID_VALUE", json!(["input", "name"])),
            ("createJob", job(&[("name", json!("a\u{0}b"))]), "INVALID_VALUE", json!(["input", "name"])),
            ("createJob", job(&[("description", json!(long))]), "INVALID_VALUE", json!(["input", "description"])),
            ("createJob", job(&[("syncedGroupName", json!("\u{7}"))]), "INVALID_VALUE", json!(["input", "syncedGroupName"])),
            ("createJob", job(&[("syncedGroupName", json!(long))]), "INVALID_VALUE", json!(["input", "syncedGroupName"])),
            ("createJob", job(&[("schedule", json!({ "timeOfDay": "25:00", "timeZone": "UTC" }))]), "INVALID_VALUE", json!(["input", "schedule", "timeOfDay"])),
            ("createJob", job(&[("schedule", json!({ "timeOfDay": "05:00", "timeZone": "Moon/Base" }))]), "INVALID_VALUE", json!(["input", "schedule", "timeZone"])),
            ("createJob", job(&[("idempotencyKey", json!(long))]), "INVALID_VALUE", json!(["input", "idempotencyKey"])),
            ("createJob", job(&[("destinationEmails", json!(many))]), "TOO_MANY_ITEMS", json!(["input", "destinationEmails"])),
            ("createJob", job(&[("destinationEmails", json!([""]))]), "INVALID_DESTINATION_USER", json!(["input", "destinationEmails", "0"])),
            ("createJob", job(&[("destinationEmails", json!([long]))]), "INVALID_DESTINATION_USER", json!(["input", "destinationEmails", "0"])),
            ("createJob", job(&[("sourceUserEmail", json!(""))]), "SOURCE_USER_NOT_FOUND", json!(["input", "sourceUserEmail"])),
            ("createJob", job(&[("sourceUserEmail", json!(long))]), "SOURCE_USER_NOT_FOUND", json!(["input", "sourceUserEmail"])),
            ("createJob", job(&[("sourceGroup", json!({ "name": long }))]), "SOURCE_GROUP_NOT_FOUND", json!(["input", "sourceGroup", "name"])),
            ("createJob", job(&[("sourceGroup", json!({ "id": other_kind }))]), "SOURCE_GROUP_NOT_FOUND", json!(["input", "sourceGroup", "id"])),
            ("updateJob", json!({ "jobId": unknown, "name": "x" }), "NOT_FOUND", json!(["input", "jobId"])),
            ("updateJob", json!({ "jobId": existing, "name": "" }), "INVALID_VALUE", json!(["input", "name"])),
            ("updateJob", json!({ "jobId": existing, "name": null }), "INVALID_VALUE", json!(["input", "name"])),
            ("updateJob", json!({ "jobId": existing, "description": long }), "INVALID_VALUE", json!(["input", "description"])),
            ("updateJob", json!({ "jobId": existing, "schedule": null }), "INVALID_VALUE", json!(["input", "schedule"])),
            ("updateJob", json!({ "jobId": existing, "schedule": { "timeOfDay": "x", "timeZone": "UTC" } }), "INVALID_VALUE", json!(["input", "schedule", "timeOfDay"])),
            ("updateJob", json!({ "jobId": existing, "name": "x", "expectedVersion": 7 }), "VERSION_CONFLICT", json!(["input", "expectedVersion"])),
            ("pauseJob", json!({ "jobId": "x" }), "NOT_FOUND", json!(["input", "jobId"])),
            ("resumeJob", json!({ "jobId": unknown }), "NOT_FOUND", json!(["input", "jobId"])),
            ("addUsers", json!({ "jobId": unknown, "emails": [ANN] }), "NOT_FOUND", json!(["input", "jobId"])),
            ("addUsers", json!({ "jobId": other_kind, "emails": [ANN] }), "NOT_FOUND", json!(["input", "jobId"])),
            ("addUsers", json!({ "jobId": existing, "emails": [] }), "INVALID_VALUE", json!(["input", "emails"])),
            ("addUsers", json!({ "jobId": existing, "emails": many }), "TOO_MANY_ITEMS", json!(["input", "emails"])),
            ("addUsers", json!({ "jobId": existing, "emails": [ANN, "x\u{0}@corp.example"] }), "INVALID_DESTINATION_USER", json!(["input", "emails", "1"])),
            ("removeUsers", json!({ "jobId": "", "emails": [ANN] }), "NOT_FOUND", json!(["input", "jobId"])),
            ("removeUsers", json!({ "jobId": existing, "emails": [] }), "INVALID_VALUE", json!(["input", "emails"])),
            ("removeUsers", json!({ "jobId": existing, "emails": many }), "TOO_MANY_ITEMS", json!(["input", "emails"])),
            ("deleteJob", json!({ "jobId": long }), "NOT_FOUND", json!(["input", "jobId"])),
            ("runJob", json!({ "jobId": "job_é" }), "NOT_FOUND", json!(["input", "jobId"])),
            ("runJob", json!({ "jobId": existing, "idempotencyKey": "" }), "INVALID_VALUE", json!(["input", "idempotencyKey"])),
        ];
        for (mutation, input, code, path) in cases {
            let payload = world.mutate(mutation, "__typename", input).await;
            let error = &payload["userErrors"][0];
            assert_eq!((&error["code"], &error["path"]), (&json!(code), &path), "{mutation}: {payload:#}");
            let message = error["message"].as_str().unwrap();
            assert!(!message.is_empty() && message.len() < 400, "{message}");
        }
        assert_eq!(everything(&world).await, before);
    }

    async fn all_problems_of_one_call_are_told_in_the_order_of_the_input(world) {
        world.source_group("Suppliers", &["Ada"]);
        let input = job(&[("sourceGroup", json!({ "name": "Other" })), ("destinationEmails", json!(["x", ANN, "y@corp.example"])),
            ("name", json!("")), ("schedule", json!({ "timeOfDay": "x", "timeZone": "UTC" }))]);
        let payload = world.mutate("createJob", "results { outcome } summary { invalid notAttempted }", input).await;
        let paths: Vec<String> = payload["userErrors"].as_array().unwrap().iter()
            .map(|error| error["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."))
            .collect();
        assert_eq!(paths, ["input.sourceGroup.name", "input.destinationEmails.0", "input.destinationEmails.2", "input.name", "input.schedule.timeOfDay"]);
        assert_eq!(payload["summary"], json!({ "invalid": 2, "notAttempted": 1 }));
    }

    async fn unknown_ids_and_ids_of_another_type_are_null(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let query = "query ($id: ID!) { node(id: $id) { id } run(id: $id) { id } destination(id: $id) { id } syncedGroup(id: $id) { id } }";
        let none = json!({ "node": null, "run": null, "destination": null, "syncedGroup": null });
        for id in ["", "x", "job_", "job_0000000000000000000000", "run_zzzzzzzzzzzzzzzzzzzzzz", "é", &"x".repeat(10_000)] {
            assert_eq!(world.data(query, json!({ "id": id })).await, none, "{id}");
        }
        let data = world.data(query, json!({ "id": job })).await;
        assert_eq!((&data["node"]["id"], &data["run"]), (&json!(job), &json!(null)));
    }

    async fn bad_pages_and_cursors_are_refused(world) {
        let code = async |query: &str| world.answer(query, json!({})).await["errors"][0]["extensions"]["code"].clone();
        assert_eq!(code("{ jobs(first: 0) { nodes { id } } }").await, "BAD_USER_INPUT");
        assert_eq!(code("{ jobs(first: 101) { nodes { id } } }").await, "BAD_USER_INPUT");
        assert_eq!(code("{ jobs(first: -1) { nodes { id } } }").await, "BAD_USER_INPUT");
        assert_eq!(code("{ jobs(after: \"nonsense\") { nodes { id } } }").await, "INVALID_CURSOR");
        assert_eq!(code("{ jobs { nope } }").await, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(code("{ jobs { nodes ").await, "GRAPHQL_PARSE_FAILED");
        let doubled: String = (0..40).map(|i| format!("fragment f{i} on Query {{ ...f{n} ...f{n} }} ", n = i + 1)).collect();
        assert_eq!(code(&format!("{{ ...f0 }} {doubled}")).await, "COST_LIMIT_EXCEEDED");
    }

    async fn cursors_that_nobody_issued_are_refused(world) {
        world.source_group("Suppliers", &["Ada"]);
        world.job("Suppliers", &[ANN]).await;
        let before_postgres_calendar = -300_000_000_000_000_000_i64;
        for (order, forged) in [
            ("NAME", json!({ "i": 0 })),
            ("NAME", json!({ "t": "a\u{0}" })),
            ("CREATED_AT", json!({ "t": "a" })),
            ("CREATED_AT", json!({ "i": before_postgres_calendar })),
        ] {
            let arguments = format!("first: 1, after: $after, orderBy: {{ field: {order}, direction: ASC }}");
            let query = format!("query ($after: String) {{ jobs({arguments}) {{ pageInfo {{ endCursor }} }} }}");
            let first = world.data(&query, json!({})).await;
            let issued = first["jobs"]["pageInfo"]["endCursor"].as_str().unwrap();
            let mut cursor: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(issued).unwrap()).unwrap();
            cursor[1] = forged;
            let answer = world.answer(&query, json!({ "after": URL_SAFE_NO_PAD.encode(cursor.to_string()) })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID_CURSOR", "{cursor}");
        }
    }

    async fn an_idempotency_key_finds_the_first_call_and_refuses_another(world) {
        world.source_group("Suppliers", &["Ada"]);
        let input = job(&[("idempotencyKey", json!("k1")), ("destinationEmails", json!([ANN, "nobody@corp.example"])), ("onInvalid", json!("SKIP_INVALID"))]);
        let fields = "isReplay job { id } run { id } results { outcome }";
        let first = world.mutate("createJob", fields, input.clone()).await;
        assert_eq!(first["isReplay"], false);
        let again = world.mutate("createJob", fields, input.clone()).await;
        assert_eq!(again["isReplay"], true);
        for part in ["job", "run", "results", "userErrors"] {
            assert_eq!(again[part], first[part], "{part}");
        }
        let mut other = input.clone();
        other["destinationEmails"] = json!(["bob@corp.example"]);
        let refused = world.mutate("createJob", fields, other).await;
        assert_eq!(refused["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
        world.work().await;
        let run = json!({ "jobId": first["job"]["id"], "idempotencyKey": "r1" });
        let first = world.accepted("runJob", "isReplay run { id }", run.clone()).await;
        let again = world.accepted("runJob", "isReplay run { id }", run.clone()).await;
        assert_eq!((&first["run"], &again["isReplay"]), (&again["run"], &json!(true)));
        world.work().await;
        world.days(2); // kept for 24 hours
        let later = world.accepted("runJob", "isReplay run { id }", run).await;
        assert_eq!(later["isReplay"], false);
    }

    async fn a_refused_call_leaves_its_key_free(world) {
        world.source_group("Suppliers", &["Ada"]);
        let wrong = job(&[("idempotencyKey", json!("k1")), ("destinationEmails", json!(["nobody@corp.example"]))]);
        assert_eq!(world.mutate("createJob", "job { id }", wrong).await["job"], json!(null));
        let right = job(&[("idempotencyKey", json!("k1"))]);
        assert!(world.accepted("createJob", "job { id }", right).await["job"]["id"].is_string());
    }

    async fn roles_are_needed_and_named(world) {
        world.source_group("Suppliers", &["Ada"]);
        let existing = world.job("Suppliers", &[ANN]).await;
        let before = everything(&world).await;
        let cases = [
            (Role::Viewer, "createJob(input: { sourceUserEmail: \"x\", sourceGroup: { id: $job }, destinationEmails: [] })", "OPERATOR"),
            (Role::Viewer, "addUsers(input: { jobId: $job, emails: [\"x\"] })", "OPERATOR"),
            (Role::Viewer, "removeUsers(input: { jobId: $job, emails: [\"ann@corp.example\"] })", "OPERATOR"),
            (Role::Viewer, "runJob(input: { jobId: $job })", "OPERATOR"),
            (Role::Viewer, "updateJob(input: { jobId: $job, name: \"x\" })", "OPERATOR"),
            (Role::Viewer, "pauseJob(input: { jobId: $job })", "OPERATOR"),
            (Role::Viewer, "resumeJob(input: { jobId: $job })", "OPERATOR"),
            (Role::Viewer, "deleteJob(input: { jobId: $job })", "ADMIN"),
            (Role::Operator, "deleteJob(input: { jobId: $job })", "ADMIN"),
        ];
        for (role, mutation, required) in cases {
            let query = format!("mutation ($job: ID!) {{ {mutation} {{ userErrors {{ code }} }} again: __typename }}");
            let answer = world.answer_as(role, &query, json!({ "job": existing })).await;
            let name = mutation.split('(').next().unwrap();
            assert_eq!(answer["data"], json!({ name: null, "again": "Mutation" }), "{answer:#}");
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!((&extensions["code"], &extensions["requiredRole"]), (&json!("FORBIDDEN"), &json!(required)));
        }
        assert_eq!(everything(&world).await, before);
    }

    async fn a_job_is_changed_only_in_what_is_given_and_by_whom_read_it_last(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let fields = "job { name description version schedule { timeOfDay } }";
        let same = world.accepted("updateJob", fields, json!({ "jobId": job })).await["job"].clone();
        assert_eq!((&same["name"], &same["version"]), (&json!("Suppliers"), &json!(1)), "nothing given, nothing changed");
        let input = json!({ "jobId": job, "name": " Partners ", "description": "one\ntwo", "expectedVersion": 1 });
        let changed = world.accepted("updateJob", fields, input.clone()).await["job"].clone();
        assert_eq!(changed, json!({ "name": "Partners", "description": "one\ntwo", "version": 2, "schedule": same["schedule"] }));
        let late = world.mutate("updateJob", fields, input).await;
        assert_eq!((&late["userErrors"][0]["code"], &late["job"]["version"]), (&json!("VERSION_CONFLICT"), &json!(2)));
        let found = world.data("{ jobs(filter: { search: \"partn\" }) { totalCount } }", json!({})).await;
        assert_eq!(found["jobs"]["totalCount"], 1);
    }
}
