//! Creating, updating, deleting contacts, one by one and in batches.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::helper::{Stage, message, named};

fn name_of(person: &Value) -> &str {
    person["resourceName"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_new_contact_comes_back_with_what_google_adds() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let person = ann
        .create(json!({
            "resourceName": "", "etag": "", "metadata": {},
            "names": [{ "givenName": "Josh", "familyName": "Brown" }],
            "phoneNumbers": [{ "value": "+1 650 555 0100", "type": "work" }, { "value": "12" }],
        }))
        .await;
    let decimal: u64 = name_of(&person).strip_prefix("people/c").unwrap().parse().unwrap();
    let source = &person["metadata"]["sources"][0];
    assert_eq!(source["id"], format!("{decimal:x}"));
    assert!(source["etag"].as_str().unwrap().starts_with('#'));
    assert!(person["etag"].as_str().unwrap().starts_with('%'));
    assert_eq!(person["names"][0]["displayNameLastFirst"], "Brown, Josh");
    assert_eq!(person["phoneNumbers"][0]["canonicalForm"], "+16505550100");
    assert_eq!(person["phoneNumbers"][0]["metadata"]["primary"], true);
    assert_eq!(person["phoneNumbers"][1]["metadata"].get("primary"), None);
    assert_eq!(person["photos"][0]["default"], true);
    let membership = &person["memberships"][0]["contactGroupMembership"];
    assert_eq!(membership["contactGroupResourceName"], "contactGroups/myContacts");
    stage.conforms();
}

#[tokio::test]
async fn what_google_would_not_take_is_refused() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let long = "x".repeat(1_025);
    let cases = [
        (json!({ "names": [{ "givenName": "A" }, { "givenName": "B" }] }), "Cannot have more than one person.names"),
        (json!({ "shoeSize": 5 }), "Invalid JSON payload received. Unknown name \"shoeSize\" at 'person'"),
        (json!({ "urls": [{ "value": long }] }), "person.urls has a value of more than"),
        (
            json!({ "memberships": [{ "contactGroupMembership": { "contactGroupResourceName": "contactGroups/abc" } }] }),
            "Contact group \"contactGroups/abc\" is not found.",
        ),
        (
            json!({ "memberships": [{ "contactGroupMembership": { "contactGroupResourceName": "contactGroups/family" } }] }),
            "Cannot add contacts to deprecated system contact group",
        ),
    ];
    for (person, start) in cases {
        let (status, body) = ann.post("/v1/people:createContact", person).await;
        assert_eq!(status, 400);
        assert!(message(&body).starts_with(start), "{body}");
    }
    assert!(stage.sandbox.contacts("ann@corp.example").unwrap().is_empty());
}

#[tokio::test]
async fn an_update_replaces_the_masked_fields_and_needs_a_current_etag() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let person = ann
        .create(json!({
            "names": [{ "givenName": "A", "middleName": "M" }],
            "urls": [{ "value": "u" }],
            "biographies": [{ "value": "note" }],
        }))
        .await;
    let path =
        format!("/v1/{}:updateContact?updatePersonFields=names,urls&personFields=names,metadata", name_of(&person));
    let (status, body) = ann.patch(&path, named("B")).await;
    assert_eq!(status, 400);
    assert!(message(&body).starts_with("Request must set person.etag or"));

    let with_source = json!({
        "metadata": { "sources": [{ "type": "CONTACT", "etag": person["metadata"]["sources"][0]["etag"] }] },
        "names": [{ "givenName": "B" }],
    });
    let (status, updated) = ann.patch(&path, with_source.clone()).await;
    assert_eq!(status, 200, "{updated}");
    assert_ne!(updated["metadata"]["sources"][0]["etag"], person["metadata"]["sources"][0]["etag"]);
    let stored = stage.sandbox.contacts("ann@corp.example").unwrap().remove(0).person;
    assert_eq!(Value::Object(stored), json!({ "names": [{ "givenName": "B" }], "biographies": [{ "value": "note" }] }));

    let (status, stale) = ann.patch(&path, with_source).await;
    assert_eq!((status, &stale["error"]["status"]), (400, &json!("FAILED_PRECONDITION")));
    assert!(message(&stale).starts_with("Request person.metadata.sources.etag is different than the current"));
    let (_, stale) = ann.patch(&path, json!({ "etag": person["etag"] })).await;
    assert!(message(&stale).starts_with("Request person.etag is different than the current person.etag."));
    // The etag of any mask is good.
    let (_, seen) = ann.get(&format!("/v1/{}?personFields=urls", name_of(&person))).await;
    assert_ne!(seen["etag"], updated["etag"]);
    let (status, _) = ann.patch(&path, json!({ "etag": seen["etag"], "names": [{ "givenName": "C" }] })).await;
    assert_eq!(status, 200);
    stage.conforms();
}

#[tokio::test]
async fn update_masks_are_checked() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let person = ann.create(named("A")).await;
    let path = |mask: &str| format!("/v1/{}:updateContact?updatePersonFields={mask}", name_of(&person));
    for (mask, start) in [
        ("photos", "Invalid updatePersonFields mask path: \"photos\""),
        ("", "updatePersonFields mask is required"),
        ("memberships", "Request must contain at least one contact group membership"),
    ] {
        let (status, body) = ann.patch(&path(mask), json!({ "etag": person["etag"] })).await;
        assert_eq!(status, 400);
        assert!(message(&body).starts_with(start), "{body}");
    }
    let (_, body) = ann.patch("/v1/people/me:updateContact?updatePersonFields=names", json!({ "etag": "x" })).await;
    assert_eq!(message(&body), "Resource name \"people/me\" is not a valid contact person resource.");
    let (status, _) = ann.patch("/v1/people/c12:updateContact?updatePersonFields=names", json!({ "etag": "x" })).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_batch_of_creates_is_all_or_nothing() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let twice = json!({ "names": [{ "givenName": "A" }, { "givenName": "B" }] });
    let contact = |person: Value| json!({ "contactPerson": person });
    let body = json!({ "contacts": [contact(named("A")), contact(twice)], "readMask": "names" });
    let (status, failed) = ann.post("/v1/people:batchCreateContacts", body).await;
    assert_eq!(status, 400);
    let detail = &failed["error"]["details"][0];
    assert_eq!(detail["@type"], "type.googleapis.com/google.people.v1.BatchCreateContactsErrorDetails");
    assert_eq!(detail["contactErrors"]["1"]["code"], 3);
    assert_eq!(detail["contactErrors"].get("0"), None);
    assert!(stage.sandbox.contacts("ann@corp.example").unwrap().is_empty());

    let many = |count: usize| -> Vec<Value> { (0..count).map(|n| contact(named(&format!("N{n}")))).collect() };
    let (status, _) = ann.post("/v1/people:batchCreateContacts", json!({ "contacts": many(201) })).await;
    assert_eq!(status, 400);
    let body = json!({ "contacts": many(200), "readMask": "names", "sources": ["READ_SOURCE_TYPE_CONTACT"] });
    let (status, created) = ann.post("/v1/people:batchCreateContacts", body).await;
    assert_eq!(status, 200);
    assert_eq!(created["createdPeople"][199]["person"]["names"][0]["givenName"], "N199");
    let (_, silent) = ann.post("/v1/people:batchCreateContacts", json!({ "contacts": many(1), "readMask": "" })).await;
    assert_eq!(silent, json!({}));
    stage.conforms();
}

#[tokio::test]
async fn one_stale_etag_blocks_a_batch_of_updates() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let (a, b) = (ann.create(named("A")).await, ann.create(named("B")).await);
    stage
        .sandbox
        .edit_contact("ann@corp.example", name_of(&b), |person| {
            person.insert("urls".to_owned(), json!([{ "value": "u" }]));
        })
        .unwrap();
    let new = |person: &Value| json!({ "etag": person["etag"], "names": [{ "givenName": "New" }] });
    let body = |contacts: Value| json!({ "contacts": contacts, "updateMask": "names", "readMask": "names,metadata" });
    let both = json!({ name_of(&a): new(&a), name_of(&b): new(&b) });
    let (status, failed) = ann.post("/v1/people:batchUpdateContacts", body(both)).await;
    assert_eq!((status, &failed["error"]["status"]), (400, &json!("FAILED_PRECONDITION")));
    let errors = failed["error"]["details"][0]["contactErrors"].as_object().unwrap();
    assert_eq!(errors.keys().collect::<Vec<_>>(), [name_of(&b)]);

    let (status, done) = ann.post("/v1/people:batchUpdateContacts", body(json!({ name_of(&a): new(&a) }))).await;
    assert_eq!(status, 200);
    assert_eq!(done["updateResult"][name_of(&a)]["person"]["names"][0]["givenName"], "New");
    let (status, list) = ann.post("/v1/people:batchUpdateContacts", body(json!([]))).await;
    assert_eq!(status, 400);
    assert!(message(&list).contains("Cannot bind a list to map for field 'contacts'"));
    stage.conforms();
}

#[tokio::test]
async fn deleting_fails_whole_and_fills_the_trash() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let (a, b) = (ann.create(named("A")).await, ann.create(named("B")).await);
    let names = json!({ "resourceNames": [name_of(&a), "people/c12", name_of(&b)] });
    let (status, failed) = ann.post("/v1/people:batchDeleteContacts", names).await;
    assert_eq!(status, 404);
    assert_eq!(failed["error"]["details"][0]["fieldViolations"][0]["field"], "resourceNames[1]");
    assert_eq!(stage.sandbox.contacts("ann@corp.example").unwrap().len(), 2);
    let (status, done) = ann.post("/v1/people:batchDeleteContacts", json!({ "resourceNames": [name_of(&a)] })).await;
    assert_eq!((status, done), (200, json!({})));
    let (status, _) = ann.delete(&format!("/v1/{}:deleteContact", name_of(&b))).await;
    assert_eq!(status, 200);
    assert_eq!(ann.delete(&format!("/v1/{}:deleteContact", name_of(&b))).await.0, 404);
    assert_eq!(ann.get(&format!("/v1/{}?personFields=names", name_of(&b))).await.0, 404);

    assert_eq!(stage.sandbox.trash("ann@corp.example").unwrap().len(), 2);
    stage.sandbox.restore_contact("ann@corp.example", name_of(&b)).unwrap();
    let (status, back) = ann.get(&format!("/v1/{}?personFields=names,memberships", name_of(&b))).await;
    assert_eq!((status, &back["names"][0]["givenName"]), (200, &json!("B")));
    stage.sandbox.advance(TimeDelta::days(31));
    assert!(stage.sandbox.trash("ann@corp.example").unwrap().is_empty());
    stage.conforms();
}

#[tokio::test]
async fn a_batch_read_tells_what_is_missing() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    let a = ann.create(named("A")).await;
    let query = format!("resourceNames={}&resourceNames=people%2Fc12&personFields=names", name_of(&a));
    let (status, body) = ann.get(&format!("/v1/people:batchGet?{query}")).await;
    assert_eq!(status, 200);
    assert_eq!(body["responses"][0]["person"]["names"][0]["givenName"], "A");
    assert_eq!(body["responses"][1].get("person"), None);
    assert_eq!(body["responses"][1]["status"]["code"], 5);
    stage.conforms();
}
