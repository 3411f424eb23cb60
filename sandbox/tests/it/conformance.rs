//! The checker finds what the discovery documents do not allow.

use sandbox::{Entry, conformance};
use serde_json::json;

use crate::helper::{Stage, named};

#[tokio::test]
async fn every_kind_of_deviation_is_found() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    ann.create(named("A")).await;
    ann.list("personFields=names&sources=READ_SOURCE_TYPE_CONTACT").await;
    let entries = stage.sandbox.ledger();
    let (create, list) = (&entries[1], &entries[2]);
    assert_eq!((conformance::check(create), conformance::check(list)), (Ok(()), Ok(())));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let wrong = |base: &Entry, change: &dyn Fn(&mut Entry)| {
        let mut entry = base.clone();
        change(&mut entry);
        conformance::check(&entry).unwrap_err()
    };
    let found = [
        wrong(create, &|entry| entry.body["shoeSize"] = json!(5)),
        wrong(create, &|entry| entry.body["names"][0]["givenName"] = json!(null)),
        wrong(create, &|entry| entry.response["names"][0]["given"] = json!("A")),
        wrong(create, &|entry| entry.response["metadata"]["sources"][0]["type"] = json!("MOON")),
        wrong(create, &|entry| entry.response["metadata"]["sources"][0]["updateTime"] = json!("today")),
        wrong(create, &|entry| entry.method = "PUT".to_owned()),
        wrong(create, &|entry| entry.path = "/v1/people/me:createContact".to_owned()),
        wrong(create, &|entry| entry.id = "people.people.dance".to_owned()),
        wrong(list, &|entry| entry.query.push(pair("personFields", "urls"))),
        wrong(list, &|entry| entry.query.push(pair("sources", "CONTACT"))),
        wrong(list, &|entry| entry.query.push(pair("pageSize", "many"))),
        wrong(list, &|entry| entry.query.push(pair("max", "5"))),
        wrong(list, &|entry| entry.body = json!({ "x": 1 })),
        wrong(list, &|entry| entry.response["totalItems"] = json!("1")),
        wrong(list, &|entry| (entry.status, entry.response) = (404, json!({ "error": "none" }))),
    ];
    assert!(found.iter().all(|text| text.starts_with("request ")), "{found:#?}");
}

#[tokio::test]
async fn a_part_of_an_answer_conforms_too() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let path = "/admin/directory/v1/users?customer=my_customer&fields=nextPageToken,users(id,primaryEmail)";
    let (status, body) = admin.get(path).await;
    assert_eq!((status, body.get("kind"), body["users"][0].get("suspended")), (200, None, None));
    assert!(body["users"][0]["primaryEmail"].is_string());
    assert_eq!(admin.get("/admin/directory/v1/users?customer=my_customer&fields=users(").await.0, 400);
    stage.conforms();
}
