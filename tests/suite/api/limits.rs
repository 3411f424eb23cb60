use std::time::Duration;

use chrono::TimeDelta;
use contact_sync::domain::Role;
use contact_sync::graphql::{Limits, RateLimit};
use sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};

use super::{code, post, read};
use crate::world::{Database, Wishes, World};

async fn limited(limits: Limits) -> World {
    World::with(Database::sqlite(), Wishes { limits, ..Wishes::default() }).await
}

fn generous() -> Limits {
    Wishes::default().limits
}

async fn ask(world: &World, role: Role, query: &str) -> (u16, Value) {
    read(post(world).bearer_auth(world.token(role)).json(&json!({ "query": query }))).await
}

#[tokio::test]
async fn documents_that_ask_for_too_much_are_refused_before_anything_is_read() {
    let world = World::new(Database::sqlite()).await;
    let deep = format!("{{ jobs {{ nodes {} id {} }} }}", "{ activeRun { job".repeat(8), "} }".repeat(8));
    let aliases: String = (0..101).map(|index| format!("a{index}: __typename ")).collect();
    let fields: String = "viewer { role } ".repeat(1_100);
    let bomb: String = (0..40).map(|i| format!("fragment f{i} on Query {{ ...f{n} ...f{n} }} ", n = i + 1)).collect();
    let pages = "{ jobs(first: 100) { nodes { destinations(first: 100) { nodes { lastResult { run { results(first: 100) { nodes { id } } } } } } } } }";
    let mutations: String =
        (0..11).map(|i| format!("m{i}: runJob(input: {{ jobId: \"x\" }}) {{ userErrors {{ code }} }} ")).collect();
    for (what, query) in [
        ("levels", deep),
        ("aliases", format!("{{ {aliases} }}")),
        ("fields", format!("{{ {fields} }}")),
        ("a bomb of fragments", format!("{{ ...f0 }} {bomb} fragment f40 on Query {{ __typename }}")),
        ("pages in pages", pages.to_owned()),
        ("mutations", format!("mutation {{ {mutations} }}")),
        ("root fields", format!("{{ {} }}", "viewer { role } ".repeat(101))),
        ("directives", format!("{{ __typename {} }}", "@skip(if: false)".repeat(101))),
        ("tokens", format!("{{ users(search: {}) {{ totalCount }} }}", "x ".repeat(10_001))),
        // Some hundred bytes that would take the stack of the parser.
        ("brackets in a value", format!("{{ users(search: {}1{}) }}", "[".repeat(400), "]".repeat(400))),
        ("brackets of selections", "{ a".repeat(4_000)),
    ] {
        let (_, body) = ask(&world, Role::Admin, &query).await;
        assert_eq!(code(&body), "COST_LIMIT_EXCEEDED", "{what}: {body:#}");
        let extensions = &body["errors"][0]["extensions"];
        assert!(extensions["requested"].as_u64() > extensions["maximum"].as_u64(), "{what}");
        assert!(body.get("data").is_none(), "{what}");
    }
    let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
    let (_, body) = ask(&world, Role::Admin, cycle).await;
    assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn every_limit_is_a_setting() {
    let world = limited(Limits {
        depth: 4,
        complexity: 120,
        fields: 12,
        aliases: 2,
        root_fields: 3,
        root_mutations: 1,
        directives: 2,
        tokens: 60,
        page: 50,
        body_bytes: 1_000,
        ..generous()
    })
    .await;
    let run = "runJob(input: { jobId: \"x\" }) { userErrors { code } }";
    for (what, within, beyond) in [
        (
            "levels",
            "{ jobs { nodes { source { email } } } }".to_owned(),
            "{ jobs { nodes { source { user { email } } } } }".to_owned(),
        ),
        ("cost", "{ jobs(first: 39) { nodes { id } } }".into(), "{ jobs(first: 60) { nodes { id } } }".into()),
        (
            "fields",
            format!("{{ viewer {{ {} }} }}", "role ".repeat(11)),
            format!("{{ viewer {{ {} }} }}", "role ".repeat(12)),
        ),
        ("aliases", "{ a: __typename b: __typename }".into(), "{ a: __typename b: __typename c: __typename }".into()),
        (
            "root fields",
            "{ __typename __typename __typename }".into(),
            "{ __typename __typename __typename __typename }".into(),
        ),
        ("mutations", format!("mutation {{ {run} }}"), format!("mutation {{ {run} {run} }}")),
        (
            "directives",
            "{ __typename @skip(if: false) @include(if: true) }".into(),
            "query Q @skip(if: false) { __typename @skip(if: false) @include(if: true) }".into(),
        ),
        (
            "tokens",
            format!("{{ viewer {{ {} }} }}", "role, ".repeat(10)),
            format!("query ({}) {{ __typename }}", "$a: Int ".repeat(14)),
        ),
    ] {
        let (_, body) = ask(&world, Role::Admin, &within).await;
        assert_ne!(code(&body), "COST_LIMIT_EXCEEDED", "{what}: {body:#}");
        let (_, body) = ask(&world, Role::Admin, &beyond).await;
        assert_eq!(code(&body), "COST_LIMIT_EXCEEDED", "{what}: {body:#}");
    }
    for (first, expected) in [(50, ""), (51, "BAD_USER_INPUT")] {
        let (_, body) = ask(&world, Role::Admin, &format!("{{ jobs(first: {first}) {{ totalCount }} }}")).await;
        assert_eq!(code(&body), expected, "{first} items: {body:#}");
    }
    let (status, body) = ask(&world, Role::Admin, &format!("{{ __typename }} # {}", "x".repeat(1_000))).await;
    assert_eq!((status, code(&body)), (413, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn each_caller_has_a_budget_that_fills_again_by_the_second() {
    let world = limited(Limits { complexity: 100, rate: RateLimit { points: 100, restored: 10 }, ..generous() }).await;
    let page = "{ jobs(first: 20) { nodes { id } } rateLimit { cost maxCost limit remaining restoreRate } }"; // 20 × 2 + 1 + 6
    let cost = |remaining: i32, cost: i32| json!({ "cost": cost, "maxCost": 100, "limit": 100, "remaining": remaining, "restoreRate": 10 });
    let (_, body) = ask(&world, Role::Viewer, page).await;
    assert_eq!(body["extensions"]["cost"], cost(53, 47), "{body:#}");
    assert_eq!(body["data"]["rateLimit"], cost(53, 47));
    assert_eq!(ask(&world, Role::Viewer, page).await.1["extensions"]["cost"]["remaining"], 6);

    let request = post(&world).bearer_auth(world.token(Role::Viewer)).json(&json!({ "query": page }));
    let refused = request.send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "5"));
    let body: Value = refused.json().await.unwrap();
    assert_eq!((code(&body), &body["errors"][0]["extensions"]["retryAfterMs"]), ("RATE_LIMITED", &json!(4_100)));
    assert!(body.get("data").is_none() && body["extensions"]["cost"]["remaining"] == 5, "{body:#}");
    let (status, _) = ask(&world, Role::Admin, page).await;
    assert_eq!(status, 200, "another caller has a bucket of its own");

    world.clock.advance(TimeDelta::milliseconds(4_099));
    assert_eq!(ask(&world, Role::Viewer, page).await.0, 429);
    world.clock.advance(TimeDelta::milliseconds(201)); // and the point that the refusal cost
    assert_eq!(ask(&world, Role::Viewer, page).await.0, 200);
    for _ in 0..3 {
        let _ = ask(&world, Role::Viewer, "{").await;
    }
    let (status, body) = ask(&world, Role::Viewer, "{").await;
    assert_eq!((status, code(&body)), (429, "RATE_LIMITED"), "also what cannot be executed costs a point: {body:#}");
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(
        ask(&world, Role::Viewer, page).await.1["extensions"]["cost"],
        cost(53, 47),
        "a bucket does not overflow"
    );
}

#[tokio::test]
async fn every_answer_to_a_known_caller_tells_its_cost() {
    let world = World::new(Database::sqlite()).await;
    for (query, cost) in [
        ("{ viewer { role } }", 2),
        ("{ jobs(first: 1000) { totalCount } }", 101),
        ("{", 1),
        ("{ nope }", 1),
        ("subscription { jobs }", 1),
        ("mutation { runJob(input: { jobId: \"x\" }) { userErrors { code } } }", 3),
        ("{ __schema { types { name fields { name } } } __typename }", 1),
        ("{ __type(name: \"Job\") { name } }", 1),
        ("{ __type(name: \"Job\") { name } viewer { role } }", 2),
    ] {
        let (_, body) = ask(&world, Role::Viewer, query).await;
        assert_eq!(body["extensions"]["cost"]["cost"], cost, "{query}: {body:#}");
    }
}

#[tokio::test]
async fn of_a_document_with_many_operations_the_one_that_is_executed_is_paid_and_all_must_hold() {
    let world = World::new(Database::sqlite()).await;
    let ask = async |document: &str, operation: Value| {
        let request = json!({ "query": document, "operationName": operation });
        read(post(&world).bearer_auth(world.token(Role::Admin)).json(&request)).await.1
    };
    let many = "query Small { ...V } query Big { jobs(first: 100) { nodes { id name } } viewer { ...R } }
        fragment V on Query { viewer { ...R } } fragment R on Viewer { role }";
    let body = ask(many, json!("Small")).await;
    assert_eq!(
        (&body["data"]["viewer"]["role"], &body["extensions"]["cost"]["cost"]),
        (&json!("ADMIN"), &json!(2)),
        "{body:#}"
    );
    assert_eq!(ask(many, json!("Big")).await["extensions"]["cost"]["cost"], 303);
    let wrong = "query Small { viewer { role } } query Wrong { nope }";
    for (document, operation) in
        [(wrong, json!("Small")), (many, json!("Other")), (many, json!(null)), ("{ __typename }", json!("X"))]
    {
        let body = ask(document, operation.clone()).await;
        assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED", "{operation}: {body:#}");
        assert!(body.get("data").is_none());
    }
}

#[tokio::test]
async fn introspection_is_open_to_callers_as_the_settings_say() {
    let (schema, mixed) =
        ("{ __schema { queryType { name } } __typename }", "{ __schema { queryType { name } } viewer { role } }");
    let anonymously = async |world: &World, query: &str| read(post(world).json(&json!({ "query": query }))).await;

    let world = World::new(Database::sqlite()).await;
    assert_eq!(ask(&world, Role::Viewer, schema).await.1["data"]["__schema"]["queryType"]["name"], "Query");
    assert_eq!(anonymously(&world, schema).await.0, 401);

    let world = limited(Limits { introspection: false, ..generous() }).await;
    assert_eq!(code(&ask(&world, Role::Admin, mixed).await.1), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(ask(&world, Role::Admin, "{ __typename viewer { __typename } }").await.1["data"]["__typename"], "Query");

    let rate = RateLimit { points: 100, restored: 1 };
    let world = limited(Limits { anonymous_introspection: true, complexity: 100, rate, ..generous() }).await;
    let (status, body) = anonymously(&world, schema).await;
    assert_eq!((status, &body["data"]["__schema"]["queryType"]["name"]), (200, &json!("Query")));
    assert_eq!(body["extensions"]["cost"]["cost"], 3, "free only for those who are known");
    for query in [
        mixed,
        "{ viewer { role } }",
        "mutation { __typename }",
        "subscription { __typename }",
        "query A { __typename } query B { __typename }",
    ] {
        let (status, body) = anonymously(&world, query).await;
        assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{query}");
    }
    let request = post(&world).bearer_auth("nonsense").json(&json!({ "query": schema }));
    assert_eq!(read(request).await.0, 401, "a token that does not hold is not the same as none");
    for _ in 0..30 {
        anonymously(&world, schema).await;
    }
    assert_eq!(anonymously(&world, schema).await.0, 429, "callers from one address share a budget");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let world = limited(Limits { request_time: Duration::from_secs(3), ..generous() }).await;
    world.source_group("Suppliers", &["Ada"]);
    world.data("{ users(search: \"\") { totalCount } }", json!({})).await;
    let at = When::Always { id: Some("people.contactGroups.list".into()), user: None };
    world.sandbox.inject(Fault { at, kind: FaultKind::HangBefore, times: 0 });
    let query = "{ user(email: \"desk@corp.example\") { contactGroups { name } } }";
    let (status, body) = ask(&world, Role::Admin, query).await;
    assert_eq!((status, code(&body)), (503, "REQUEST_TIMEOUT"), "{body:#}");
    assert!(body.get("data").is_none());
    assert_eq!(ask(&world, Role::Admin, "{ viewer { role } }").await.0, 200);
}
