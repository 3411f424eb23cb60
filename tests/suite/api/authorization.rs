//! Every root field × every role × no token, from one table. A field that is not in the table fails the test.

use contact_sync::domain::Role;
use serde_json::{Value, json};

use super::{code, post, read};
use crate::world::{Database, World};

/// Root fields with the weakest role that may use them, and arguments that lead to an answer without changing anything.
const TABLE: &[(&str, Role, &str, &str)] = &[
    ("query", Role::Viewer, "node", "(id: \"x\") { id }"),
    ("query", Role::Viewer, "nodes", "(ids: [\"x\"]) { id }"),
    ("query", Role::Viewer, "viewer", "{ role }"),
    ("query", Role::Viewer, "workspace", "{ primaryDomain }"),
    ("query", Role::Viewer, "user", "(email: \"ann@corp.example\") { id }"),
    ("query", Role::Viewer, "users", "(search: \"\") { totalCount }"),
    ("query", Role::Viewer, "job", "(id: \"x\") { id }"),
    ("query", Role::Viewer, "jobs", "{ totalCount }"),
    ("query", Role::Viewer, "destination", "(id: \"x\") { id }"),
    ("query", Role::Viewer, "destinations", "{ totalCount }"),
    ("query", Role::Viewer, "syncedGroup", "(id: \"x\") { id }"),
    ("query", Role::Viewer, "syncedGroups", "{ totalCount }"),
    ("query", Role::Viewer, "run", "(id: \"x\") { id }"),
    ("query", Role::Viewer, "runs", "{ totalCount }"),
    ("query", Role::Viewer, "rateLimit", "{ remaining }"),
    ("query", Role::Admin, "auditLog", "{ totalCount }"),
    (
        "mutation",
        Role::Operator,
        "createJob",
        "(input: { sourceUserEmail: \"x\", sourceGroup: { name: \"x\" }, destinationEmails: [] }) { userErrors { code } }",
    ),
    (
        "mutation",
        Role::Admin,
        "createJob",
        "(input: { sourceUserEmail: \"x\", sourceGroup: { name: \"x\" }, destinationEmails: [], deletionGuard: {} }) { userErrors { code } }",
    ),
    ("mutation", Role::Operator, "updateJob", "(input: { jobId: \"x\" }) { userErrors { code } }"),
    ("mutation", Role::Admin, "updateJob", "(input: { jobId: \"x\", deletionGuard: {} }) { userErrors { code } }"),
    ("mutation", Role::Admin, "deleteJob", "(input: { jobId: \"x\" }) { userErrors { code } }"),
    ("mutation", Role::Operator, "addUsers", "(input: { jobId: \"x\", emails: [] }) { userErrors { code } }"),
    ("mutation", Role::Operator, "removeUsers", "(input: { jobId: \"x\", emails: [\"x\"] }) { userErrors { code } }"),
    (
        "mutation",
        Role::Admin,
        "removeUsers",
        "(input: { jobId: \"x\", emails: [\"x\"], abandon: true }) { userErrors { code } }",
    ),
    ("mutation", Role::Operator, "runJob", "(input: { jobId: \"x\" }) { userErrors { code } }"),
    ("mutation", Role::Operator, "previewJob", "(input: { target: { jobId: \"x\" } }) { userErrors { code } }"),
    (
        "mutation",
        Role::Admin,
        "relinkSourceGroup",
        "(input: { jobId: \"x\", sourceGroup: { name: \"x\" } }) { userErrors { code } }",
    ),
    ("mutation", Role::Operator, "pauseJob", "(input: { jobId: \"x\" }) { userErrors { code } }"),
    ("mutation", Role::Operator, "resumeJob", "(input: { jobId: \"x\" }) { userErrors { code } }"),
    ("mutation", Role::Admin, "approveRun", "(input: { runId: \"x\", expectedDeletions: 1 }) { userErrors { code } }"),
    ("mutation", Role::Admin, "rejectRun", "(input: { runId: \"x\" }) { userErrors { code } }"),
    ("mutation", Role::Operator, "cancelRun", "(input: { runId: \"x\" }) { userErrors { code } }"),
];

/// Root fields of subscriptions, which any role may follow, with arguments that end the stream with one error of another kind.
const SUBSCRIPTIONS: &[(&str, &str)] =
    &[("jobActivity", "(after: \"x\") { cursor }"), ("syncProgress", "(runId: \"x\") { cursor }")];

#[tokio::test]
async fn every_root_field_is_in_the_table() {
    let world = World::new(Database::sqlite()).await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }";
    let schema = world.data(query, json!({})).await["__schema"].take();
    for (operation, kind) in [("query", "queryType"), ("mutation", "mutationType")] {
        for field in schema[kind]["fields"].as_array().unwrap() {
            let is_there = TABLE.iter().any(|(of, _, name, _)| *of == operation && field["name"] == *name);
            assert!(is_there, "{operation} {} has no row", field["name"]);
        }
    }
    let fields: Vec<Value> = schema["subscriptionType"]["fields"].as_array().unwrap().clone();
    assert!(fields.iter().all(|field| SUBSCRIPTIONS.iter().any(|(name, _)| field["name"] == *name)), "{fields:?}");
}

#[tokio::test]
async fn each_role_may_what_the_table_says_and_nobody_anything_without_a_token() {
    let world = World::new(Database::sqlite()).await;
    world.data("{ workspace { primaryDomain } }", json!({})).await;
    for (operation, least, name, rest) in TABLE {
        let query = format!("{operation} {{ {name}{rest} }}");
        let (status, body) = read(post(&world).json(&json!({ "query": query }))).await;
        assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{name}");
        for role in Role::ALL {
            let answer = world.answer_as(role, &query, json!({})).await;
            if role >= *least {
                assert!(answer.get("errors").is_none(), "{name} as {role:?}: {answer}");
                continue;
            }
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{name} as {role:?}: {answer}");
            // What the field itself needs is asked for first.
            let itself = TABLE.iter().filter(|(_, _, other, _)| other == name).map(|(_, least, ..)| *least).min();
            let required = itself.filter(|itself| role < *itself).unwrap_or(*least);
            assert_eq!(error["extensions"]["requiredRole"], required.name(), "{name} as {role:?}");
            assert_eq!(error["path"], json!([name]));
            assert_eq!(answer["data"], json!({ *name: null }), "{name} as {role:?}");
        }
    }
}

#[tokio::test]
async fn every_role_may_follow_and_nobody_without_a_token() {
    let world = World::new(Database::sqlite()).await;
    for (name, rest) in SUBSCRIPTIONS {
        let body = json!({ "query": format!("subscription {{ {name}{rest} }}") });
        let ask = || post(&world).header("accept", "text/event-stream").json(&body);
        let (status, refused) = read(ask()).await;
        assert_eq!((status, code(&refused)), (401, "UNAUTHENTICATED"), "{name}");
        for role in Role::ALL {
            let stream = ask().bearer_auth(world.token(role)).send().await.unwrap();
            assert_eq!(stream.status(), 200, "{name} as {role:?}");
            let told = stream.text().await.unwrap();
            assert!(told.contains("INVALID_CURSOR") || told.contains("NOT_FOUND"), "{name} as {role:?}: {told}");
        }
    }
}

#[tokio::test]
async fn a_refused_mutation_does_not_undo_the_one_before_it() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    let job = world.job("Suppliers", &["ann@corp.example"]).await;
    let query = "mutation ($id: ID!) { pauseJob(input: { jobId: $id }) { job { status } } deleteJob(input: { jobId: $id }) { run { id } } }";
    let answer = world.answer_as(Role::Operator, query, json!({ "id": job })).await;
    assert_eq!(answer["data"], json!({ "pauseJob": { "job": { "status": "PAUSED" } }, "deleteJob": null }));
    let state = world.data("query ($id: ID!) { job(id: $id) { status } }", json!({ "id": job })).await;
    assert_eq!(state["job"]["status"], "PAUSED");
}
