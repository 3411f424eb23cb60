//! A database belongs to one Workspace: a server that is started with the key of another changes nothing.

use std::sync::Arc;

use chrono::TimeDelta;
use contact_sync::domain::Clock;
use sandbox::{Options, Sandbox, Workspace};
use serde_json::json;

use crate::world::on_both;

const ANN: &str = "ann@corp.example";

on_both! {
    async fn nobody_is_taken_for_deleted_where_another_workspace_is_asked(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let clock = world.clock.clone();
        let options = Options { control: true, clock: Arc::new(move || clock.now()), ..Options::default() };
        let workspace = Workspace { customer_id: "C0other".into(), ..Workspace::empty("other.example") };
        let other = Sandbox::start(options, workspace).await.unwrap();
        let mut world = world;
        let ours = std::mem::replace(&mut world.sandbox, other);
        world.restart().await;
        let removal = world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.clock.advance(TimeDelta::hours(2));
        while world.app.runner.work_once().await.unwrap() {}
        let query = "query ($id: ID!) { workspace { primaryDomain } job(id: $id) { destinations { nodes { email status } } } }";
        let expected = json!({ "workspace": { "primaryDomain": "corp.example" },
            "job": { "destinations": { "nodes": [{ "email": ANN, "status": "REMOVING" }] } } });
        assert_eq!(world.data(query, json!({ "id": job })).await, expected);
        let users = world.answer("{ users(search: \"ann\") { nodes { email } } }", json!({})).await;
        assert_eq!(users["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{users:#}");
        assert_eq!(world.run_state(removal["run"]["id"].as_str().unwrap()).await["status"], "WAITING");
        // With its own key again, the server goes on where it was.
        world.sandbox = ours;
        world.restart().await;
        world.clock.advance(TimeDelta::hours(2));
        world.work().await;
        assert!(world.synced_group(ANN).is_none());
        assert!(world.sandbox.contacts(ANN).unwrap().is_empty());
    }
}
