//! The queue and the database beneath it: what is promised about work, on both databases.

use std::time::Duration;

use chrono::TimeDelta;
use contact_sync::store::{Retention, StoreError, Task};
use serde_json::json;

use crate::world::{World, on_both};

const ANN: &str = "ann@corp.example";

async fn queued(world: &World) {
    world.source_group("Suppliers", &["Ada"]);
    world.create_job("Suppliers", &[ANN]).await;
}

on_both! {
    async fn work_is_claimed_once_and_again_when_its_lease_has_run_out(world) {
        queued(&world).await;
        let store = &world.app.store;
        let until = world.now() + TimeDelta::seconds(60);
        let first = store.claim_work("one", 10, until).await.unwrap();
        assert_eq!((first.len(), &first[0].task), (1, &Task::Gather));
        assert_eq!(store.claim_work("two", 10, until).await.unwrap(), []);
        world.clock.advance(TimeDelta::seconds(61));
        let second = store.claim_work("two", 10, world.now() + TimeDelta::seconds(60)).await.unwrap();
        assert_eq!((second[0].id, second[0].attempt, second[0].failures), (first[0].id, 2, 1));
        // The first worker wakes late: it can write nothing more.
        let late = store.atomically(async |tx| tx.fence(&first[0]).await).await;
        assert!(matches!(late, Err(StoreError::LeaseLost)));
        let late = store.atomically(async |tx| tx.end_work(&first[0]).await).await;
        assert!(matches!(late, Err(StoreError::LeaseLost)));
        assert!(!store.renew_work(&first[0], world.now() + TimeDelta::hours(1)).await.unwrap());
        assert!(store.renew_work(&second[0], world.now() + TimeDelta::hours(1)).await.unwrap());
        store.atomically(async |tx| tx.end_work(&second[0]).await).await.unwrap();
        assert_eq!(store.next_work_at().await.unwrap(), None);
    }

    async fn many_claimers_never_get_the_same_work(world) {
        world.source_group("Suppliers", &["Ada"]);
        for user in ["ann", "bob", "carol", "dave", "erin", "frank", "grace"] {
            world.create_job("Suppliers", &[&format!("{user}@corp.example")]).await;
        }
        let until = world.now() + TimeDelta::seconds(60);
        let claims = (0..8).map(|worker| {
            let store = world.app.store.clone();
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                for _ in 0..4 {
                    claimed.extend(store.claim_work(&format!("worker {worker}"), 2, until).await.unwrap());
                }
                claimed
            })
        });
        let mut ids = Vec::new();
        for claim in claims {
            ids.extend(claim.await.unwrap().into_iter().map(|claimed| claimed.id));
        }
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), all), (7, 7));
    }

    async fn rolled_back_changes_leave_no_work(world) {
        queued(&world).await;
        world.work().await;
        let store = &world.app.store;
        let jobs = world.data("{ jobs { nodes { id } } }", json!({})).await;
        let id = jobs["jobs"]["nodes"][0]["id"].as_str().unwrap().parse().unwrap();
        let outcome: Result<(), StoreError> = store
            .atomically(async |tx| {
                let job = tx.job(id).await?.unwrap();
                let destinations = tx.destinations_of(id).await?;
                let by = contact_sync::domain::Actor::System;
                let kind = contact_sync::domain::RunKind::Sync;
                let trigger = contact_sync::domain::Trigger::Manual;
                tx.insert_run(&job, kind, trigger, None, &by, &destinations).await?;
                Err(StoreError::Conflict)
            })
            .await;
        assert!(outcome.is_err());
        assert_eq!(store.next_work_at().await.unwrap(), None);
        assert_eq!(world.data("{ runs { totalCount } }", json!({})).await["runs"]["totalCount"], 1);
    }

    async fn a_running_server_does_the_work_by_itself_and_drains_when_stopped(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let stop = tokio_util::sync::CancellationToken::new();
        let runner = world.app.runner.clone();
        let until = stop.clone();
        let running = tokio::spawn(async move { runner.run(until, Duration::from_secs(30)).await });
        let mut changes = world.app.store.wakes().receiver();
        let created = world.create_job("Suppliers", &[ANN]).await;
        let run = created["run"]["id"].as_str().unwrap();
        while world.run_state(run).await["isFinished"] != true {
            changes.changed().await.unwrap();
        }
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        stop.cancel();
        running.await.unwrap();
        assert_eq!(world.app.store.next_work_at().await.unwrap(), None);
    }

    async fn old_history_is_dropped_and_unfinished_runs_are_kept(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let first = world.runs(&job).await[0]["id"].as_str().unwrap().to_owned();
        let events = async |run: &str| {
            let data = world.data("query ($id: ID!) { run(id: $id) { events { nodes { sequence } } } }", json!({ "id": run })).await;
            data["run"]["events"]["nodes"].as_array().map(Vec::len)
        };
        let queued = world.accepted("runJob", "run { id }", json!({ "jobId": job })).await["run"]["id"].clone();
        world.days(29);
        world.app.store.prune(Retention::default()).await.unwrap();
        assert!(events(&first).await > Some(0));
        world.days(2);
        world.app.store.prune(Retention::default()).await.unwrap();
        assert_eq!(events(&first).await, Some(0));
        world.days(400);
        world.app.store.prune(Retention::default()).await.unwrap();
        assert_eq!(events(&first).await, None);
        assert_eq!(world.runs(&job).await[0]["id"], queued);
    }
}
