use contact_sync::domain::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{code, post, read};
use crate::world::{Database, SECRET, World};

fn signed(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn claims(world: &World) -> Value {
    let now = world.clock.now().timestamp();
    json!({ "sub": "ann", "email": "ann@corp.example", "role": "ADMIN", "iss": "contact-sync", "aud": "contact-sync",
        "exp": now + 600 })
}

fn with(world: &World, name: &str, value: Value) -> String {
    let mut claims = claims(world);
    claims[name] = value;
    signed(&claims, Algorithm::HS256, SECRET)
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused_without_repeating_them() {
    let world = World::new(Database::sqlite()).await;
    let now = world.clock.now().timestamp();
    let unsigned = {
        let good = with(&world, "sub", json!("ann"));
        let claims = good.split('.').nth(1).unwrap();
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
    };
    let wrong = [
        ("malformed", "abc.def.ghi".to_owned()),
        ("expired", with(&world, "exp", json!(now))),
        ("not yet valid", with(&world, "nbf", json!(now + 60))),
        ("of another issuer", with(&world, "iss", json!("somebody"))),
        ("for another audience", with(&world, "aud", json!("somebody"))),
        ("without a subject", with(&world, "sub", json!(""))),
        ("without a role", with(&world, "role", json!(null))),
        ("of an unknown role", with(&world, "role", json!("KING"))),
        ("of a malformed address", with(&world, "email", json!("ann"))),
        (
            "of another secret",
            signed(&claims(&world), Algorithm::HS256, "another secret, long enough for HS256 as well"),
        ),
        ("of another algorithm", signed(&claims(&world), Algorithm::HS512, SECRET)),
        ("unsigned", unsigned),
    ];
    for (what, token) in wrong {
        let request = post(&world).bearer_auth(&token).json(&json!({ "query": "{ viewer { role } }" }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401, "{what}");
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.starts_with("Bearer") && challenge.contains("invalid_token"), "{what}: {challenge}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(code(&body), "UNAUTHENTICATED", "{what}");
        assert!(!body.to_string().contains(&token) && body.get("data").is_none(), "{what}");
    }
    let (status, body) = read(post(&world).json(&json!({ "query": "{ viewer { role } }" }))).await;
    assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_token_tells_who_calls_and_expires_by_the_servers_clock() {
    let world = World::new(Database::sqlite()).await;
    let token = with(&world, "role", json!("OPERATOR"));
    let ask = async || {
        read(post(&world).bearer_auth(&token).json(&json!({ "query": "{ viewer { email role expiresAt } }" }))).await
    };
    let expected = json!({ "email": "ann@corp.example", "role": "OPERATOR", "expiresAt": "2026-03-02T12:10:00.000Z" });
    assert_eq!(ask().await.1["data"]["viewer"], expected);
    world.clock.advance(chrono::TimeDelta::seconds(600));
    assert_eq!(ask().await.0, 401);
}

#[tokio::test]
async fn whoever_changes_something_is_named() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    let query = "mutation { createJob(input: { sourceUserEmail: \"desk@corp.example\", sourceGroup: { name: \"Suppliers\" },
        destinationEmails: [\"bob@corp.example\"] }) { job { createdBy { kind email label } } run { requestedBy { label } } } }";
    let token = with(&world, "role", json!("OPERATOR"));
    let (_, body) = read(post(&world).bearer_auth(token).json(&json!({ "query": query }))).await;
    let created = &body["data"]["createJob"];
    let ann = json!({ "kind": "USER", "email": "ann@corp.example", "label": "ann@corp.example" });
    assert_eq!(created["job"]["createdBy"], ann);
    assert_eq!(created["run"]["requestedBy"]["label"], "ann@corp.example");
    world.work().await;
    world.next_day().await;
    let data = world.data("{ runs(first: 1) { nodes { requestedBy { kind label } } } }", json!({})).await;
    assert_eq!(data["runs"]["nodes"][0]["requestedBy"], json!({ "kind": "SCHEDULER", "label": "Daily schedule" }));
}
