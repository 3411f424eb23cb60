use serde_json::json;

use super::{ANN, BOB, destinations};
use crate::world::{Database, World};

/// What Google lets an account hold.
const LIMIT: usize = 25_000;

#[tokio::test]
async fn an_account_that_would_be_too_full_is_refused_before_the_first_write() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada", "Ben"]);
    let contacts: Vec<String> = (1..LIMIT)
        .map(|_| world.sandbox.create_contact(ANN, json!({ "names": [{ "givenName": "Own" }] })).unwrap())
        .collect();
    world.sandbox.clear_ledger();
    let job = world.job("Suppliers", &[ANN, BOB]).await;
    assert!(world.writes().iter().all(|(_, user)| user == BOB), "not even the group is made");
    let query = "query ($id: ID!) { job(id: $id) { runs { nodes { status results { nodes { email error { code message } } } } } } }";
    let data = world.data(query, json!({ "id": job })).await;
    let run = &data["job"]["runs"]["nodes"][0];
    let refused = &run["results"]["nodes"][0];
    assert_eq!((&run["status"], &refused["email"]), (&json!("PARTIALLY_SUCCEEDED"), &json!(ANN)));
    assert_eq!(refused["error"]["code"], "CONTACT_LIMIT_REACHED");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("2 contacts would") && message.contains("24999;") && message.contains("25000"),
        "{message}"
    );
    assert_eq!(world.synced_names(BOB), ["Ada", "Ben"]);

    // What is in the trash nobody can count but Google, which has the last word.
    world.sandbox.delete_contact(ANN, &contacts[0]).unwrap();
    world.run(&job).await;
    assert_eq!(destinations(&world, &job).await[0]["lastResult"]["error"]["code"], "CONTACT_LIMIT_REACHED");
    world.days(31); // the trash is emptied by itself
    assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
    assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
}
