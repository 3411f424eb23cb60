use contact_sync::domain::Role;
use serde_json::json;

use super::{code, post, read};
use crate::world::{Database, World};

const QUERY: &str = r#"{"query":"{ viewer { role } }"}"#;

async fn world() -> (World, String) {
    let world = World::new(Database::sqlite()).await;
    let token = world.token(Role::Admin);
    (world, token)
}

#[tokio::test]
async fn only_json_is_taken() {
    let (world, token) = world().await;
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql"]
    {
        let (status, body) = read(post(&world).bearer_auth(&token).header("content-type", kind).body(QUERY)).await;
        assert_eq!((status, code(&body)), (415, "BAD_USER_INPUT"), "{kind}");
    }
    for body in [
        "",
        "{",
        "[]",
        "[{\"query\":\"{ viewer { role } }\"}]",
        "null",
        "{}",
        "{\"query\": 1}",
        "{\"query\":\"{ viewer { role } }\",\"variables\":[]}",
    ] {
        let (status, answer) =
            read(post(&world).bearer_auth(&token).header("content-type", "application/json").body(body)).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{body}");
    }
    let long = json!({ "query": "{ viewer { role } }", "variables": { "x": "x".repeat(2_000_000) } });
    let (status, body) = read(post(&world).bearer_auth(&token).json(&long)).await;
    assert_eq!((status, code(&body)), (413, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn queries_also_come_by_get_and_mutations_do_not() {
    let (world, token) = world().await;
    let get = |query: &str| {
        let url = url::Url::parse_with_params(&format!("{}/graphql", world.app.url()), [("query", query)]).unwrap();
        reqwest::Client::new().get(url).bearer_auth(&token)
    };
    let (status, body) = read(get("{ viewer { role } }")).await;
    assert_eq!((status, &body["data"]["viewer"]["role"]), (200, &json!("ADMIN")));
    let refused = get("mutation { runJob(input: { jobId: \"x\" }) { userErrors { code } } }").send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["allow"]),
        (405, &reqwest::header::HeaderValue::from_static("POST"))
    );
}

#[tokio::test]
async fn the_accepted_media_type_decides_the_status_of_a_refused_document() {
    let (world, token) = world().await;
    let send = async |accept: &str, query: &str| {
        let request = post(&world).bearer_auth(&token).header("accept", accept).json(&json!({ "query": query }));
        let response = request.send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind.split(';').next().unwrap().to_owned())
    };
    let modern = "application/graphql-response+json";
    assert_eq!(send(modern, "{ viewer { role } }").await, (200, modern.into()));
    assert_eq!(send(modern, "{ nope }").await, (400, modern.into()));
    assert_eq!(send("application/json", "{ nope }").await, (200, "application/json".into()));
    assert_eq!(send("*/*", "{ viewer { role } }").await.0, 200);
    assert_eq!(send("text/html", "{ viewer { role } }").await.0, 406);
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_every_error_a_code() {
    let (world, token) = world().await;
    for query in [
        "{ viewer { role } }",
        "{ nope }",
        "{",
        "{ jobs(first: 1000) { totalCount } }",
        "query ($x: Int!) { jobs(first: $x) { totalCount } }",
    ] {
        let (_, body) = read(post(&world).bearer_auth(&token).json(&json!({ "query": query }))).await;
        let id = body["extensions"]["requestId"].as_str().unwrap();
        assert!(id.starts_with("req_"));
        for error in body["errors"].as_array().into_iter().flatten() {
            assert!(error["extensions"]["code"].is_string() && error["extensions"]["requestId"] == id, "{body:#}");
        }
    }
}

#[tokio::test]
async fn graphiql_comes_from_the_server_alone() {
    let (world, _) = world().await;
    let client = reqwest::Client::builder().gzip(false).build().unwrap();
    let page = client.get(format!("{}/", world.app.url())).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("//unpkg"), "{html}");
    for name in html.split('"').filter(|part| part.starts_with("graphiql/")) {
        let url = format!("{}/{name}", world.app.url());
        let asset = client.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(asset.status(), 200, "{name}");
        let tag = asset.headers()["etag"].clone();
        if name.ends_with(".min.js") {
            assert_eq!(asset.headers()["content-encoding"], "gzip", "{name}");
        }
        let again =
            client.get(&url).header("accept-encoding", "gzip").header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), 304, "{name}");
    }
    assert_eq!(client.get(format!("{}/graphiql/../Cargo.toml", world.app.url())).send().await.unwrap().status(), 404);
    assert_eq!(client.get(format!("{}/health", world.app.url())).send().await.unwrap().text().await.unwrap(), "ok\n");
}
