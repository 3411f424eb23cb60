use chrono::TimeDelta;
use serde_json::json;

use super::{ANN, BOB};
use crate::world::{SOURCE, on_both};

const SCHEDULE: &str = "job { id schedule { nextRunAt } } run { id }";

on_both! {
    async fn r02_a_job_runs_daily_and_the_first_run_serves_the_day_of_creation(world) {
        let (group, _) = world.source_group("Suppliers", &["Ada"]);
        // Created at noon UTC with a slot at 15:00: today is served by the first run.
        let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [ANN],
            "schedule": { "timeOfDay": "15:00", "timeZone": "UTC" } });
        let created = world.accepted("createJob", SCHEDULE, input).await;
        assert_eq!(created["job"]["schedule"]["nextRunAt"], "2026-03-03T15:00:00.000Z");
        world.work().await;
        let job = created["job"]["id"].as_str().unwrap().to_owned();
        world.add_contact(SOURCE, &group, "Ben");
        world.next_day().await;
        assert_eq!(world.now().to_rfc3339(), "2026-03-03T15:00:00+00:00");
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        world.next_day().await;
        assert_eq!(world.now().to_rfc3339(), "2026-03-04T15:00:00+00:00");
        let triggers: Vec<_> = world.runs(&job).await.iter().map(|run| run["trigger"].clone()).collect();
        assert_eq!(triggers, ["SCHEDULE", "SCHEDULE", "JOB_CREATED"]);
    }

    async fn r02_of_several_missed_slots_only_the_latest_is_made_up(mut world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.days(5);
        world.restart().await; // the server was down meanwhile
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        assert_eq!(world.runs(&job).await.len(), 2);
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        assert_eq!(world.runs(&job).await.len(), 2, "a slot is served once");
    }

    async fn r02_a_manual_run_serves_no_slot(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.clock.advance(TimeDelta::hours(12)); // past midnight, before 01:00
        world.run(&job).await;
        world.next_day().await;
        let triggers: Vec<_> = world.runs(&job).await.iter().map(|run| run["trigger"].clone()).collect();
        assert_eq!(triggers, ["SCHEDULE", "MANUAL", "JOB_CREATED"]);
    }

    async fn r02_a_slot_that_falls_due_while_a_sync_is_unfinished_is_dropped(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.accepted("runJob", "run { id }", json!({ "jobId": job })).await;
        world.days(1);
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        assert_eq!(world.runs(&job).await.len(), 2);
        world.next_day().await;
        assert_eq!(world.runs(&job).await.len(), 3, "the next day is served again");
    }

    async fn r02_a_job_without_destinations_does_not_run(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        world.next_day().await;
        assert_eq!(world.runs(&job).await.len(), 2, "first run and removal");
        let payload = world.mutate("runJob", "run { id }", json!({ "jobId": job })).await;
        assert_eq!(payload["userErrors"][0]["code"], "JOB_REQUIRES_DESTINATION");
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        world.next_day().await;
        assert_eq!(world.synced_names(BOB), ["Ada"]);
    }

    async fn r02_paused_days_are_skipped_and_not_made_up(world) {
        let (group, _) = world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let fields = "job { status version schedule { nextRunAt } }";
        let paused = world.accepted("pauseJob", fields, json!({ "jobId": job })).await;
        assert_eq!(paused["job"], json!({ "status": "PAUSED", "version": 2, "schedule": { "nextRunAt": null } }));
        assert_eq!(world.accepted("pauseJob", fields, json!({ "jobId": job })).await, paused, "twice is no error");
        world.add_contact(SOURCE, &group, "Ben");
        world.days(3);
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        assert_eq!(world.synced_names(ANN), ["Ada"]);
        let refused = world.mutate("runJob", "run { id }", json!({ "jobId": job })).await;
        assert_eq!(refused["userErrors"][0]["code"], "JOB_PAUSED");
        let resumed = world.accepted("resumeJob", fields, json!({ "jobId": job })).await;
        assert_eq!(resumed["job"]["status"], "ACTIVE");
        assert!(resumed["job"]["schedule"]["nextRunAt"].as_str() > Some("2026-03-05T12:00"), "not at once");
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        assert_eq!(world.runs(&job).await.len(), 1);
        world.next_day().await;
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        assert_eq!(world.runs(&job).await.len(), 2);
    }

    async fn r02_a_new_schedule_holds_from_the_next_slot_on(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let schedule = |time: &str| json!({ "jobId": job, "schedule": { "timeOfDay": time, "timeZone": "Europe/Vienna" } });
        let fields = "job { schedule { timeOfDay timeZone nextRunAt } }";
        let changed = world.accepted("updateJob", fields, schedule("23:30")).await;
        assert_eq!(changed["job"]["schedule"], json!({ "timeOfDay": "23:30", "timeZone": "Europe/Vienna",
            "nextRunAt": "2026-03-03T22:30:00.000Z" }), "the day of creation is served");
        world.next_day().await;
        let earlier = world.accepted("updateJob", fields, schedule("06:00")).await;
        assert_eq!(earlier["job"]["schedule"]["nextRunAt"], "2026-03-04T05:00:00.000Z");
        world.next_day().await;
        assert_eq!(world.runs(&job).await.len(), 3);
    }
}
