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
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
    ] {
        let (status, body) = read(post(&world).bearer_auth(&token).header("content-type", kind).body(QUERY)).await;
        assert_eq!((status, code(&body)), (415, "BAD_USER_INPUT"), "{kind}");
    }
    let compressed = post(&world).bearer_auth(&token).header("content-encoding", "gzip");
    assert_eq!(read(compressed.header("content-type", "application/json").body(QUERY)).await.0, 415);
    assert_eq!(read(post(&world).bearer_auth(&token).body(QUERY)).await.0, 415, "no content type at all");
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
async fn other_methods_are_told_which_are_served() {
    let (world, token) = world().await;
    let send = async |method: reqwest::Method, query: &str| {
        let url = url::Url::parse_with_params(&format!("{}/graphql", world.app.url()), [("query", query)]).unwrap();
        let response = reqwest::Client::new().request(method, url).bearer_auth(&token).send().await.unwrap();
        let allow = response.headers().get("allow").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), allow, response.text().await.unwrap())
    };
    let methods = Some("GET, HEAD, POST, OPTIONS".to_owned());
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::PATCH] {
        let (status, allow, body) = send(method, "{ __typename }").await;
        assert_eq!((status, &allow), (405, &methods));
        assert_eq!(code(&serde_json::from_str(&body).unwrap()), "BAD_USER_INPUT");
    }
    assert_eq!(send(reqwest::Method::OPTIONS, "").await, (204, methods, String::new()));
    assert_eq!(send(reqwest::Method::HEAD, "{ __typename }").await, (200, None, String::new()));
    assert_eq!(send(reqwest::Method::HEAD, "mutation { __typename }").await.0, 405);
}

#[tokio::test]
async fn what_is_null_or_empty_or_unknown_in_a_request_is_not_there() {
    let (world, token) = world().await;
    for body in [
        json!({ "query": "{ viewer { role } }", "variables": null, "operationName": null, "extensions": null, "documentId": null }),
        json!({ "query": "{ viewer { role } }", "extensions": { "persistedQuery": null, "x": 1 }, "id": 7, "more": [] }),
    ] {
        let (status, answer) = read(post(&world).bearer_auth(&token).json(&body)).await;
        assert_eq!((status, &answer["data"]["viewer"]["role"]), (200, &json!("ADMIN")), "{body}");
    }
    let parameters =
        [("query", "{ viewer { role } }"), ("variables", ""), ("operationName", ""), ("extensions", ""), ("x", "1")];
    let url = url::Url::parse_with_params(&format!("{}/graphql", world.app.url()), parameters).unwrap();
    let (status, answer) = read(reqwest::Client::new().get(url).bearer_auth(&token)).await;
    assert_eq!((status, &answer["data"]["viewer"]["role"]), (200, &json!("ADMIN")));
    for (name, value) in [("variables", "[]"), ("variables", "{"), ("extensions", "1"), ("query", "")] {
        let parameters = [("query", "{ viewer { role } }"), (name, value)];
        let url = url::Url::parse_with_params(
            &format!("{}/graphql", world.app.url()),
            &parameters[usize::from(name == "query")..],
        )
        .unwrap();
        let (status, answer) = read(reqwest::Client::new().get(url).bearer_auth(&token)).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{name}={value}");
    }
}

/// Status and code by the media type: a field that is refused is an answer, a caller who is refused is none.
#[tokio::test]
async fn a_refused_field_is_an_answer_like_any_other() {
    let (world, _) = world().await;
    for accept in ["application/graphql-response+json", "application/json"] {
        let query = "mutation { runJob(input: { jobId: \"x\" }) { userErrors { code } } }";
        let request = post(&world).bearer_auth(world.token(Role::Viewer)).header("accept", accept);
        let (status, body) = read(request.json(&json!({ "query": query }))).await;
        assert_eq!((status, &body["data"], code(&body)), (200, &json!({ "runJob": null }), "FORBIDDEN"));
    }
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

#[tokio::test]
async fn fields_are_answered_in_the_order_of_the_document() {
    let (world, token) = world().await;
    world.source_group("Suppliers", &["Ada"]);
    world.job("Suppliers", &["ann@corp.example"]).await;
    let query = "query { live: user(email: \"ann@corp.example\") { contactGroups { name } email } z: __typename ...F viewer { role } }
        fragment F on Query { jobs { totalCount nodes { source { group { name } email } lastRun { status } name } ... on JobConnection { pageInfo { hasNextPage } } } }";
    let answer = post(&world).bearer_auth(&token).json(&json!({ "query": query })).send().await.unwrap();
    let told = answer.text().await.unwrap();
    let keys = [
        "live",
        "contactGroups",
        "email",
        "z",
        "jobs",
        "totalCount",
        "nodes",
        "source",
        "group",
        "email",
        "lastRun",
        "status",
        "name",
        "pageInfo",
        "viewer",
    ];
    let mut rest = told.as_str();
    for key in keys {
        let found = rest.find(&format!("\"{key}\":"));
        rest = &rest[found.unwrap_or_else(|| panic!("{key} is not where it was asked for: {told}"))..];
    }
}

#[tokio::test]
async fn a_variable_that_is_required_and_missing_is_named_and_nothing_is_executed() {
    let (world, token) = world().await;
    let query = "query ($id: ID!, $first: Int! = 3) { job(id: $id) { runs(first: $first) { totalCount } } }";
    for variables in [json!(null), json!({}), json!({ "first": 5 })] {
        let request = post(&world).bearer_auth(&token).header("accept", "application/graphql-response+json");
        let (status, body) = read(request.json(&json!({ "query": query, "variables": variables }))).await;
        assert_eq!((status, code(&body)), (400, "GRAPHQL_VALIDATION_FAILED"), "{body:#}");
        assert!(body["errors"][0]["message"].as_str().unwrap().contains("$id of the type ID!"), "{body:#}");
        assert!(body.get("data").is_none());
    }
    let given = json!({ "query": query, "variables": { "id": "job_x" } });
    assert_eq!(read(post(&world).bearer_auth(&token).json(&given)).await.1["data"], json!({ "job": null }));
}
