use serde_json::json;

use super::{ANN, BOB};
use crate::world::{content, on_both, tag};

on_both! {
    async fn r13_deleting_again_is_answered_alike_and_something_else_is_not_done(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let delete = async |policy: &str| {
            let input = json!({ "jobId": job, "syncedContacts": policy });
            world.mutate("deleteJob", "deletedJobId run { id }", input).await
        };
        let first = delete("REMOVE").await;
        assert_eq!((&first["userErrors"], &first["deletedJobId"]), (&json!([]), &json!(job)));
        assert_eq!(delete("REMOVE").await, first);
        assert_eq!(delete("KEEP").await["userErrors"][0]["code"], "JOB_DELETING");
        world.work().await;
        assert_eq!(delete("REMOVE").await, first, "also when the job is gone");
        assert_eq!(delete("KEEP").await["userErrors"][0]["code"], "NOT_FOUND");
        let runs = world.data("{ runs(filter: { kinds: [REMOVAL] }) { totalCount } }", json!({})).await;
        assert_eq!(runs["runs"]["totalCount"], 1);
    }

    async fn r13_deleting_a_job_cleans_every_destination(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        let there = world.synced_group(ANN).unwrap().resource_name;
        world.add_contact(ANN, &there, "Zoe");
        let deleted = world.accepted("deleteJob", "deletedJobId run { id kind }", json!({ "jobId": job })).await;
        assert_eq!((&deleted["deletedJobId"], &deleted["run"]["kind"]), (&json!(job), &json!("REMOVAL")));
        world.work().await;
        for user in [ANN, BOB] {
            assert_eq!(world.synced_group(user), None);
            assert!(world.sandbox.contacts(user).unwrap().iter().all(|contact| tag(contact).is_none()));
        }
        assert!(world.contact(ANN, "Zoe").groups.contains("contactGroups/myContacts"));
        let data = world.data("query ($id: ID!) { job(id: $id) { id } }", json!({ "id": job })).await;
        assert_eq!(data["job"], json!(null));
        let run = world.run_state(deleted["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["status"], "SUCCEEDED", "its history stays");
    }

    async fn r13_with_keep_contacts_and_groups_stay_without_marks(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let group = world.synced_group(ANN).unwrap();
        let before: Vec<String> = world.members(ANN, &group.resource_name).iter().map(content).collect();
        let input = json!({ "jobId": job, "syncedContacts": "KEEP" });
        let deleted = world.accepted("deleteJob", "run { id kind }", input).await;
        assert_eq!(deleted["run"]["kind"], "RELEASE");
        world.work().await;
        let run = world.run_state(deleted["run"]["id"].as_str().unwrap()).await;
        assert_eq!((&run["status"], &run["counts"]["released"]), (&json!("SUCCEEDED"), &json!(2)));
        assert_eq!(world.synced_group(ANN), None, "its mark is gone");
        let kept = world.group_named(ANN, "Suppliers").unwrap();
        assert_eq!(kept.resource_name, group.resource_name);
        let members = world.members(ANN, &kept.resource_name);
        assert_eq!(members.iter().map(content).collect::<Vec<_>>(), before);
        assert!(members.iter().all(|one| tag(one).is_none() && !one.person.contains_key("clientData")));
        let again = world.job("Suppliers", &[ANN]).await; // what was released is the user's: a new job leaves it alone
        assert_eq!(world.synced_group(ANN).unwrap().name, "Suppliers (2)");
        drop(again);
    }

    async fn r13_deleting_cancels_an_unfinished_sync(world) {
        world.source_group("Suppliers", &["Ada"]);
        let created = world.create_job("Suppliers", &[ANN]).await;
        world.accepted("deleteJob", "run { id }", json!({ "jobId": created["job"]["id"] })).await;
        world.work().await;
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["status"], "CANCELED");
        assert_eq!(world.synced_group(ANN), None);
        assert_eq!(world.sandbox.contacts(ANN).unwrap(), []);
    }

    async fn r13_a_job_without_destinations_is_gone_at_once(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        let deleted = world.accepted("deleteJob", "run { status }", json!({ "jobId": job })).await;
        assert_eq!(deleted["run"]["status"], "SUCCEEDED");
        assert_eq!(world.data("{ jobs { totalCount } }", json!({})).await["jobs"]["totalCount"], 0);
    }
}
