use serde_json::json;

use super::{ANN, BOB};
use crate::world::{SOURCE, on_both};

on_both! {
    async fn r01_creating_a_job_fills_every_destination_at_once(world) {
        world.source_group("Suppliers", &["Ada", "Ben", "Cleo"]);
        let created = world.create_job("Suppliers", &[ANN, BOB]).await;
        assert_eq!(created["run"]["status"], "QUEUED");
        world.work().await; // nothing else is asked for, and no time passes
        for user in [ANN, BOB] {
            assert_eq!(world.synced_names(user), ["Ada", "Ben", "Cleo"], "{user}");
        }
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        assert_eq!((&run["status"], &run["counts"]["created"]), (&json!("SUCCEEDED"), &json!(6)));
        assert_eq!(run["destinationsFinished"], 2);
    }

    async fn r01_a_job_without_a_valid_destination_is_not_created(world) {
        world.source_group("Suppliers", &["Ada"]);
        for (destinations, policy) in [
            (json!([]), "REJECT_ALL"),
            (json!([]), "SKIP_INVALID"),
            (json!(["nobody@corp.example"]), "SKIP_INVALID"),
            (json!([SOURCE]), "REJECT_ALL"),
        ] {
            let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" },
                "destinationEmails": destinations, "onInvalid": policy });
            let payload = world.mutate("createJob", "job { id } run { id }", input).await;
            let codes: Vec<_> = payload["userErrors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
            assert!(codes.contains(&&json!("JOB_REQUIRES_DESTINATION")), "{payload:#}");
            assert_eq!((&payload["job"], &payload["run"]), (&json!(null), &json!(null)));
        }
        let data = world.data("{ jobs { totalCount } runs { totalCount } destinations { totalCount } }", json!({})).await;
        assert_eq!(data, json!({ "jobs": { "totalCount": 0 }, "runs": { "totalCount": 0 }, "destinations": { "totalCount": 0 } }));
    }
}
