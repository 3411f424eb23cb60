use sandbox::{Fault, FaultKind, When};
use serde_json::json;

use crate::world::{SOURCE, on_both};

on_both! {
    async fn without_google_a_live_field_is_null_and_the_rest_of_the_answer_is_there(world) {
        world.source_group("Suppliers", &["Ada"]);
        world.data("{ users(search: \"\") { totalCount } }", json!({})).await; // users are known from here on
        world.sandbox.inject(Fault { at: When::Always { id: Some("people.contactGroups.list".into()), user: None }, kind: FaultKind::Unavailable, times: 0 });
        let query = "{ viewer { role } list: users(search: \"desk\") { nodes { email contactGroups { name } } } }";
        let answer = world.answer(query, json!({})).await;
        assert_eq!(answer["data"], json!({ "viewer": { "role": "ADMIN" },
            "list": { "nodes": [{ "email": SOURCE, "contactGroups": null }] } }));
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer:#}");
        assert_eq!(errors[0]["path"], json!(["list", "nodes", 0, "contactGroups"]));
        assert_eq!(errors[0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    }

    async fn without_google_a_job_is_not_created_and_the_key_stays_free(world) {
        world.source_group("Suppliers", &["Ada"]);
        let fault = Fault { at: When::Always { id: Some("people.contactGroups.list".into()), user: None }, kind: FaultKind::Unavailable, times: 0 };
        world.sandbox.inject(fault);
        let query = "mutation ($input: CreateJobInput!) { createJob(input: $input) { isReplay job { id } } other: __typename }";
        let input = json!({ "input": { "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" },
            "destinationEmails": ["ann@corp.example"], "idempotencyKey": "k" } });
        let answer = world.answer(query, input.clone()).await;
        assert_eq!(answer["data"], json!({ "createJob": null, "other": "Mutation" }));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
        world.sandbox.clear_faults();
        let answer = world.answer(query, input).await;
        assert_eq!(answer["data"]["createJob"]["isReplay"], false);
        assert_eq!(world.data("{ jobs { totalCount } }", json!({})).await["jobs"]["totalCount"], 1);
    }
}
