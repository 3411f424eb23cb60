use serde_json::{Value, json};

use super::{ANN, BOB};
use crate::world::{SOURCE, World, on_both};

async fn reasons(world: &World, emails: Value) -> Vec<(String, Value)> {
    let input =
        json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": emails });
    let payload = world.mutate("createJob", "job { id }", input).await;
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let invalid = errors.filter(|error| error["code"] == "INVALID_DESTINATION_USER");
    invalid.map(|error| (error["reason"].as_str().unwrap().to_owned(), error["path"].clone())).collect()
}

on_both! {
    async fn r09_every_invalid_user_is_named_with_the_reason(world) {
        world.source_group("Suppliers", &["Ada"]);
        let emails = json!([ANN, "ivan@second.example", "nobody@corp.example", "sam@corp.example", "olga@corp.example",
            "gus@corp.example", "not an address", SOURCE, "x@elsewhere.example"]);
        let expected = ["NOT_ON_PRIMARY_DOMAIN", "USER_NOT_FOUND", "USER_SUSPENDED", "USER_ARCHIVED", "GUEST_USER",
            "MALFORMED_ADDRESS", "IS_SOURCE_USER", "NOT_ON_PRIMARY_DOMAIN"];
        let expected: Vec<_> = expected.iter().enumerate()
            .map(|(index, reason)| ((*reason).to_owned(), json!(["input", "destinationEmails", (index + 1).to_string()])))
            .collect();
        assert_eq!(reasons(&world, emails).await, expected);
        assert_eq!(world.data("{ jobs { totalCount } }", json!({})).await["jobs"]["totalCount"], 0);
    }

    async fn r09_valid_users_are_taken_where_invalid_ones_are_to_be_skipped(world) {
        world.source_group("Suppliers", &["Ada"]);
        let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" },
            "destinationEmails": ["nobody@corp.example", ANN], "onInvalid": "SKIP_INVALID" });
        let fields = "job { id } results { outcome reason } summary { added invalid }";
        let payload = world.mutate("createJob", fields, input).await;
        assert_eq!(payload["userErrors"][0]["message"], "No user of the Workspace has the address 'nobody@corp.example'.");
        assert_eq!(payload["results"], json!([{ "outcome": "INVALID", "reason": "USER_NOT_FOUND" }, { "outcome": "ADDED", "reason": null }]));
        world.work().await;
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }

    async fn r09_an_alias_is_resolved_and_a_renamed_user_is_the_same_user(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &["reception@corp.example"]).await;
        assert_eq!(world.synced_names("heidi@corp.example"), ["Ada"]);
        let fields = "results { outcome }";
        let again = world.accepted("addUsers", fields, json!({ "jobId": job, "emails": ["heidi@corp.example", "heidi@corp-alias.example"] })).await;
        assert_eq!(again["results"], json!([{ "outcome": "ALREADY_PRESENT" }, { "outcome": "DUPLICATE_IN_REQUEST" }]));
        world.sandbox.update_user("heidi@corp.example", |user| user.primary_email = "helen@corp.example".into()).unwrap();
        world.clock.advance(chrono::TimeDelta::hours(2));
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
        let data = world.data("{ destinations { nodes { email } } }", json!({})).await;
        assert_eq!(data["destinations"]["nodes"], json!([{ "email": "helen@corp.example" }]));
    }

    async fn r09_a_user_receives_a_group_once(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        assert_eq!(reasons(&world, json!([ANN])).await[0].0, "ALREADY_RECEIVES_GROUP");
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        assert_eq!(reasons(&world, json!([ANN])).await[0].0, "REMOVAL_IN_PROGRESS");
        world.work().await;
        world.job("Suppliers", &[ANN]).await; // several jobs may share a group for different users
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        world.run(&job).await;
        assert_eq!((world.synced_names(ANN), world.synced_names(BOB)), (vec!["Ada".into()], vec!["Ada".into()]));
    }

    async fn r09_sources_are_refused_with_their_codes(world) {
        world.source_group("Suppliers", &["Ada"]);
        world.sandbox.create_group(ANN, "Hers").unwrap();
        let by_name = |name: &str| json!({ "name": name });
        for (user, group, code) in [
            ("nobody@corp.example", by_name("Suppliers"), "SOURCE_USER_NOT_FOUND"),
            ("nonsense", by_name("Suppliers"), "SOURCE_USER_NOT_FOUND"),
            ("ivan@second.example", by_name("Suppliers"), "SOURCE_USER_NOT_ON_PRIMARY_DOMAIN"),
            ("sam@corp.example", by_name("Suppliers"), "SOURCE_USER_UNAVAILABLE"),
            (SOURCE, by_name("Hers"), "SOURCE_GROUP_NOT_FOUND"),
            (SOURCE, by_name("myContacts"), "SOURCE_GROUP_NOT_FOUND"),
            (SOURCE, json!({ "id": "grp_0000000000000000000000" }), "SOURCE_GROUP_NOT_FOUND"),
            (SOURCE, json!({ "id": "contactGroups/starred" }), "SOURCE_GROUP_NOT_FOUND"),
        ] {
            let input = json!({ "sourceUserEmail": user, "sourceGroup": group, "destinationEmails": [BOB] });
            let payload = world.mutate("createJob", "job { id } results { outcome }", input).await;
            assert_eq!(payload["userErrors"][0]["code"], code, "{payload:#}");
            assert_eq!((&payload["job"], &payload["results"][0]["outcome"]), (&json!(null), &json!("NOT_ATTEMPTED")));
        }
        world.job("Suppliers", &[ANN]).await;
        let input = json!({ "sourceUserEmail": ANN, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [BOB] });
        let payload = world.mutate("createJob", "job { id }", input).await;
        assert_eq!(payload["userErrors"][0]["code"], "SOURCE_GROUP_IS_SYNCED");
    }

    async fn r09_a_destination_that_became_ineligible_fails_alone(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        world.sandbox.update_user(ANN, |user| user.suspended = true).unwrap();
        world.clock.advance(chrono::TimeDelta::hours(2));
        let run = world.run(&job).await;
        assert_eq!(run["status"], "PARTIALLY_SUCCEEDED");
        let results = run["results"]["nodes"].as_array().unwrap();
        assert_eq!((&results[0]["email"], &results[0]["error"]["code"]), (&json!(ANN), &json!("DESTINATION_USER_SUSPENDED")));
        assert_eq!((&results[1]["email"], &results[1]["status"]), (&json!(BOB), &json!("SUCCEEDED")));
        let data = world.data("{ destinations { nodes { email status consecutiveFailures } } }", json!({})).await;
        assert_eq!(data["destinations"]["nodes"][0], json!({ "email": ANN, "status": "FAILING", "consecutiveFailures": 1 }));
    }
}
