use serde_json::json;

use super::{ANN, BOB};
use crate::world::on_both;

const LIST: &str = "{ jobs { nodes { id status destinationStatuses { total pending synced removing } \
    activeRun { status } lastRun { status } } } }";

on_both! {
    async fn r12_a_list_read_after_a_mutation_shows_the_present(world) {
        world.source_group("Suppliers", &["Ada"]);
        let created = world.create_job("Suppliers", &[ANN]).await;
        let job = created["job"]["id"].clone();
        let row = |total: i32, pending: i32, synced: i32, removing: i32, active: serde_json::Value, last: serde_json::Value| {
            json!({ "id": job, "status": "ACTIVE", "activeRun": active, "lastRun": last,
                "destinationStatuses": { "total": total, "pending": pending, "synced": synced, "removing": removing } })
        };
        let queued = json!({ "status": "QUEUED" });
        let done = json!({ "status": "SUCCEEDED" });
        let none = json!(null);
        assert_eq!(world.data(LIST, json!({})).await["jobs"]["nodes"][0], row(1, 1, 0, 0, queued.clone(), none.clone()));
        world.work().await;
        assert_eq!(world.data(LIST, json!({})).await["jobs"]["nodes"][0], row(1, 0, 1, 0, none.clone(), done.clone()));
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        assert_eq!(world.data(LIST, json!({})).await["jobs"]["nodes"][0], row(2, 1, 1, 0, none.clone(), done.clone()));
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        assert_eq!(world.data(LIST, json!({})).await["jobs"]["nodes"][0], row(2, 1, 0, 1, queued, done));
        world.work().await;
        world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
        assert_eq!(world.data(LIST, json!({})).await["jobs"]["nodes"][0]["status"], "DELETING");
        world.work().await;
        assert_eq!(world.data(LIST, json!({})).await["jobs"]["nodes"], json!([]));
    }

    async fn r12_what_a_mutation_returns_is_the_present_within_one_document(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let query = "mutation ($job: ID!) {
            a: addUsers(input: { jobId: $job, emails: [\"bob@corp.example\"] }) { job { version destinationStatuses { total } } }
            b: addUsers(input: { jobId: $job, emails: [\"carol@corp.example\"] }) { job { version destinationStatuses { total } } } }";
        let data = world.data(query, json!({ "job": job })).await;
        assert_eq!(data["a"]["job"], json!({ "version": 2, "destinationStatuses": { "total": 2 } }));
        assert_eq!(data["b"]["job"], json!({ "version": 3, "destinationStatuses": { "total": 3 } }));
    }
}
