//! The queue and the database beneath it: what is promised about work, on both databases.

use std::time::Duration;

use chrono::TimeDelta;
use contact_sync::domain::Time;
use contact_sync::store::{Claim, Retention, StoreError, Task};
use sandbox::{Fault, FaultKind, When};
use serde_json::json;

use crate::world::{World, on_both};

const ANN: &str = "ann@corp.example";

fn claim(worker: &str, until: Time) -> Claim<'_> {
    Claim { worker, limit: 10, until, takes_over: true, except: &[] }
}

async fn queued(world: &World) {
    world.source_group("Suppliers", &["Ada"]);
    world.create_job("Suppliers", &[ANN]).await;
}

on_both! {
    async fn work_is_claimed_once_and_again_when_its_lease_has_run_out(world) {
        queued(&world).await;
        let store = &world.app.store;
        let until = world.now() + TimeDelta::seconds(60);
        let first = store.claim_work(&claim("one", until)).await.unwrap();
        assert_eq!((first.len(), &first[0].task), (1, &Task::Gather));
        assert_eq!(store.claim_work(&claim("two", until)).await.unwrap(), []);
        world.clock.advance(TimeDelta::seconds(61));
        let second = store.claim_work(&claim("two", world.now() + TimeDelta::seconds(60))).await.unwrap();
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

    async fn late_work_keeps_its_account_until_it_is_taken_over(world) {
        world.source_group("Suppliers", &["Ada"]);
        world.source_group("Customers", &["Ben"]);
        world.create_job("Suppliers", &[ANN]).await;
        world.create_job("Customers", &[ANN]).await;
        let store = &world.app.store;
        let until = world.now() + TimeDelta::seconds(60);
        let works = store.claim_work(&claim("one", until)).await.unwrap();
        let [late, other] = works.as_slice() else { panic!("{works:?}") };
        assert!(store.lease_account("ann", late, until).await.unwrap());
        assert!(!store.lease_account("ann", other, until).await.unwrap());
        world.clock.advance(TimeDelta::seconds(61));
        let until = world.now() + TimeDelta::seconds(60);
        assert!(store.renew_work(other, until).await.unwrap());
        assert!(!store.lease_account("ann", other, until).await.unwrap(), "the late one may still renew and go on writing");
        let taken = store.claim_work(&claim("two", until)).await.unwrap();
        assert_eq!((taken.len(), taken[0].id), (1, late.id));
        assert!(store.lease_account("ann", other, until).await.unwrap());
    }

    async fn a_worker_takes_over_neither_what_it_has_in_hand_nor_anything_when_it_must_wait(world) {
        queued(&world).await;
        let store = &world.app.store;
        let first = store.claim_work(&claim("one", world.now() + TimeDelta::seconds(60))).await.unwrap();
        world.clock.advance(TimeDelta::seconds(61));
        let until = world.now() + TimeDelta::seconds(60);
        let in_hand = [first[0].id];
        assert_eq!(store.claim_work(&Claim { except: &in_hand, ..claim("one", until) }).await.unwrap(), []);
        assert_eq!(store.claim_work(&Claim { takes_over: false, ..claim("two", until) }).await.unwrap(), []);
        assert_eq!(store.claim_work(&claim("two", until)).await.unwrap().len(), 1);
    }

    async fn a_run_canceled_while_its_source_is_read_leaves_the_lane_free(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let run = async || world.accepted("runJob", "run { id }", json!({ "jobId": job })).await["run"]["id"].clone();
        for is_put_back_late in [false, true] {
            let first = run().await;
            let until = world.now() + TimeDelta::seconds(60);
            let gather = world.app.store.claim_work(&claim("one", until)).await.unwrap().remove(0);
            world.accepted("cancelRun", "run { status }", json!({ "runId": first })).await;
            let second = if is_put_back_late { Some(run().await) } else { None };
            let put_back = world.app.store.atomically(async |tx| tx.postpone_work(&gather, until, 1).await);
            put_back.await.unwrap();
            let second = match second {
                Some(second) => second,
                None => run().await,
            };
            world.work().await;
            assert_eq!(world.run_state(second.as_str().unwrap()).await["status"], "SUCCEEDED", "{is_put_back_late}");
            assert_eq!(world.run_state(first.as_str().unwrap()).await["status"], "CANCELED");
        }
    }

    async fn work_whose_workers_died_twice_is_taken_alone(world) {
        world.source_group("Suppliers", &["Ada"]);
        for user in ["ann", "bob", "carol"] {
            world.create_job("Suppliers", &[&format!("{user}@corp.example")]).await;
        }
        let store = &world.app.store;
        let mut taken = Vec::new();
        for death in 0..2 {
            taken = store.claim_work(&Claim { limit: 2, ..claim("one", world.now() + TimeDelta::seconds(60)) }).await.unwrap();
            assert_eq!(taken.iter().filter(|work| work.is_suspect).count(), 0, "{death}");
            world.clock.advance(TimeDelta::seconds(61));
        }
        let until = world.now() + TimeDelta::seconds(60);
        let mut suspects = Vec::new();
        // Whoever has something in hand waits until the hands are empty.
        let other = [contact_sync::domain::WorkId::random()];
        assert_eq!(store.claim_work(&Claim { except: &other, ..claim("two", until) }).await.unwrap(), []);
        for _ in 0..2 {
            let alone = store.claim_work(&claim("two", until)).await.unwrap();
            assert_eq!(alone.iter().map(|work| (work.is_suspect, work.failures)).collect::<Vec<_>>(), [(true, 2)]);
            suspects.push(alone[0].id);
        }
        suspects.sort();
        let mut died: Vec<_> = taken.iter().map(|work| work.id).collect();
        died.sort();
        assert_eq!(suspects, died);
        let rest = store.claim_work(&claim("two", until)).await.unwrap();
        assert_eq!(rest.iter().map(|work| (work.is_suspect, work.failures)).collect::<Vec<_>>(), [(false, 0)]);
    }

    async fn work_rests_as_long_as_google_asks_for(world) {
        queued(&world).await;
        let at = When::Always { id: Some("people.contactGroups.list".into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::QuotaBackend, times: 1 });
        while world.app.runner.work_once().await.unwrap() {}
        let store = &world.app.store;
        let resumes_at = store.next_work_at().await.unwrap().unwrap();
        assert_eq!(resumes_at, world.now() + TimeDelta::minutes(5));
        let runs = world.data("{ runs { nodes { status resumesAt } } }", json!({})).await;
        let run = &runs["runs"]["nodes"][0];
        assert_eq!(run["status"], "WAITING");
        assert_eq!(run["resumesAt"].as_str().unwrap().parse::<Time>().unwrap(), resumes_at);
        world.clock.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
        assert!(!world.app.runner.work_once().await.unwrap());
        world.clock.advance(TimeDelta::seconds(1));
        assert!(world.app.runner.work_once().await.unwrap());
        assert_eq!(world.synced_names(ANN), ["Ada"]);
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
                let (name, mut claimed) = (format!("worker {worker}"), Vec::new());
                for _ in 0..4 {
                    let two = Claim { limit: 2, ..claim(&name, until) };
                    claimed.extend(store.claim_work(&two).await.unwrap());
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
