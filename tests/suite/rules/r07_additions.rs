use serde_json::json;

use super::{ANN, BOB};
use crate::world::{SOURCE, on_both, tag};

on_both! {
    async fn r07_additions_are_never_changed_and_never_deleted(world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let there = world.synced_group(ANN).unwrap().resource_name;
        let zoe = world.add_contact(ANN, &there, "Zoe");
        let ada = world.add_contact(ANN, &there, "Yan");
        let before = world.snapshot(ANN);
        world.sandbox.delete_contact(SOURCE, &contacts[0]).unwrap();
        world.add_contact(SOURCE, &group, "Cleo");
        let run = world.run(&job).await;
        assert_eq!(world.synced_names(ANN), ["Ben", "Cleo", "Yan", "Zoe"]);
        assert_eq!(run["counts"]["additions"], 2);
        world.days(7); // the token has expired: everything is read in full
        world.run(&job).await;
        let after = world.snapshot(ANN);
        for addition in [&zoe, &ada] {
            assert_eq!(after[addition], before[addition], "etag and all");
        }
        let fields = "query { syncedGroups { nodes { name syncedContactCount additionCount } } }";
        let data = world.data(fields, json!({})).await;
        assert_eq!(data["syncedGroups"]["nodes"], json!([{ "name": "Suppliers", "syncedContactCount": 2, "additionCount": 2 }]));
    }

    async fn r07_a_users_copy_of_a_synced_contact_is_an_addition(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ours = world.contact(ANN, "Ada");
        let there = world.synced_group(ANN).unwrap().resource_name;
        // A copy made in the web interface carries the visible tag, not the invisible twin.
        let mut copy = ours.person.clone();
        copy.remove("clientData");
        copy.insert("names".into(), json!([{ "givenName": "Copy" }]));
        let copy = world.sandbox.create_contact(ANN, copy.into()).unwrap();
        world.sandbox.add_to_group(ANN, &there, &copy).unwrap();
        let before = world.snapshot(ANN);
        world.run(&job).await;
        world.days(7);
        world.run(&job).await;
        assert_eq!(world.snapshot(ANN)[&copy], before[&copy]);
        assert_eq!(world.contact(ANN, "Ada").resource_name, ours.resource_name);
    }

    async fn r07_a_copy_that_outlived_the_removal_is_not_taken_for_ours_when_the_user_is_back(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        let mut copy = world.contact(ANN, "Ada").person;
        copy.remove("clientData");
        let copy = world.sandbox.create_contact(ANN, copy.into()).unwrap();
        world.rename(ANN, &copy, "My own Ada");
        let before = world.snapshot(ANN);
        let input = json!({ "jobId": job, "emails": [ANN] });
        world.accepted("removeUsers", "run { id }", input.clone()).await;
        world.work().await;
        world.accepted("addUsers", "job { id }", input).await;
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
        assert_eq!(world.snapshot(ANN)[&copy], before[&copy]);
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }

    async fn r07_a_contact_of_the_same_content_is_not_taken_for_ours(world) {
        world.source_group("Suppliers", &["Ada"]);
        let own = world.sandbox.create_contact(ANN, json!({ "names": [{ "givenName": "Ada" }] })).unwrap();
        let before = world.snapshot(ANN);
        let job = world.job("Suppliers", &[ANN]).await;
        world.run(&job).await;
        assert_eq!(world.snapshot(ANN)[&own], before[&own]);
        let ours = world.sandbox.contacts(ANN).unwrap().iter().filter(|contact| tag(contact).is_some()).count();
        assert_eq!(ours, 1);
    }
}
