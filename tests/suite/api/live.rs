use serde_json::json;

use crate::world::{Database, World};

const ANN: &str = "ann@corp.example";

#[tokio::test]
async fn contacts_of_a_synced_group_are_read_live_and_stored_nowhere() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada", "Ben", "Cleo"]);
    world.job("Suppliers", &[ANN]).await;
    let group = world.synced_group(ANN).unwrap().resource_name;
    world.add_contact(ANN, &group, "Own");
    let query = "query ($after: String) { syncedGroups { nodes { contacts(first: 3, after: $after) { totalCount
        pageInfo { hasNextPage endCursor } nodes { displayName emails phones isAddition gSyncTag } } } } }";
    let page = async |after: serde_json::Value| {
        world.data(query, json!({ "after": after })).await["syncedGroups"]["nodes"][0]["contacts"].take()
    };
    let first = page(json!(null)).await;
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(4), &json!(true)));
    let second = page(first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    let mut nodes = first["nodes"].as_array().unwrap().clone();
    nodes.extend(second["nodes"].as_array().unwrap().clone());
    nodes.sort_by_key(|node| node["displayName"].as_str().unwrap().to_owned());
    let names: Vec<_> = nodes.iter().map(|node| node["displayName"].clone()).collect();
    assert_eq!(names, ["Ada", "Ben", "Cleo", "Own"]);
    assert_eq!(nodes[0]["emails"], json!(["ada@supplier.example"]));
    let additions: Vec<_> = nodes.iter().map(|node| node["isAddition"] == true).collect();
    assert_eq!(additions, [false, false, false, true]);
    assert!(nodes[0]["gSyncTag"].is_string() && nodes[3]["gSyncTag"].is_null());
}

#[tokio::test]
async fn where_google_cannot_be_asked_the_field_is_null_and_the_rest_is_there() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    world.job("Suppliers", &[ANN]).await;
    world.sandbox.delete_user(ANN).unwrap();
    let query = "{ syncedGroups { nodes { name syncedContactCount contacts { totalCount } } } }";
    let answer = world.answer(query, json!({})).await;
    let group = &answer["data"]["syncedGroups"]["nodes"][0];
    assert_eq!(group, &json!({ "name": "Suppliers", "syncedContactCount": 1, "contacts": null }));
    assert_eq!(answer["errors"][0]["path"], json!(["syncedGroups", "nodes", 0, "contacts"]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
}
