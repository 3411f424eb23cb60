//! Contact groups and their members.

use std::time::Duration;

use chrono::TimeDelta;
use sandbox::{Lag, Options};
use serde_json::{Value, json};

use crate::helper::{As, Stage, message, named};

async fn create(user: &As<'_>, name: &str) -> (u16, Value) {
    user.post("/v1/contactGroups", json!({ "contactGroup": { "name": name } })).await
}

fn text<'a>(group: &'a Value, name: &str) -> &'a str {
    group[name].as_str().unwrap_or_default()
}

#[tokio::test]
async fn system_groups_come_first_without_etag() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    ann.create(named("A")).await;
    create(&ann, "Team").await;
    let (_, body) = ann.get("/v1/contactGroups").await;
    let groups = body["contactGroups"].as_array().unwrap();
    let names: Vec<_> = groups.iter().map(|group| text(group, "name")).collect();
    let expected = ["starred", "friends", "family", "coworkers", "myContacts", "chatBuddies", "all", "blocked", "Team"];
    assert_eq!(names, expected);
    assert_eq!((groups[4].get("etag"), groups[4].get("metadata")), (None, None));
    assert_eq!((groups[0].get("memberCount"), &groups[4]["memberCount"]), (None, &json!(1)));
    assert!(groups[8]["etag"].is_string());
    let (_, page) = ann.get("/v1/contactGroups?pageSize=5").await;
    let next = format!("/v1/contactGroups?pageSize=5&pageToken={}", text(&page, "nextPageToken"));
    assert_eq!(ann.get(&next).await.1["contactGroups"].as_array().unwrap().len(), 4);
    let (status, wrong) = ann.get("/v1/contactGroups?groupFields=formatted_name").await;
    assert_eq!(status, 400);
    assert!(message(&wrong).starts_with("Invalid groupFields mask path: \"formatted_name\"."));
    stage.conforms();
}

#[tokio::test]
async fn two_conflicts_have_one_status() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let (status, group) = create(&ann, " Team ").await;
    assert_eq!((status, text(&group, "name")), (200, "Team"));
    for taken in ["Team", "starred", "My Contacts"] {
        let (status, body) = create(&ann, taken).await;
        assert_eq!((status, &body["error"]["status"]), (409, &json!("ALREADY_EXISTS")));
    }
    assert_eq!(create(&ann, "team").await.0, 200);
    let path = format!("/v1/{}", text(&group, "resourceName"));
    let change = json!({
        "contactGroup": { "etag": group["etag"], "name": "Crew", "clientData": [{ "key": "k", "value": "v" }] },
        "updateGroupFields": "name,clientData",
        "readGroupFields": "name,clientData",
    });
    let (status, changed) = ann.put(&path, change.clone()).await;
    assert_eq!((status, &changed["clientData"]), (200, &json!([{ "key": "k", "value": "v" }])));
    let (status, stale) = ann.put(&path, change).await;
    assert_eq!((status, &stale["error"]["status"]), (409, &json!("ABORTED")));
    stage.conforms();
}

#[tokio::test]
async fn members_come_and_go_and_the_last_group_stays() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let (_, group) = create(&ann, "Team").await;
    let path = format!("/v1/{}", text(&group, "resourceName"));
    let a = ann.create(named("A")).await;
    let name = text(&a, "resourceName");
    let modify = format!("{path}/members:modify");
    let add = json!({ "resourceNamesToAdd": [name, "people/c12"] });
    let (status, body) = ann.post(&modify, add).await;
    assert_eq!((status, &body["notFoundResourceNames"]), (200, &json!(["people/c12"])));
    let (_, again) = ann.post(&modify, json!({ "resourceNamesToAdd": [name] })).await;
    assert_eq!(again, json!({}));
    let (_, members) = ann.get(&format!("{path}?maxMembers=10")).await;
    assert_eq!((&members["memberResourceNames"], &members["memberCount"]), (&json!([name]), &json!(1)));

    let mine = "/v1/contactGroups/myContacts/members:modify";
    let (_, body) = ann.post(mine, json!({ "resourceNamesToRemove": [name] })).await;
    assert_eq!(body, json!({}));
    let (status, body) = ann.post(&modify, json!({ "resourceNamesToRemove": [name] })).await;
    assert_eq!((status, &body["canNotRemoveLastContactGroupResourceNames"]), (200, &json!([name])));
    let (status, body) =
        ann.post("/v1/contactGroups/family/members:modify", json!({ "resourceNamesToAdd": [name] })).await;
    assert_eq!(status, 400);
    assert!(message(&body).starts_with("Cannot add contacts to deprecated system contact group"));
    let many: Vec<_> = (0..1_001).map(|n| format!("people/c{n}")).collect();
    assert_eq!(ann.post(&modify, json!({ "resourceNamesToAdd": many })).await.0, 400);
    stage.conforms();
}

#[tokio::test]
async fn deleting_a_label_keeps_its_contacts_unless_told_otherwise() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let email = "ann@corp.example";
    let only = |group: &Value| json!({ "memberships": [{ "contactGroupMembership": { "contactGroupResourceName": group["resourceName"] } }] });
    let (_, one) = create(&ann, "One").await;
    ann.create(only(&one)).await;
    let token = ann.get("/v1/contactGroups").await.1["nextSyncToken"].as_str().unwrap().to_owned();
    assert_eq!(ann.delete(&format!("/v1/{}", text(&one, "resourceName"))).await, (200, json!({})));
    let left = stage.sandbox.contacts(email).unwrap();
    assert_eq!((left.len(), left[0].groups.len()), (1, 0));
    let (_, two) = create(&ann, "Two").await;
    ann.create(only(&two)).await;
    let path = format!("/v1/{}?deleteContacts=true", text(&two, "resourceName"));
    assert_eq!(ann.delete(&path).await.0, 200);
    assert_eq!(ann.delete(&path).await.0, 404);
    assert_eq!(stage.sandbox.contacts(email).unwrap().len(), 1);
    assert_eq!(stage.sandbox.trash(email).unwrap().len(), 1);
    let (_, changes) = ann.get(&format!("/v1/contactGroups?syncToken={token}")).await;
    let deleted: Vec<_> =
        changes["contactGroups"].as_array().unwrap().iter().map(|g| &g["metadata"]["deleted"]).collect();
    assert_eq!(deleted, [true, true]);
    stage.conforms();
}

#[tokio::test]
async fn lags_hide_new_groups_marks_and_members() {
    let second = Duration::from_secs(2);
    let lag = Lag { new_group: second, group_client_data: second, group_members: second, ..Lag::default() };
    let stage = Stage::with(Options { lag, ..Options::default() }).await;
    let ann = stage.user("ann").await;
    let a = ann.create(named("A")).await;
    let group = json!({ "name": "Team", "clientData": [{ "key": "k", "value": "v" }] });
    let (_, group) = ann.post("/v1/contactGroups", json!({ "contactGroup": group })).await;
    let path = format!("/v1/{}", text(&group, "resourceName"));
    let read = format!("{path}?groupFields=clientData,memberCount&maxMembers=9");
    let add = json!({ "resourceNamesToAdd": [a["resourceName"]] });
    assert_eq!(ann.post(&format!("{path}/members:modify"), add.clone()).await.0, 404);
    assert_eq!(ann.get(&read).await.1.get("clientData"), None);
    stage.sandbox.advance(TimeDelta::seconds(3));
    assert_eq!(ann.post(&format!("{path}/members:modify"), add).await.0, 200);
    let (_, early) = ann.get(&read).await;
    assert_eq!((early.get("memberCount"), early.get("memberResourceNames")), (None, None));
    assert!(early["clientData"].is_array());
    stage.sandbox.advance(TimeDelta::seconds(3));
    assert_eq!(ann.get(&read).await.1["memberCount"], 1);
}
