use serde_json::json;

use super::ANN;
use crate::world::{SOURCE, content, on_both};

on_both! {
    async fn of_two_synced_contacts_that_the_user_merged_both_are_there_again(world) {
        world.source_group("Suppliers", &["Ada", "Ben", "Cleo"]);
        let job = world.job("Suppliers", &[ANN]).await;
        // Merging keeps one contact, with what both had, and takes the other away.
        let (ada, ben) = (world.contact(ANN, "Ada"), world.contact(ANN, "Ben"));
        for field in ["phoneNumbers", "emailAddresses", "userDefined"] {
            let items: Vec<_> = [&ada, &ben].iter().flat_map(|one| one.person[field].as_array().unwrap().clone()).collect();
            world.edit(ANN, &ada.resource_name, field, json!(items));
        }
        world.sandbox.delete_contact(ANN, &ben.resource_name).unwrap();
        let run = world.run(&job).await;
        assert_eq!((&run["counts"]["overwritten"], &run["counts"]["created"]), (&json!(1), &json!(1)));
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben", "Cleo"]);
        for name in ["Ada", "Ben"] {
            assert_eq!(content(&world.contact(ANN, name)), content(&world.contact(SOURCE, name)));
        }
        assert_eq!(world.contact(ANN, "Ada").resource_name, ada.resource_name);
        world.sandbox.clear_ledger();
        world.run(&job).await;
        assert_eq!(world.writes(), [], "it stays so");
    }

    async fn a_contact_that_is_restored_before_the_next_run_is_the_copy_as_before(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ada = world.contact(ANN, "Ada").resource_name;
        world.sandbox.delete_contact(ANN, &ada).unwrap();
        world.sandbox.restore_contact(ANN, &ada).unwrap();
        let run = world.run(&job).await;
        assert_eq!((&run["status"], &run["counts"]["created"]), (&json!("SUCCEEDED"), &json!(0)));
        assert_eq!(world.contact(ANN, "Ada").resource_name, ada);
    }

    async fn a_contact_that_is_restored_after_it_was_created_again_does_not_stay_twice(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ada = world.contact(ANN, "Ada").resource_name;
        world.sandbox.delete_contact(ANN, &ada).unwrap();
        world.run(&job).await;
        let again = world.contact(ANN, "Ada").resource_name;
        world.sandbox.restore_contact(ANN, &ada).unwrap();
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
        assert_eq!(world.contact(ANN, "Ada").resource_name, again, "one of them, and not the old one");
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }

    async fn what_left_the_source_while_it_was_in_the_trash_goes_when_it_is_restored(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ada = world.contact(ANN, "Ada").resource_name;
        world.sandbox.delete_contact(ANN, &ada).unwrap();
        world.sandbox.delete_contact(SOURCE, &contacts[0]).unwrap();
        world.run(&job).await;
        world.sandbox.restore_contact(ANN, &ada).unwrap();
        world.run(&job).await;
        assert_eq!(world.synced_names(ANN), ["Ben"]);
    }

    async fn a_synced_contact_without_its_tag_keeps_its_place_and_gets_the_tag_again_in_a_full_reading(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ada = world.contact(ANN, "Ada");
        world.edit(ANN, &ada.resource_name, "userDefined", json!([]));
        world.days(8); // longer than a sync token lives
        world.run(&job).await;
        let now = world.contact(ANN, "Ada");
        assert_eq!((&now.resource_name, &now.person["userDefined"]), (&ada.resource_name, &ada.person["userDefined"]));
    }
}
