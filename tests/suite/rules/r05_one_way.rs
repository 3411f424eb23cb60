use serde_json::json;

use super::{ANN, BOB};
use crate::world::{SOURCE, content, on_both};

on_both! {
    async fn r05_every_change_of_the_source_arrives_with_the_next_run(world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben", "Cleo", "Dora"]);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        world.edit(SOURCE, &contacts[0], "phoneNumbers", json!([{ "value": "+1 555 0199", "type": "mobile" }]));
        world.sandbox.delete_contact(SOURCE, &contacts[1]).unwrap();
        world.sandbox.remove_from_group(SOURCE, &group, &contacts[2]).unwrap();
        world.add_contact(SOURCE, &group, "Eve");
        let run = world.run(&job).await;
        for user in [ANN, BOB] {
            assert_eq!(world.synced_names(user), ["Ada", "Dora", "Eve"], "{user}");
            assert_eq!(content(&world.contact(user, "Ada")), content(&world.contact(SOURCE, "Ada")));
        }
        let counts = &run["counts"];
        assert_eq!((&counts["created"], &counts["updated"], &counts["deleted"], &counts["unchanged"]),
            (&json!(2), &json!(2), &json!(4), &json!(2)));
        assert_eq!(world.sandbox.contacts(SOURCE).unwrap().len(), 4, "the source is never written");
    }

    async fn r05_a_field_that_is_emptied_at_the_source_is_emptied_there(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.edit(SOURCE, &contacts[0], "phoneNumbers", json!([]));
        world.edit(SOURCE, &contacts[0], "biographies", json!([{ "value": "Line one\nLine two" }]));
        world.run(&job).await;
        let there = world.contact(ANN, "Ada");
        assert_eq!(content(&there), content(&world.contact(SOURCE, "Ada")));
        assert!(!content(&there).contains("phoneNumbers"));
    }

    async fn r05_a_renamed_source_group_renames_the_synced_ones(world) {
        let (group, _) = world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let resource = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.rename_group(SOURCE, &group, "Partners").unwrap();
        world.run(&job).await;
        let there = world.synced_group(ANN).unwrap();
        assert_eq!((there.name.as_str(), there.resource_name), ("Partners", resource));
        let data = world.data("query ($id: ID!) { job(id: $id) { syncedGroupName source { groupName } } }", json!({ "id": job })).await;
        assert_eq!(data["job"], json!({ "syncedGroupName": "Partners", "source": { "groupName": "Partners" } }));
    }

    async fn r05_an_emptied_group_and_a_missing_one_are_not_the_same(world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        for contact in &contacts {
            world.sandbox.remove_from_group(SOURCE, &group, contact).unwrap();
        }
        let run = world.run(&job).await;
        assert_eq!(run["status"], "HELD", "an emptied group is held until somebody says that it is meant");
        world.accepted("rejectRun", "run { id }", json!({ "runId": run["id"] })).await;
        world.sandbox.delete_group(SOURCE, &group).unwrap();
        let run = world.run(&job).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("FAILED"), &json!("SOURCE_GROUP_MISSING")));
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"], "a missing group deletes nothing");
    }

    async fn r05_a_suspended_source_fails_the_run_and_writes_nothing(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.sandbox.update_user(SOURCE, |user| user.suspended = true).unwrap();
        world.clock.advance(chrono::TimeDelta::hours(2));
        let run = world.run(&job).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("FAILED"), &json!("SOURCE_USER_SUSPENDED")));
        let health = "query ($id: ID!) { job(id: $id) { source { health { status blocksRuns } } } }";
        let data = world.data(health, json!({ "id": job })).await;
        assert_eq!(data["job"]["source"]["health"], json!({ "status": "USER_SUSPENDED", "blocksRuns": true }));
        assert_eq!(world.synced_names(ANN), ["Ada"]);
        world.sandbox.update_user(SOURCE, |user| user.suspended = false).unwrap();
        world.clock.advance(chrono::TimeDelta::hours(2));
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
        assert_eq!(world.data(health, json!({ "id": job })).await["job"]["source"]["health"]["status"], "OK");
    }
}
