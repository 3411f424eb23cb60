//! The Directory API.

use serde_json::{Value, json};

use crate::helper::{DIRECTORY, Stage, message};

#[tokio::test]
async fn a_user_is_found_by_any_name() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let (_, heidi) = admin.get("/admin/directory/v1/users/heidi@corp.example").await;
    assert_eq!(heidi["aliases"], json!(["reception@corp.example"]));
    assert_eq!(heidi["id"].as_str().unwrap().len(), 21);
    let keys = [heidi["id"].as_str().unwrap(), "reception%40corp.example", "heidi@corp-alias.example"];
    for key in keys {
        let (status, same) = admin.get(&format!("/admin/directory/v1/users/{key}")).await;
        assert_eq!((status, &same["primaryEmail"]), (200, &json!("heidi@corp.example")));
    }
    let (status, unknown) = admin.get("/admin/directory/v1/users/nobody@corp.example").await;
    assert_eq!((status, message(&unknown)), (404, "Resource Not Found: userKey"));
    assert_eq!(unknown["error"]["errors"][0]["reason"], "notFound");
    let (status, foreign) = admin.get("/admin/directory/v1/users/x@elsewhere.example").await;
    assert_eq!((status, &foreign["error"]["errors"][0]["reason"]), (403, &json!("forbidden")));
    stage.conforms();
}

#[tokio::test]
async fn users_come_in_pages() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let base = "/admin/directory/v1/users?customer=my_customer&orderBy=email&maxResults=6";
    let mut query = base.to_owned();
    let mut emails = Vec::new();
    loop {
        let (status, page) = admin.get(&query).await;
        assert_eq!(status, 200, "{page}");
        emails.extend(page["users"].as_array().unwrap().iter().map(|user| user["primaryEmail"].clone()));
        let Some(token) = page["nextPageToken"].as_str() else { break };
        query = format!("{base}&pageToken={token}");
    }
    assert_eq!(emails.len(), 14);
    assert!(emails.is_sorted_by_key(Value::to_string));
    stage.sandbox.delete_user("ann@corp.example").unwrap();
    let count = async |query: &str| {
        let (_, body) = admin.get(&format!("/admin/directory/v1/users?{query}")).await;
        body["users"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("domain=second.example").await, 1);
    assert_eq!(count("customer=my_customer").await, 13);
    assert_eq!(count("customer=my_customer&showDeleted=true").await, 1);
    assert_eq!(count("customer=my_customer&query=isSuspended%3Dtrue").await, 1);
    stage.conforms();
}

#[tokio::test]
async fn the_company_and_its_domains() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let (_, customer) = admin.get("/admin/directory/v1/customers/my_customer").await;
    assert_eq!(customer["customerDomain"], "corp.example");
    let (_, domains) = admin.get("/admin/directory/v1/customer/my_customer/domains").await;
    let domains = domains["domains"].as_array().unwrap();
    assert_eq!((domains.len(), &domains[0]["isPrimary"], &domains[1]["isPrimary"]), (2, &json!(true), &json!(false)));
    assert_eq!(domains[0]["domainAliases"][0]["domainAliasName"], "corp-alias.example");
    stage.conforms();
}

#[tokio::test]
async fn what_is_missing_or_forbidden_is_told() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    assert_eq!(admin.get("/admin/directory/v1/users").await.0, 400);
    let (status, body) = admin.get("/admin/directory/v1/users?domain=no.example").await;
    assert_eq!((status, message(&body)), (404, "Domain not found."));
    assert_eq!(admin.get("/admin/directory/v1/users?customer=my_customer&maxResults=501").await.0, 400);
    let ann = stage.with_scope("ann@corp.example", DIRECTORY).await;
    let (status, body) = ann.get("/admin/directory/v1/customers/my_customer").await;
    assert_eq!((status, message(&body)), (403, "Not Authorized to access this resource/api"));
}

#[tokio::test]
async fn a_renamed_user_keeps_id_and_old_address() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let (_, before) = admin.get("/admin/directory/v1/users/bob@corp.example").await;
    stage.sandbox.update_user("bob@corp.example", |user| user.primary_email = "rob@corp.example".to_owned()).unwrap();
    let (_, after) = admin.get("/admin/directory/v1/users/bob@corp.example").await;
    assert_eq!((&after["id"], &after["primaryEmail"]), (&before["id"], &json!("rob@corp.example")));
    let taken =
        stage.sandbox.update_user("carol@corp.example", |user| user.primary_email = "bob@corp.example".to_owned());
    assert_eq!(taken.unwrap_err().to_string(), "bob@corp.example exists already");
}
