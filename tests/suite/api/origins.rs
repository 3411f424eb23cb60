//! Pages of other origins, and callers behind proxies.

use contact_sync::domain::Role;
use contact_sync::http::Doors;
use reqwest::Method;
use serde_json::json;

use super::{post, read};
use crate::world::{Database, Wishes, World};

const CONSOLE: &str = "https://console.corp.example";

async fn world(allowed: &[&str]) -> World {
    let allowed_origins = allowed.iter().map(|origin| (*origin).to_owned()).collect();
    let doors = Doors { allowed_origins, ..Doors::default() };
    World::with(Database::sqlite(), Wishes { doors, ..Wishes::default() }).await
}

async fn preflight(world: &World, origin: &str) -> reqwest::Response {
    let request = reqwest::Client::new().request(Method::OPTIONS, format!("{}/graphql", world.app.url()));
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    request.header("access-control-request-headers", "authorization, content-type").send().await.unwrap()
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn pages_of_named_origins_may_read_answers_and_bring_no_cookies() {
    let world = world(&["https://console.corp.example/", "https://other.corp.example"]).await;
    let allowed = preflight(&world, CONSOLE).await;
    assert!(allowed.status().is_success());
    assert_eq!(header(&allowed, "access-control-allow-origin"), Some(CONSOLE));
    let headers = header(&allowed, "access-control-allow-headers").unwrap();
    for name in ["authorization", "content-type", "graphql-client-name", "graphql-client-version", "last-event-id"] {
        assert!(headers.contains(name), "{headers}");
    }
    assert_eq!(header(&allowed, "access-control-allow-methods"), Some("GET,POST"));
    assert_eq!(header(&allowed, "access-control-allow-credentials"), None);

    let request = || post(&world).header("origin", CONSOLE).json(&json!({ "query": "{ viewer { role } }" }));
    let answer = request().bearer_auth(world.token(Role::Viewer)).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (200, Some(CONSOLE)));
    let refused = request().send().await.unwrap();
    assert_eq!((refused.status().as_u16(), header(&refused, "access-control-allow-origin")), (401, Some(CONSOLE)));
    assert_eq!(header(&refused, "access-control-expose-headers"), Some("retry-after,www-authenticate"));
    let varies = refused.headers().get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("origin"));
    assert!(varies, "a cache must not mix them up");

    for origin in
        ["https://evil.example", "null", "https://console.corp.example.evil.example", "http://console.corp.example"]
    {
        assert_eq!(header(&preflight(&world, origin).await, "access-control-allow-origin"), None, "{origin}");
    }
}

#[tokio::test]
async fn without_named_origins_no_other_page_can_read_anything() {
    let world = world(&[]).await;
    let answer = preflight(&world, CONSOLE).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "allow")), (204, Some("GET, HEAD, POST, OPTIONS")));
    let request = post(&world).header("origin", CONSOLE).bearer_auth(world.token(Role::Viewer));
    let posted = request.json(&json!({ "query": "{ viewer { role } }" })).send().await.unwrap();
    for answer in [answer, posted] {
        assert!(
            !answer.headers().keys().any(|name| name.as_str().starts_with("access-control")),
            "{:?}",
            answer.headers()
        );
    }
}

#[tokio::test]
async fn answers_of_the_api_cannot_be_framed_sniffed_or_kept() {
    let world = world(&[]).await;
    let answer = post(&world).json(&json!({ "query": "{ viewer { role } }" })).send().await.unwrap();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(header(&answer, name), Some(value), "{name}");
    }
}

/// The address itself is seen in the audit log only; here by whose budget is used up.
#[tokio::test]
async fn the_address_behind_our_own_proxies_is_believed_and_no_other() {
    use contact_sync::graphql::{Limits, RateLimit};
    for (proxies, same, other) in [(0, false, false), (1, false, true), (2, true, false)] {
        let doors = Doors { trusted_proxies: proxies, ..Doors::default() };
        let rate = RateLimit { points: 3, restored: 1 };
        let limits = Limits { anonymous_introspection: true, complexity: 3, rate, ..Limits::default() };
        let world = World::with(Database::sqlite(), Wishes { doors, limits, ..Wishes::default() }).await;
        let ask = async |hops: &str| {
            let request = post(&world).header("x-forwarded-for", hops);
            read(request.json(&json!({ "query": "{ __schema { queryType { name } } }" }))).await.0 == 200
        };
        assert!(ask("10.0.0.9, 203.0.113.7").await);
        assert_eq!(ask("10.0.0.1, 203.0.113.7").await, same, "{proxies} proxies, the same right-most address");
        assert_eq!(ask("10.0.0.9, 203.0.113.8").await, other, "{proxies} proxies, another right-most address");
    }
}
