//! Injected faults.

use reqwest::Method;
use sandbox::{Fault, FaultKind, When};
use serde_json::json;

use crate::helper::{CONTACTS, Stage, named};

const CREATE: &str = "/v1/people:createContact";
const EMAIL: &str = "ann@corp.example";

fn next(kind: FaultKind) -> Fault {
    Fault::new(When::Call(1), kind)
}

#[tokio::test]
async fn answers_can_be_replaced_before_or_after_the_work() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let cases = [
        (FaultKind::QuotaPerMinute, 429, 0),
        (FaultKind::QuotaBackend, 429, 0),
        (FaultKind::InternalError, 500, 0),
        (FaultKind::BadGatewayHtml, 502, 0),
        (FaultKind::Unavailable, 503, 0),
        (FaultKind::ExpiredSyncToken, 400, 0),
        (FaultKind::Unauthorized, 401, 0),
        (FaultKind::Forbidden, 403, 0),
        (FaultKind::CommitThenError, 500, 1),
        (FaultKind::CommitThenBadGateway, 502, 1),
    ];
    for (kind, status, made) in cases {
        let before = stage.sandbox.contacts(EMAIL).unwrap().len();
        let id = stage.sandbox.inject(next(kind));
        let (actual, _) = ann.post(CREATE, named("A")).await;
        assert_eq!((actual, stage.sandbox.contacts(EMAIL).unwrap().len() - before), (status, made), "{kind:?}");
        assert!(stage.sandbox.fault_was_hit(id));
    }
    assert_eq!(ann.post(CREATE, named("B")).await.0, 200);
    stage.conforms();
}

#[tokio::test]
async fn connections_can_be_cut() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let warm = ann.list("personFields=names").await;
    assert_eq!(warm.0, 200);
    for (kind, made) in [(FaultKind::CutBefore, 0), (FaultKind::CutAfter, 1)] {
        stage.sandbox.inject(next(kind));
        assert!(ann.try_call(Method::POST, CREATE, Some(&named("A"))).await.is_err());
        assert_eq!(stage.sandbox.contacts(EMAIL).unwrap().len(), made);
        let last = stage.sandbox.ledger().pop().unwrap();
        assert_eq!((last.status, last.response.is_null()), (0, true));
    }
}

#[tokio::test]
async fn requests_can_hang_until_somebody_gives_up() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let id = stage.sandbox.inject(next(FaultKind::HangAfter));
    let hanging = ann.try_call(Method::POST, CREATE, None);
    tokio::select! {
        _ = hanging => panic!("it should hang"),
        () = stage.sandbox.fault_hit(id) => {}
    }
    assert_eq!(stage.sandbox.contacts(EMAIL).unwrap().len(), 1);
    let id = stage.sandbox.inject(next(FaultKind::HangBefore));
    let hanging = ann.try_call(Method::POST, CREATE, None);
    let (answer, ()) = tokio::join!(hanging, async {
        stage.sandbox.fault_hit(id).await;
        stage.sandbox.stop().await;
    });
    assert!(answer.is_err());
}

#[tokio::test]
async fn a_fault_can_pick_method_user_and_tokens() {
    let stage = Stage::new().await;
    let method = |id: &str, nth| When::Method { id: id.to_owned(), nth };
    stage.sandbox.inject(Fault::new(method("people.people.createContact", 2), FaultKind::InternalError));
    let ann = stage.user("ann").await;
    assert_eq!(ann.post(CREATE, named("A")).await.0, 200);
    assert_eq!(ann.list("personFields=names").await.0, 200);
    assert_eq!(ann.post(CREATE, named("B")).await.0, 500);
    let bob = Some("bob@corp.example".to_owned());
    stage.sandbox.inject(Fault::new(When::Always { id: None, user: bob.clone() }, FaultKind::Unavailable));
    let bob_calls = stage.user("bob").await;
    for _ in 0..2 {
        assert_eq!(bob_calls.list("personFields=names").await.0, 503);
    }
    assert_eq!(ann.list("personFields=names").await.0, 200);
    stage.sandbox.inject(Fault::new(When::Always { id: None, user: bob }, FaultKind::TokenRefused));
    let (status, body) = stage.exchange(&stage.claims("bob@corp.example", CONTACTS)).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(stage.exchange(&stage.claims(EMAIL, CONTACTS)).await.0, 200);
    stage.sandbox.clear_faults();
    assert_eq!(bob_calls.list("personFields=names").await.0, 200);
}

#[tokio::test]
async fn the_control_api_moves_time_and_injects_faults() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let before = stage.sandbox.now();
    let (status, _) = stage.control(Method::POST, "time", &json!({ "advanceSeconds": 60 })).await;
    assert_eq!(status, 200);
    assert!((stage.sandbox.now() - before).num_seconds() >= 60);
    let fault = json!({ "at": { "always": { "id": "people.people.createContact" } }, "kind": "forbidden", "times": 0 });
    assert_eq!(stage.control(Method::POST, "faults", &fault).await.0, 200);
    assert_eq!(ann.post(CREATE, named("A")).await.0, 403);
    assert_eq!(stage.control(Method::DELETE, "faults", &json!({})).await.0, 200);
    assert_eq!(ann.post(CREATE, named("A")).await.0, 200);
    let (_, ledger) = stage.control(Method::GET, "ledger", &json!({})).await;
    assert_eq!(ledger["entries"].as_array().unwrap().len(), 3);
    let (_, account) = stage.control(Method::GET, "accounts/ann@corp.example", &json!({})).await;
    assert_eq!(account["contacts"][0]["person"]["names"][0]["givenName"], "A");
    assert_eq!(stage.control(Method::GET, "accounts/x@corp.example", &json!({})).await.0, 404);
    assert_eq!(stage.control(Method::POST, "faults", &json!({ "kind": "surprise" })).await.0, 400);
}
