use contact_sync::domain::Role;
use serde_json::json;

use super::{code, post, read};
use crate::world::{Database, World};

#[tokio::test]
async fn documents_that_ask_for_too_much_are_refused_before_anything_is_read() {
    let world = World::new(Database::sqlite()).await;
    let token = world.token(Role::Admin);
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
    ] {
        let (_, body) = read(post(&world).bearer_auth(&token).json(&json!({ "query": query }))).await;
        assert_eq!(code(&body), "COST_LIMIT_EXCEEDED", "{what}: {body:#}");
        let extensions = &body["errors"][0]["extensions"];
        assert!(extensions["requested"].as_u64() > extensions["maximum"].as_u64(), "{what}");
        assert!(body.get("data").is_none(), "{what}");
    }
    let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
    let (_, body) = read(post(&world).bearer_auth(&token).json(&json!({ "query": cycle }))).await;
    assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED");
}
