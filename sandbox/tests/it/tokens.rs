//! The token endpoint and what tokens open.

use chrono::TimeDelta;
use sandbox::{NewUser, Options, SuspendedMode};
use serde_json::{Value, json};

use crate::helper::{CONTACTS, Stage, message};

#[tokio::test]
async fn an_assertion_is_exchanged_for_an_hour() {
    let stage = Stage::new().await;
    let (status, body) = stage.exchange(&stage.claims("ann@corp.example", CONTACTS)).await;
    assert_eq!((status, &body["expires_in"], &body["token_type"]), (200, &json!(3599), &json!("Bearer")));
    assert!(body["access_token"].as_str().unwrap().starts_with("ya29."));

    let ann = stage.user("ann").await;
    assert_eq!(ann.list("personFields=names").await.0, 200);
    stage.sandbox.advance(TimeDelta::seconds(3_600));
    let (status, body) = ann.list("personFields=names").await;
    assert_eq!((status, &body["error"]["status"]), (401, &json!("UNAUTHENTICATED")));
    stage.conforms();
}

#[tokio::test]
async fn refusals_follow_the_table() {
    let stage = Stage::new().await;
    stage.sandbox.add_user(NewUser::new("gone@corp.example", "G", "One")).unwrap();
    stage.sandbox.delete_user("gone@corp.example").unwrap();
    let base = stage.claims("ann@corp.example", CONTACTS);
    let now = stage.sandbox.now().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = base.clone();
        claims[name] = value;
        claims
    };
    let cases = [
        (with("scope", json!("https://www.googleapis.com/auth/drive")), 401, "unauthorized_client"),
        (with("scope", json!("")), 400, "invalid_scope"),
        (with("sub", json!("nobody@corp.example")), 400, "invalid_grant"),
        (with("sub", json!("gone@corp.example")), 400, "invalid_grant"),
        (with("sub", json!("reception@corp.example")), 400, "invalid_grant"),
        (with("sub", json!("sam@corp.example")), 400, "invalid_grant"),
        (with("sub", json!("nobody")), 400, "invalid_request"),
        (with("iss", json!("other@project.example")), 400, "invalid_grant"),
        (with("aud", json!("https://other.example/token")), 400, "invalid_grant"),
        (with("exp", json!(now + 3_700)), 400, "invalid_grant"),
        (with("iat", json!(now - 9_000)), 400, "invalid_grant"),
    ];
    for (claims, status, error) in cases {
        let (actual, body) = stage.exchange(&claims).await;
        assert_eq!((actual, body["error"].as_str()), (status, Some(error)), "{claims}: {body}");
    }
    let (_, deleted) = stage.exchange(&with("sub", json!("gone@corp.example"))).await;
    assert_eq!(deleted["error_description"], "The account has been deleted.");
    let (status, odd) = stage.exchange(&with("scope", json!("contacts"))).await;
    assert_eq!((status, odd.get("access_token"), odd["id_token"].is_string()), (200, None, true));
    let (status, google) = stage.exchange(&with("aud", json!("https://oauth2.googleapis.com/token"))).await;
    assert_eq!(status, 200, "{google}");
    let (_, garbled) = stage.exchange_assertion("abc").await;
    assert_eq!(garbled["error"], "invalid_grant");
}

#[tokio::test]
async fn a_forged_signature_is_refused() {
    let stage = Stage::new().await;
    let other = Stage::new().await;
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.kid = stage.sandbox.key()["private_key_id"].as_str().map(str::to_owned);
    let secret = jsonwebtoken::EncodingKey::from_secret(b"guess");
    let claims = stage.claims("ann@corp.example", CONTACTS);
    let forged = jsonwebtoken::encode(&header, &claims, &secret).unwrap();
    assert_eq!(stage.exchange_assertion(&forged).await.1["error_description"], "Invalid JWT Signature.");
    // Another sandbox has another key id, though the key is the same in this process.
    let (_, body) = other.exchange(&claims).await;
    assert_eq!(body["error"], "invalid_grant");
}

#[tokio::test]
async fn scopes_and_services_bound_what_a_token_opens() {
    let stage = Stage::new().await;
    let reader = stage.with_scope("ann@corp.example", "https://www.googleapis.com/auth/contacts.readonly").await;
    assert_eq!(reader.list("personFields=names").await.0, 200);
    let (status, body) = reader.post("/v1/people:createContact", json!({})).await;
    assert_eq!((status, &body["error"]["details"][0]["reason"]), (403, &json!("ACCESS_TOKEN_SCOPE_INSUFFICIENT")));
    let (status, body) = reader.get("/admin/directory/v1/users/ann@corp.example").await;
    assert_eq!((status, message(&body)), (403, "Request had insufficient authentication scopes."));
    stage.sandbox.update_user("ann@corp.example", |user| user.contacts_service = false).unwrap();
    assert_eq!(reader.list("personFields=names").await.0, 403);
    stage.sandbox.delete_user("ann@corp.example").unwrap();
    assert_eq!(reader.list("personFields=names").await.0, 401);
}

#[tokio::test]
async fn suspended_users_can_be_turned_away_at_the_api() {
    let options = Options { suspended: SuspendedMode::ForbiddenAtApi, ..Options::default() };
    let stage = Stage::with(options).await;
    let sam = stage.user("sam").await;
    let (status, body) = sam.list("personFields=names").await;
    assert_eq!((status, &body["error"]["status"]), (403, &json!("PERMISSION_DENIED")));
    let olga = stage.user("olga").await;
    assert_eq!(olga.list("personFields=names").await.0, 403);
}
