//! Documents that are known by their ids.

use contact_sync::domain::Role;
use contact_sync::graphql::{Limits, Manifest};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{code, post, read};
use crate::world::{Database, Wishes, World};

const QUERY: &str = "query Who { viewer { role } }";

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(text: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(text) } })
}

async fn send(world: &World, body: &Value) -> (u16, Value) {
    let request =
        post(world).bearer_auth(world.token(Role::Viewer)).header("accept", "application/graphql-response+json");
    read(request.json(body)).await
}

fn by_get(world: &World, parameters: &[(&str, &str)]) -> RequestBuilder {
    let url = url::Url::parse_with_params(&format!("{}/graphql", world.app.url()), parameters).unwrap();
    reqwest::Client::new().get(url).bearer_auth(world.token(Role::Viewer))
}

#[tokio::test]
async fn a_document_that_was_sent_once_is_known_by_its_hash() {
    let world = World::new(Database::sqlite()).await;
    let (status, body) = send(&world, &json!({ "extensions": persisted(QUERY) })).await;
    assert_eq!((status, code(&body)), (404, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(body["errors"][0]["message"], "PersistedQueryNotFound");
    let (status, body) = send(&world, &json!({ "query": QUERY, "extensions": persisted(QUERY) })).await;
    assert_eq!((status, &body["data"]["viewer"]["role"]), (200, &json!("VIEWER")));
    for known in [
        json!({ "extensions": persisted(QUERY) }),
        json!({ "query": null, "operationName": "Who", "extensions": persisted(QUERY) }),
        json!({ "documentId": format!("sha256:{}", hash(QUERY)) }),
    ] {
        assert_eq!(send(&world, &known).await.1["data"]["viewer"]["role"], "VIEWER", "{known}");
    }
    let extensions = persisted(QUERY).to_string();
    let id = format!("sha256:{}", hash(QUERY));
    for parameters in [[("extensions", extensions.as_str())], [("documentId", id.as_str())]] {
        assert_eq!(read(by_get(&world, &parameters)).await.1["data"]["viewer"]["role"], "VIEWER", "{parameters:?}");
    }
}

#[tokio::test]
async fn hashes_must_hold_and_only_documents_within_the_limits_are_kept() {
    let world = World::new(Database::sqlite()).await;
    for wrong in [
        json!({ "query": "{ __typename }", "extensions": persisted(QUERY) }),
        json!({ "query": QUERY, "extensions": { "persistedQuery": { "version": 2, "sha256Hash": hash(QUERY) } } }),
        json!({ "query": QUERY, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash(QUERY).to_uppercase() } } }),
        json!({ "query": QUERY, "extensions": { "persistedQuery": { "version": 1 } } }),
        json!({ "query": QUERY, "extensions": { "persistedQuery": "x" } }),
        json!({ "documentId": 1 }),
    ] {
        let (status, body) = send(&world, &wrong).await;
        assert_eq!((status, code(&body)), (400, "BAD_USER_INPUT"), "{wrong}");
    }
    assert_eq!(code(&send(&world, &json!({ "documentId": "abc" })).await.1), "PERSISTED_QUERY_NOT_FOUND");
    let deep = format!("{{ jobs {{ nodes {} id {} }} }}", "{ activeRun { job".repeat(8), "} }".repeat(8));
    let long = format!("{{ viewer {{ role }} }} # {}", "x".repeat(40_000));
    for (document, expected) in
        [(deep.as_str(), "COST_LIMIT_EXCEEDED"), ("{ viewer { role", "GRAPHQL_PARSE_FAILED"), (&long, "")]
    {
        assert_eq!(
            code(&send(&world, &json!({ "query": document, "extensions": persisted(document) })).await.1),
            expected
        );
        let again = send(&world, &json!({ "extensions": persisted(document) })).await.1;
        assert_eq!(code(&again), "PERSISTED_QUERY_NOT_FOUND", "{expected}");
    }
    let mutation = "mutation { runJob(input: { jobId: \"x\" }) { userErrors { code } } }";
    assert_eq!(send(&world, &json!({ "query": mutation, "extensions": persisted(mutation) })).await.0, 200);
    let (status, _) = read(by_get(&world, &[("extensions", &persisted(mutation).to_string())])).await;
    assert_eq!(status, 405, "a hash hides no mutation");
}

#[tokio::test]
async fn with_a_list_nothing_else_is_served_but_introspection() {
    let listed = json!({ "d41d8c": QUERY, hash("query Two { __typename viewer { role } }"): "query Two { __typename viewer { role } }" });
    let documents = Some(Manifest::read(listed.to_string().as_bytes()).unwrap());
    let world = World::with(Database::sqlite(), Wishes { documents, ..Wishes::default() }).await;
    let two = "query Two { __typename viewer { role } }";
    for allowed in [
        json!({ "query": QUERY }),
        json!({ "documentId": "d41d8c" }),
        json!({ "documentId": format!("sha256:{}", hash(QUERY)) }),
        json!({ "extensions": persisted(QUERY) }),
        json!({ "extensions": persisted(two) }),
        json!({ "documentId": hash(two) }),
        json!({ "query": "query IntrospectionQuery { __schema { queryType { name } } }" }),
    ] {
        let (status, body) = send(&world, &allowed).await;
        assert_eq!((status, body.get("errors")), (200, None), "{allowed}");
    }
    let other = "query Who { viewer { role email } }";
    for refused in [
        json!({ "query": other }),
        json!({ "query": other, "extensions": persisted(other) }),
        json!({ "extensions": persisted(other) }),
        json!({ "documentId": "another" }),
        json!({ "query": other, "documentId": "d41d8c" }),
        json!({ "query": "{ __schema { queryType { name } } viewer { email } }" }),
    ] {
        let (status, body) = send(&world, &refused).await;
        assert_eq!((status, code(&body)), (403, "DOCUMENT_NOT_ALLOWED"), "{refused}");
    }
    let documents = Some(Manifest::read(listed.to_string().as_bytes()).unwrap());
    let limits = Limits { introspection: false, ..Wishes::default().limits };
    let world = World::with(Database::sqlite(), Wishes { documents, limits, ..Wishes::default() }).await;
    let introspection = json!({ "query": "{ __schema { queryType { name } } }" });
    assert_eq!(code(&send(&world, &introspection).await.1), "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn a_list_is_read_whole_or_refused_with_the_reason() {
    let nested = format!("{{ \"a\": \"{{ a(x: {}) }}\" }}", "[".repeat(1_000));
    for (json, said) in [
        ("", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ("{ \"a\": 1 }", "is not a JSON object"),
        ("{}", "is empty"),
        ("{ \"a\": \"query {\" }", "under the id 'a'"),
        (nested.as_str(), "under the id 'a'"),
    ] {
        let error = Manifest::read(json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{json}: {error}");
    }
}
