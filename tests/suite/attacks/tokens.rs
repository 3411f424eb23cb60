use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contact_sync::domain::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::api::{Signer, code, post, read};
use crate::world::{Database, SECRET, World};

fn claims(world: &World) -> Value {
    let exp = world.clock.now().timestamp() + 600;
    json!({ "sub": "eve", "role": "ADMIN", "iss": "contact-sync", "aud": "contact-sync", "exp": exp })
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token with this header and these claims, signed with the server's own secret whatever the header says.
fn signed(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    format!("{message}.{}", crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap())
}

async fn ask(world: &World, token: &str) -> (u16, Value) {
    read(post(world).bearer_auth(token).json(&json!({ "query": "{ viewer { role } }" }))).await
}

async fn is_refused(world: &World, what: &str, token: &str) {
    let (status, body) = ask(world, token).await;
    assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{what}");
    assert!(body.get("data").is_none(), "{what}");
}

#[tokio::test]
async fn a_header_cannot_choose_how_its_token_is_checked() {
    let world = World::new(Database::sqlite()).await;
    let claims = claims(&world);
    let good = signed(&json!({ "alg": "HS256", "typ": "JWT" }), &claims);
    assert_eq!(ask(&world, &good).await.0, 200, "what is refused below is refused for its header");
    for algorithm in
        ["none", "None", "NONE", "nOnE", "", " HS256", "hs256", "HS384", "RS256", "ES256", "EdDSA", "A128KW", "dir"]
    {
        let header = json!({ "alg": algorithm, "typ": "JWT" });
        is_refused(&world, algorithm, &signed(&header, &claims)).await;
        is_refused(&world, algorithm, &format!("{}.{}.", part(&header), part(&claims))).await;
    }
    for header in [
        json!({}),
        json!({ "alg": null }),
        json!({ "alg": 256 }),
        json!({ "alg": ["HS256", "none"] }),
        json!([]),
        json!("HS256"),
        json!({ "alg": "HS256", "crit": ["exp"] }),
        json!({ "alg": "HS256", "crit": [] }),
        json!({ "alg": "HS256", "crit": ["b64"], "b64": false }),
    ] {
        is_refused(&world, &header.to_string(), &signed(&header, &claims)).await;
    }
}

#[tokio::test]
async fn a_signature_holds_for_the_very_bytes_that_were_signed() {
    let world = World::new(Database::sqlite()).await;
    let claims = claims(&world);
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let token = signed(&header, &claims);
    let [head, body, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let mut other = claims.clone();
    other["sub"] = json!("root");
    let padded = |text: &str| STANDARD.encode(URL_SAFE_NO_PAD.decode(text).unwrap());
    for (what, token) in [
        ("other claims", format!("{head}.{}.{signature}", part(&other))),
        (
            "another header",
            format!("{}.{body}.{signature}", part(&json!({ "alg": "HS256", "kid": "x", "typ": "JWT" }))),
        ),
        ("half a signature", format!("{head}.{body}.{}", &signature[..signature.len() / 2])),
        ("no signature", format!("{head}.{body}.")),
        ("no signature and no dot", format!("{head}.{body}")),
        ("a longer signature", format!("{head}.{body}.{signature}AA")),
        ("a fourth part", format!("{token}.{signature}")),
        ("five parts, as if encrypted", format!("{token}.{signature}.{signature}")),
        ("an empty body", format!("{head}..{signature}")),
        ("padding", format!("{}.{}.{}", padded(head), padded(body), padded(signature))),
        ("only dots", "..".to_owned()),
        ("a Google access token", "ya29.0123456789abcdef".to_owned()),
    ] {
        is_refused(&world, what, &token).await;
    }
}

#[tokio::test]
async fn claims_that_are_not_what_they_must_be_are_refused() {
    let world = World::new(Database::sqlite()).await;
    let header = json!({ "alg": "HS256" });
    let exp = world.clock.now().timestamp() + 600;
    for (name, value) in [
        ("exp", json!(null)),
        ("exp", json!(exp.to_string())),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", json!(u64::MAX)),
        ("exp", json!([exp])),
        ("nbf", json!("now")),
        ("nbf", json!(exp)),
        ("nbf", json!(1e300)),
        ("iss", json!(null)),
        ("iss", json!("contact-sync.evil.example")),
        ("iss", json!("CONTACT-SYNC")),
        ("aud", json!([])),
        ("aud", json!({ "contact-sync": true })),
        ("aud", json!("contact")),
        ("sub", json!(7)),
        ("sub", json!(null)),
        ("role", json!({ "ADMIN": true })),
        ("role", json!(0)),
        ("role", json!("")),
        ("email", json!(["ann@corp.example"])),
        ("email", json!("ann@corp.example\r\nX: y")),
    ] {
        let mut wrong = claims(&world);
        wrong[name] = value;
        is_refused(&world, &wrong.to_string(), &signed(&header, &wrong)).await;
    }
    for body in [json!([]), json!("ADMIN"), json!(null), json!(7)] {
        is_refused(&world, &body.to_string(), &signed(&header, &body)).await;
    }
}

#[tokio::test]
async fn keys_that_a_token_brings_along_are_not_used_and_not_fetched() {
    let world = World::new(Database::sqlite()).await;
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys.json", trap.local_addr().unwrap());
    let eve = Signer::new(Algorithm::RS256);
    for (name, value) in [
        ("jwk", eve.jwk("eve")),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!([eve.public_pem])),
        ("kid", json!("../../../dev/null")),
        ("kid", json!("x' UNION SELECT 'key' --")),
        ("kid", json!(url)),
    ] {
        let header = json!({ "alg": "RS256", "typ": "JWT", name: value });
        let message = format!("{}.{}", part(&header), part(&claims(&world)));
        let signature = crypto::sign(message.as_bytes(), &eve.private, Algorithm::RS256).unwrap();
        is_refused(&world, name, &format!("{message}.{signature}")).await;
        let header = json!({ "alg": "HS256", "typ": "JWT", name: header[name] });
        let message = format!("{}.{}", part(&header), part(&claims(&world)));
        for secret in ["", "key", eve.public_pem.as_str()] {
            let key = EncodingKey::from_secret(secret.as_bytes());
            let signature = crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
            is_refused(&world, name, &format!("{message}.{signature}")).await;
        }
    }
    assert!(futures_util::FutureExt::now_or_never(trap.accept()).is_none(), "nobody asked for the keys");
}

#[tokio::test]
async fn a_token_comes_in_its_header_once_and_nowhere_else() {
    let world = World::new(Database::sqlite()).await;
    let token = signed(&json!({ "alg": "HS256" }), &claims(&world));
    let query = json!({ "query": "{ viewer { role } }" });
    let url = format!("{}/graphql?access_token={token}&token={token}", world.app.url());
    let twice = post(&world).header("authorization", format!("Bearer {token}"));
    for (what, request) in [
        ("in the URL", reqwest::Client::new().post(url)),
        ("in a cookie", post(&world).header("cookie", format!("authorization=Bearer {token}; token={token}"))),
        (
            "in other headers",
            post(&world).header("x-authorization", format!("Bearer {token}")).header("x-api-key", &token),
        ),
        ("by another scheme", post(&world).header("authorization", format!("Basic {token}"))),
        ("without a scheme", post(&world).header("authorization", &token)),
        ("twice", twice.header("authorization", "Bearer x")),
        ("two in one header", post(&world).header("authorization", format!("Bearer {token}, Bearer {token}"))),
    ] {
        let (status, body) = read(request.json(&query)).await;
        assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{what}");
    }
    let huge = post(&world).bearer_auth("x".repeat(1_000_000)).json(&query).send().await;
    assert!(huge.is_err() || huge.is_ok_and(|answer| answer.status().is_client_error()), "a megabyte of token");
    assert_eq!(ask(&world, &token).await.0, 200, "and the server goes on");
}
