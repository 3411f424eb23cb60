//! Units per minute and day.

use chrono::TimeDelta;
use sandbox::{Options, Quotas};
use serde_json::json;

use crate::helper::{Stage, message, named};

#[tokio::test]
async fn a_minute_has_so_many_reads() {
    let quotas = Some(Quotas { critical_reads: 3, ..Quotas::default() });
    let stage = Stage::with(Options { quotas, ..Options::default() }).await;
    let ann = stage.user("ann").await;
    for _ in 0..3 {
        assert_eq!(ann.list("personFields=names").await.0, 200);
    }
    let (status, body) = ann.list("personFields=names").await;
    assert_eq!(status, 429);
    assert!(message(&body).starts_with("Quota exceeded for quota metric 'Critical read requests"));
    assert_eq!(body["error"]["details"][0]["metadata"]["quota_limit"], "CriticalReadsPerMinutePerProjectPerUser");
    assert_eq!(stage.user("bob").await.list("personFields=names").await.0, 200);
    stage.sandbox.advance(TimeDelta::minutes(1));
    assert_eq!(ann.list("personFields=names").await.0, 200);
    stage.conforms();
}

#[tokio::test]
async fn batches_cost_more_and_the_day_is_shared() {
    let quotas = Some(Quotas { daily_contact_writes: 201, ..Quotas::default() });
    let stage = Stage::with(Options { quotas, ..Options::default() }).await;
    let ann = stage.user("ann").await;
    let batch = json!({ "contacts": [{ "contactPerson": named("A") }], "readMask": "names" });
    assert_eq!(ann.post("/v1/people:batchCreateContacts", batch).await.0, 200);
    let cost = stage.sandbox.ledger().last().unwrap().cost;
    assert_eq!((cost.critical_reads, cost.critical_writes, cost.daily_contact_writes), (6, 6, 200));
    let bob = stage.user("bob").await;
    bob.create(named("B")).await;
    let (status, body) = bob.post("/v1/people:createContact", named("C")).await;
    assert_eq!(status, 429);
    assert!(message(&body).contains("Daily Contact Writes (Total)"));
    assert_eq!(stage.sandbox.ledger().last().unwrap().cost, sandbox::Cost::default());
    stage.sandbox.advance(TimeDelta::days(1));
    stage.user("bob").await.create(named("C")).await;
}

#[tokio::test]
async fn the_directory_has_its_own_refusal() {
    let quotas = Some(Quotas { directory_per_minute: 1, ..Quotas::default() });
    let stage = Stage::with(Options { quotas, ..Options::default() }).await;
    let admin = stage.admin().await;
    assert_eq!(admin.get("/admin/directory/v1/customers/my_customer").await.0, 200);
    let (status, body) = admin.get("/admin/directory/v1/customers/my_customer").await;
    assert_eq!((status, &body["error"]["errors"][0]["reason"]), (403, &json!("quotaExceeded")));
}
