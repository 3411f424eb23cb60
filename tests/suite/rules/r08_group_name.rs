use serde_json::json;

use super::{ANN, BOB};
use crate::world::{SOURCE, on_both};

on_both! {
    async fn r08_a_group_of_that_name_is_left_alone_and_ours_gets_a_suffix(world) {
        world.source_group("Suppliers", &["Ada"]);
        let own = world.sandbox.create_group(ANN, "Suppliers").unwrap();
        world.sandbox.create_group(ANN, "Suppliers (2)").unwrap();
        let member = world.add_contact(ANN, &own, "Zoe");
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        assert_eq!(world.synced_group(ANN).unwrap().name, "Suppliers (3)");
        assert_eq!(world.synced_group(BOB).unwrap().name, "Suppliers");
        let left_alone = world.group_named(ANN, "Suppliers").unwrap();
        assert_eq!((&left_alone.resource_name, left_alone.members), (&own, vec![member]));
        world.sandbox.clear_ledger();
        world.run(&job).await;
        assert!(world.calls().iter().all(|(id, _)| !id.contains("pdate") && !id.contains("reate")), "an unchanged day writes nothing");
    }

    async fn r08_a_system_name_is_taken_and_a_chosen_name_is_used(world) {
        world.source_group("Suppliers", &["Ada"]);
        let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [ANN],
            "syncedGroupName": "  Our suppliers " });
        let created = world.accepted("createJob", "job { syncedGroupName }", input).await;
        assert_eq!(created["job"]["syncedGroupName"], "Our suppliers");
        world.work().await;
        assert_eq!(world.synced_group(ANN).unwrap().name, "Our suppliers");
        world.accepted("createJob", "job { id }", json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" },
            "destinationEmails": [BOB], "syncedGroupName": "myContacts" })).await;
        world.work().await;
        assert_eq!(world.synced_group(BOB).unwrap().name, "myContacts (2)");
    }

    async fn r08_a_new_name_arrives_with_the_next_run_and_null_follows_the_source_again(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let resource = world.synced_group(ANN).unwrap().resource_name;
        for (wanted, expected) in [(json!("Our suppliers"), "Our suppliers"), (json!(null), "Suppliers")] {
            let input = json!({ "jobId": job, "syncedGroupName": wanted });
            let changed = world.accepted("updateJob", "job { syncedGroupName }", input).await;
            assert_eq!(changed["job"]["syncedGroupName"], expected);
            world.run(&job).await;
            let there = world.synced_group(ANN).unwrap();
            assert_eq!((there.name.as_str(), &there.resource_name), (expected, &resource));
        }
    }
}
