//! Behaviour that can be chosen: lags, quotas, names that change, users that fall asleep; by hand and over `/control/`.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use sandbox::{Fault, FaultKind, Lag, Options, Sandbox, SuspendedMode, When, Workspace};
use serde_json::{Value, json};

use crate::helper::{CONTACTS, Stage, given_names, named};

const ANN: &str = "ann@corp.example";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("text")
}

#[tokio::test]
async fn tokens_of_changes_that_were_lost_with_the_process_have_expired() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let stage = Stage::with(Options { state: Some(path.clone()), ..Options::default() }).await;
    let query = "personFields=names&requestSyncToken=true";
    let ann = stage.user("ann").await;
    ann.create(named("Kept")).await;
    let kept = text(&ann.list(query).await.1, "nextSyncToken").to_owned();
    let written = async {
        while !std::fs::read_to_string(&path).unwrap().contains("Kept") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written).await.unwrap();
    let late = folder.path().join("late.json");
    std::fs::copy(&path, &late).unwrap(); // what `kill -9` would have left
    ann.create(named("Lost")).await;
    let lost = text(&ann.list(query).await.1, "nextSyncToken").to_owned();
    let groups = text(&ann.get("/v1/contactGroups").await.1, "nextSyncToken").to_owned();

    let stage = Stage::with(Options { state: Some(late), ..Options::default() }).await;
    let ann = stage.user("ann").await;
    for name in ["New", "Newer"] {
        ann.create(named(name)).await; // as many changes as were lost, and more
    }
    let (status, body) = ann.list(&format!("{query}&syncToken={lost}")).await;
    assert_eq!((status, &body["error"]["details"][0]["reason"]), (400, &json!("EXPIRED_SYNC_TOKEN")));
    let (status, body) = ann.get(&format!("/v1/contactGroups?syncToken={groups}")).await;
    assert_eq!((status, &body["error"]["details"][0]["reason"]), (400, &json!("EXPIRED_SYNC_TOKEN")));
    let (_, changes) = ann.list(&format!("{query}&syncToken={kept}")).await;
    assert_eq!(given_names(&changes), ["New", "Newer"]);
}

#[tokio::test]
async fn a_sync_token_is_bound_to_the_page_size_too() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let query = "personFields=names&requestSyncToken=true";
    let token = text(&ann.list(&format!("{query}&pageSize=50")).await.1, "nextSyncToken").to_owned();
    assert_eq!(ann.list(&format!("{query}&pageSize=50&syncToken={token}")).await.0, 200);
    assert_eq!(ann.list(&format!("{query}&pageSize=51&syncToken={token}")).await.0, 400);
    assert_eq!(ann.list(&format!("{query}&syncToken={token}")).await.0, 400);
    let token = text(&ann.get("/v1/contactGroups?pageSize=5").await.1, "nextSyncToken").to_owned();
    assert_eq!(ann.get(&format!("/v1/contactGroups?pageSize=5&syncToken={token}")).await.0, 200);
    assert_eq!(ann.get(&format!("/v1/contactGroups?syncToken={token}")).await.0, 400);
}

#[tokio::test]
async fn tokens_of_a_user_who_falls_asleep_stop_working() {
    for (mode, status, minted) in [(SuspendedMode::TokenRefused, 401, 400), (SuspendedMode::ForbiddenAtApi, 403, 200)] {
        let stage = Stage::with(Options { suspended: mode, ..Options::default() }).await;
        let ann = stage.user("ann").await;
        let query = "personFields=names";
        assert_eq!(ann.list(query).await.0, 200);
        let suspend = |suspended: bool| json!({ "suspended": suspended });
        assert_eq!(stage.control(Method::PATCH, "users/ann@corp.example", &suspend(true)).await.0, 200);
        assert_eq!(ann.list(query).await.0, status);
        assert_eq!(stage.exchange(&stage.claims(ANN, CONTACTS)).await.0, minted);
        stage.control(Method::PATCH, "users/ann@corp.example", &suspend(false)).await;
        assert_eq!(ann.list(query).await.0, 200);
    }
}

#[tokio::test]
async fn a_resource_name_can_change_and_the_old_one_still_leads_there() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let old = text(&ann.create(named("A")).await, "resourceName").to_owned();
    let query = "personFields=names,metadata&requestSyncToken=true";
    let token = text(&ann.list(query).await.1, "nextSyncToken").to_owned();
    let new = stage.sandbox.change_resource_name(ANN, &old).unwrap();
    assert_ne!(old, new);
    let (_, full) = ann.list(query).await;
    let (_, changes) = ann.list(&format!("{query}&syncToken={token}")).await;
    for list in [&full, &changes] {
        assert_eq!(
            (list["totalItems"].as_u64(), text(&list["connections"][0], "resourceName")),
            (Some(1), new.as_str())
        );
    }
    assert_eq!(changes["connections"][0]["metadata"]["previousResourceNames"], json!([old]));
    assert_eq!(full["connections"][0]["metadata"].get("previousResourceNames"), None, "only for sync requests");
    let (_, got) = ann.get(&format!("/v1/people:batchGet?personFields=names&resourceNames={old}")).await;
    let response = &got["responses"][0];
    assert_eq!(
        (text(response, "requestedResourceName"), text(&response["person"], "resourceName")),
        (old.as_str(), new.as_str())
    );
    let mut person = response["person"].clone();
    person["names"] = json!([{ "givenName": "B" }]);
    let (status, _) = ann.patch(&format!("/v1/{new}:updateContact?updatePersonFields=names"), person).await;
    assert_eq!(status, 200);
    assert_eq!(ann.delete(&format!("/v1/{old}:deleteContact")).await.0, 200);
    assert!(stage.sandbox.contacts(ANN).unwrap().is_empty());
    stage.conforms();
}

#[tokio::test]
async fn a_get_can_lag_behind_and_its_etag_is_then_refused() {
    let lag = Lag { read: Duration::from_secs(30), ..Lag::default() };
    let stage = Stage::with(Options { lag, ..Options::default() }).await;
    let ann = stage.user("ann").await;
    let created = ann.create(named("Old")).await;
    let name = text(&created, "resourceName").to_owned();
    let update = format!("/v1/{name}:updateContact?updatePersonFields=names");
    let change = |base: &Value, given: &str| {
        let mut person = base.clone();
        person["names"] = json!([{ "givenName": given }]);
        person
    };
    let (_, updated) = ann.patch(&update, change(&created, "New")).await;
    let get = format!("/v1/{name}?personFields=names,metadata");
    let (_, seen) = ann.get(&get).await;
    assert_eq!(seen["names"][0]["givenName"], "Old");
    let (status, refused) = ann.patch(&update, change(&seen, "Newer")).await;
    assert_eq!((status, &refused["error"]["status"]), (400, &json!("FAILED_PRECONDITION")));
    assert_eq!(ann.patch(&update, change(&updated, "Newer")).await.0, 200, "the etag of the last answer is good");
    stage.sandbox.advance(TimeDelta::seconds(31));
    assert_eq!(ann.get(&get).await.1["names"][0]["givenName"], "Newer");
}

#[tokio::test]
async fn writes_that_meet_in_one_account_refuse_each_other() {
    let stage = Stage::with(Options { write_time: Duration::from_secs(1), ..Options::default() }).await;
    let (ann, bob) = (stage.user("ann").await, stage.user("bob").await);
    let create = "/v1/people:createContact";
    let (first, second, other) =
        tokio::join!(ann.post(create, named("A")), ann.post(create, named("B")), bob.post(create, named("C")));
    let mut statuses = [first.0, second.0];
    statuses.sort_unstable();
    assert_eq!((statuses, other.0), ([200, 409], 200));
    let refused = if first.0 == 409 { first.1 } else { second.1 };
    assert_eq!(refused["error"]["status"], "ABORTED");
    assert_eq!(ann.post(create, named("B")).await.0, 200, "one after the other");
    stage.conforms();
}

#[tokio::test]
async fn an_answer_can_be_held_back() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let held = stage.sandbox.inject(Fault::new(When::Call(1), FaultKind::Held));
    let answer = ann.post("/v1/people:createContact", named("A"));
    let release = async {
        stage.sandbox.fault_hit(held).await;
        assert_eq!(stage.sandbox.contacts(ANN).unwrap().len(), 1, "done before the answer");
        stage.sandbox.clear_faults();
    };
    let (answer, ()) = tokio::join!(answer, release);
    assert_eq!(answer.0, 200);
    stage.conforms();
}

#[tokio::test]
async fn the_token_endpoint_can_refuse_the_robot_and_the_account() {
    let stage = Stage::new().await;
    for (kind, status, error) in
        [(FaultKind::RobotDisabled, 401, "disabled_client"), (FaultKind::AccountRestricted, 403, "access_denied")]
    {
        stage.sandbox.inject(Fault::new(When::Call(1), kind));
        let (actual, body) = stage.exchange(&stage.claims(ANN, CONTACTS)).await;
        assert_eq!((actual, text(&body, "error")), (status, error));
    }
    assert_eq!(stage.exchange(&stage.claims(ANN, CONTACTS)).await.0, 200);
}

#[tokio::test]
async fn settings_and_accounts_are_changed_over_control() {
    let stage = Stage::new().await;
    let (_, settings) = stage.control(Method::GET, "settings", &Value::Null).await;
    assert_eq!((&settings["quotas"], &settings["lag"]["syncMs"]), (&Value::Null, &json!(0)));
    let change = json!({ "quotas": { "criticalReads": 2 }, "lag": { "syncMs": 2_000 }, "suspended": "forbiddenAtApi" });
    let (status, settings) = stage.control(Method::PATCH, "settings", &change).await;
    assert_eq!((status, &settings["lag"]["readMs"], &settings["writeTimeMs"]), (200, &json!(0), &json!(0)));
    let now = stage.sandbox.settings();
    assert_eq!((now.quotas.unwrap().critical_reads, now.quotas.unwrap().writes), (2, 90));
    assert_eq!((now.lag.sync, now.suspended), (Duration::from_secs(2), SuspendedMode::ForbiddenAtApi));
    for wrong in [json!({ "lag": { "moonMs": 1 } }), json!({ "suspended": "never" }), json!(5)] {
        assert_eq!(stage.control(Method::PATCH, "settings", &wrong).await.0, 400, "{wrong}");
        assert_eq!(stage.sandbox.settings(), now);
    }
    stage.control(Method::PATCH, "settings", &json!({ "quotas": null })).await;
    assert_eq!(stage.sandbox.settings().quotas, None);

    let (_, created) = stage.control(Method::POST, "accounts/ann@corp.example/contacts", &named("A")).await;
    let contact = format!("accounts/ann@corp.example/contacts/{}", &text(&created, "resourceName")["people/".len()..]);
    let nickname = json!({ "nicknames": [{ "value": "Al" }] });
    assert_eq!(stage.control(Method::PATCH, &contact, &nickname).await.0, 200);
    assert_eq!(stage.control(Method::PATCH, &contact, &json!({ "names": null })).await.0, 200);
    let person = stage.sandbox.contacts(ANN).unwrap().remove(0).person;
    assert_eq!(Value::Object(person), nickname);
    assert_eq!(stage.control(Method::PATCH, &contact, &json!({ "shoeSize": 5 })).await.0, 400);
    let (_, renamed) = stage.control(Method::POST, &format!("{contact}/resourceName"), &Value::Null).await;
    assert_ne!(renamed["resourceName"], created["resourceName"]);
    let group = stage.sandbox.create_group(ANN, "G").unwrap();
    let number = text(&renamed, "resourceName").strip_prefix("people/").unwrap();
    let member = format!("accounts/ann@corp.example/groups/{}/members/{number}", &group["contactGroups/".len()..]);
    let in_group = || stage.sandbox.contacts(ANN).unwrap().iter().filter(|one| one.groups.contains(&group)).count();
    assert_eq!((stage.control(Method::PUT, &member, &Value::Null).await.0, in_group()), (200, 1));
    assert_eq!((stage.control(Method::DELETE, &member, &Value::Null).await.0, in_group()), (200, 0));
    assert_eq!(stage.control(Method::DELETE, &contact, &Value::Null).await.0, 200);
    assert_eq!(stage.sandbox.trash(ANN).unwrap().len(), 1);
    assert_eq!(stage.control(Method::POST, &format!("{contact}/restore"), &Value::Null).await.0, 200);
    assert_eq!(stage.sandbox.contacts(ANN).unwrap().len(), 1);
    let (status, body) = stage.control(Method::DELETE, "accounts/nobody@corp.example/contacts/c1", &Value::Null).await;
    assert_eq!((status, body["error"].as_str().unwrap().contains("nobody")), (404, true));
    assert_eq!(stage.control(Method::PATCH, "users/ann@corp.example", &json!({ "crown": true })).await.0, 400);
}

#[tokio::test]
async fn without_control_nothing_of_it_is_served() {
    let sandbox = Sandbox::start(Options::default(), Workspace::sample()).await.unwrap();
    let answer = reqwest::get(format!("{}/control/settings", sandbox.url())).await.unwrap();
    assert_eq!(answer.status(), 404);
}
