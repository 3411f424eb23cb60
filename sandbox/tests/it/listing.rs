//! `people.connections.list`, pages and sync tokens.

use std::time::Duration;

use chrono::TimeDelta;
use sandbox::{Lag, Options};
use serde_json::json;

use crate::helper::{SOURCE, Stage, given_names, message, named};

const QUERY: &str = "personFields=metadata,names,memberships&sources=READ_SOURCE_TYPE_CONTACT";

#[tokio::test]
async fn an_empty_list_has_no_fields() {
    let stage = Stage::new().await;
    let (status, body) = stage.user("ann").await.list("personFields=names").await;
    assert_eq!((status, body), (200, json!({})));
    stage.conforms();
}

#[tokio::test]
async fn wrong_parameters_are_told_in_googles_words() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let cases = [
        ("", "personFields mask is required."),
        ("personFields=etag", "Invalid personFields mask path: \"etag\"."),
        ("personFields=names&pageSize=1001", "Page size must be less than or equal to 1000."),
        ("personFields=names&pageToken=zzz", "Invalid page token"),
        ("personFields=names&syncToken=zzz", "Request contains an invalid argument."),
        (
            "personFields=names&sources=READ_SOURCE_TYPE_CONTACT,READ_SOURCE_TYPE_PROFILE",
            "Invalid value at 'sources' (type.googleapis.com/google.people.v1.ReadSourceType)",
        ),
    ];
    for (query, start) in cases {
        let (status, body) = ann.list(query).await;
        assert_eq!(status, 400);
        assert!(message(&body).starts_with(start), "{query}: {body}");
    }
    let (status, page) = ann.get("/v1/people/me:createContact").await;
    assert_eq!(status, 404);
    assert!(page.as_str().unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn pages_show_the_list_as_it_was() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let mut names = Vec::new();
    for name in ["A", "B", "C", "D", "E"] {
        names.push(ann.create(named(name)).await["resourceName"].as_str().unwrap().to_owned());
    }
    let (_, first) = ann.list(&format!("{QUERY}&pageSize=2&requestSyncToken=true")).await;
    assert_eq!(given_names(&first), ["A", "B"]);
    assert_eq!((first["totalItems"].as_u64(), first.get("nextSyncToken")), (Some(5), None));
    // Changes between pages do not disturb the pages; they come with the sync token.
    ann.delete(&format!("/v1/{}:deleteContact", names[0])).await;
    ann.create(named("F")).await;
    let page = |token: &str| format!("{QUERY}&pageSize=2&requestSyncToken=true&pageToken={token}");
    let (_, second) = ann.list(&page(first["nextPageToken"].as_str().unwrap())).await;
    assert_eq!(given_names(&second), ["C", "D"]);
    let last = page(second["nextPageToken"].as_str().unwrap());
    let (_, third) = ann.list(&last).await;
    assert_eq!(given_names(&third), ["E"]);
    assert_eq!(ann.list(&last).await.1["nextSyncToken"], third["nextSyncToken"]);
    let (status, _) = ann.list(&last.replace("pageSize=2", "pageSize=3")).await;
    assert_eq!(status, 400);

    let token = third["nextSyncToken"].as_str().unwrap();
    let (_, changes) = ann.list(&format!("{QUERY}&pageSize=2&requestSyncToken=true&syncToken={token}")).await;
    let people = changes["connections"].as_array().unwrap();
    assert_eq!(people.len(), 2);
    assert_eq!(people[0]["resourceName"], names[0].as_str());
    assert_eq!(people[0]["metadata"]["deleted"], true);
    assert_eq!(people[0].get("names"), None);
    assert_eq!(people[1]["names"][0]["givenName"], "F");
    stage.conforms();
}

#[tokio::test]
async fn a_sync_token_is_bound_to_user_parameters_and_a_week() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let (_, full) = ann.list(&format!("{QUERY}&requestSyncToken=true")).await;
    let token = full["nextSyncToken"].as_str().unwrap();
    let with = |query: &str| format!("{query}&requestSyncToken=true&syncToken={token}");
    let (_, none) = ann.list(&with(QUERY)).await;
    assert_eq!(none.get("connections"), None);
    assert!(none["nextSyncToken"].is_string());
    let (status, body) = ann.list(&with(&format!("personFields=names&{SOURCE}"))).await;
    assert_eq!((status, &body["error"]["status"]), (400, &json!("INVALID_ARGUMENT")));
    assert_eq!(ann.list(&with("personFields=metadata,names,memberships")).await.0, 400);
    assert_eq!(stage.user("bob").await.list(&with(QUERY)).await.0, 400);

    stage.sandbox.advance(TimeDelta::days(6));
    let ann = stage.user("ann").await;
    let (status, later) = ann.list(&with(QUERY)).await;
    assert_eq!(status, 200);
    stage.sandbox.advance(TimeDelta::days(1));
    let ann = stage.user("ann").await;
    for token in [token, later["nextSyncToken"].as_str().unwrap()] {
        let (status, body) = ann.list(&format!("{QUERY}&syncToken={token}")).await;
        assert_eq!((status, &body["error"]["details"][0]["reason"]), (400, &json!("EXPIRED_SYNC_TOKEN")));
        assert_eq!(body["error"]["status"], "FAILED_PRECONDITION");
    }
}

#[tokio::test]
async fn memberships_count_as_changes_of_the_contact() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let person = ann.create(named("A")).await;
    let name = person["resourceName"].as_str().unwrap();
    let (_, full) = ann.list(&format!("{QUERY}&requestSyncToken=true")).await;
    let token = full["nextSyncToken"].as_str().unwrap();
    stage.sandbox.add_to_group("ann@corp.example", "contactGroups/starred", name).unwrap();
    let (_, changes) = ann.list(&format!("{QUERY}&syncToken={token}")).await;
    assert_eq!(changes["connections"][0]["memberships"].as_array().unwrap().len(), 2);
    assert_ne!(changes["connections"][0]["metadata"]["sources"][0]["etag"], person["metadata"]["sources"][0]["etag"]);
    assert_eq!(changes.get("nextSyncToken"), None);
}

#[tokio::test]
async fn changes_reach_sync_reads_late() {
    let lag = Lag { sync: Duration::from_secs(120), ..Lag::default() };
    let stage = Stage::with(Options { lag, ..Options::default() }).await;
    let ann = stage.user("ann").await;
    let (_, full) = ann.list(&format!("{QUERY}&requestSyncToken=true")).await;
    let token = full["nextSyncToken"].as_str().unwrap().to_owned();
    ann.create(named("A")).await;
    let (_, plain) = ann.list(QUERY).await;
    assert_eq!(given_names(&plain), ["A"]);
    let read = |token: String| format!("{QUERY}&requestSyncToken=true&syncToken={token}");
    let (_, early) = ann.list(&read(token)).await;
    assert_eq!(given_names(&early), Vec::<String>::new());
    stage.sandbox.advance(TimeDelta::seconds(121));
    let (_, late) = ann.list(&read(early["nextSyncToken"].as_str().unwrap().to_owned())).await;
    assert_eq!(given_names(&late), ["A"]);
}

#[tokio::test]
async fn a_list_shows_a_hundred_emails_and_get_shows_all() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let emails: Vec<_> = (0..120).map(|n| json!({ "value": format!("e{n}@x.example") })).collect();
    let person = ann.create(json!({ "emailAddresses": emails })).await;
    let (_, list) = ann.list("personFields=emailAddresses").await;
    assert_eq!(list["connections"][0]["emailAddresses"].as_array().unwrap().len(), 100);
    let (_, one) =
        ann.get(&format!("/v1/{}?personFields=emailAddresses", person["resourceName"].as_str().unwrap())).await;
    assert_eq!(one["emailAddresses"].as_array().unwrap().len(), 120);
    stage.conforms();
}

#[tokio::test]
async fn a_full_account_is_listed_whole() {
    let stage = Stage::new().await;
    for n in 0..25_000 {
        stage.sandbox.create_contact("ann@corp.example", named(&format!("N{n}"))).unwrap();
    }
    let ann = stage.user("ann").await;
    let (status, body) = ann.post("/v1/people:createContact", named("One more")).await;
    assert_eq!(status, 429);
    assert!(message(&body).contains("MY_CONTACTS_OVERFLOW_COUNT"));
    let mut query = format!("{QUERY}&pageSize=1000");
    let mut count = 0;
    loop {
        let (_, page) = ann.list(&query).await;
        count += page["connections"].as_array().unwrap().len();
        let Some(token) = page["nextPageToken"].as_str() else { break };
        query = format!("{QUERY}&pageSize=1000&pageToken={token}");
    }
    assert_eq!(count, 25_000);
}
