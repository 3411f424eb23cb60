use serde_json::json;

use super::{ANN, BOB};
use crate::world::{content, on_both, tag};

on_both! {
    async fn r04_removed_user_loses_synced_contacts_and_keeps_additions_in_my_contacts(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let own = world.sandbox.create_contact(ANN, json!({ "names": [{ "givenName": "Old" }] })).unwrap();
        let before = world.snapshot(ANN);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        let group = world.synced_group(ANN).unwrap().resource_name;
        let addition = world.add_contact(ANN, &group, "Zoe");
        world.sandbox.remove_from_group(ANN, "contactGroups/myContacts", &addition).unwrap();
        let kept = content(&world.contact(ANN, "Zoe"));

        let fields = "run { id kind } results { outcome destination { status } }";
        let removed = world.accepted("removeUsers", fields, json!({ "jobId": job, "emails": [ANN] })).await;
        assert_eq!(removed["run"]["kind"], "REMOVAL");
        assert_eq!(removed["results"][0], json!({ "outcome": "REMOVED", "destination": { "status": "REMOVING" } }));
        world.work().await;

        assert_eq!(world.synced_group(ANN), None);
        assert!(world.sandbox.contacts(ANN).unwrap().iter().all(|contact| tag(contact).is_none()));
        let zoe = world.contact(ANN, "Zoe");
        assert_eq!((content(&zoe), zoe.resource_name.as_str()), (kept, addition.as_str()));
        assert!(zoe.groups.contains("contactGroups/myContacts"));
        assert_eq!(world.snapshot(ANN)[&own], before[&own], "what was there before is untouched");
        assert_eq!(world.synced_names(BOB), ["Ada", "Ben"], "the others keep theirs");
        let data = world.data("query ($id: ID!) { job(id: $id) { destinationStatuses { total } } }", json!({ "id": job })).await;
        assert_eq!(data["job"]["destinationStatuses"]["total"], 1);
    }

    async fn r04_removing_twice_and_unknown_users_is_no_error(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let input = json!({ "jobId": job, "emails": [ANN, BOB, "no address", "nobody@corp.example"] });
        let first = world.accepted("removeUsers", "run { id } results { outcome }", input.clone()).await;
        let outcomes = |payload: &serde_json::Value| -> Vec<String> {
            let rows = payload["results"].as_array().unwrap().iter();
            rows.map(|row| row["outcome"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(outcomes(&first), ["REMOVED", "NOT_PRESENT", "NOT_PRESENT", "NOT_PRESENT"]);
        let second = world.accepted("removeUsers", "run { id } results { outcome }", input.clone()).await;
        assert_eq!((outcomes(&second)[0].as_str(), &second["run"]), ("REMOVED", &json!(null)), "it is in hand");
        world.work().await;
        let third = world.accepted("removeUsers", "run { id } results { outcome }", input).await;
        assert_eq!((outcomes(&third)[0].as_str(), &third["run"]), ("NOT_PRESENT", &json!(null)));
    }

    async fn r04_a_deleted_account_is_forgotten_and_a_suspended_one_is_tried_daily(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        world.sandbox.delete_user(ANN).unwrap();
        world.sandbox.update_user(BOB, |user| user.suspended = true).unwrap();
        world.clock.advance(chrono::TimeDelta::hours(2)); // what is known of users is an hour old at most
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN, BOB] })).await;
        world.work().await;
        let query = "query ($id: ID!) { job(id: $id) { destinations { nodes { email status nextAttemptAt } } } }";
        let data = world.data(query, json!({ "id": job })).await;
        let left = data["job"]["destinations"]["nodes"].as_array().unwrap().clone();
        assert_eq!(left.len(), 1, "{left:#?}");
        assert_eq!((&left[0]["email"], &left[0]["status"]), (&json!(BOB), &json!("REMOVING")));
        assert!(left[0]["nextAttemptAt"].is_string());
        world.sandbox.update_user(BOB, |user| user.suspended = false).unwrap();
        world.days(1);
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        assert_eq!(world.synced_group(BOB), None);
        assert!(world.sandbox.contacts(BOB).unwrap().iter().all(|contact| tag(contact).is_none()));
        let data = world.data(query, json!({ "id": job })).await;
        assert_eq!(data["job"]["destinations"]["nodes"], json!([]));
    }
}
