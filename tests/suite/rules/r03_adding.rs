use sandbox::NewUser;
use serde_json::json;

use super::{ANN, BOB, CAROL};
use crate::world::on_both;

on_both! {
    async fn r03_an_added_user_is_pending_until_the_next_run(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let fields = "results { outcome destination { status pendingUntil job { schedule { nextRunAt } } } }";
        let added = world.accepted("addUsers", fields, json!({ "jobId": job, "emails": [BOB] })).await;
        let destination = &added["results"][0]["destination"];
        assert_eq!((&added["results"][0]["outcome"], &destination["status"]), (&json!("ADDED"), &json!("PENDING")));
        assert_eq!(destination["pendingUntil"], destination["job"]["schedule"]["nextRunAt"]);
        world.work().await;
        assert_eq!(world.synced_group(BOB), None, "adding starts nothing");
        world.next_day().await;
        assert_eq!(world.synced_names(BOB), ["Ada"]);
    }

    async fn r03_the_destinations_of_a_run_are_fixed_when_it_is_queued(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let run = world.accepted("runJob", "run { id }", json!({ "jobId": job })).await;
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [CAROL] })).await;
        world.work().await;
        let run = world.run_state(run["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["destinationsTotal"], 1);
        assert_eq!(world.synced_group(CAROL), None);
        assert_eq!(world.run(&job).await["destinationsTotal"], 2, "runJob takes pending users along");
        assert_eq!(world.synced_names(CAROL), ["Ada"]);
    }

    async fn r03_users_are_added_to_several_jobs_of_one_group_at_the_same_time(world) {
        world.source_group("Suppliers", &["Ada"]);
        let mut jobs = Vec::new();
        let user = |name: String| {
            let email = format!("{name}@corp.example");
            world.sandbox.add_user(NewUser::new(&email, "Late", "Comer")).unwrap();
            email
        };
        for n in 0..4 {
            jobs.push(world.job("Suppliers", &[&user(format!("first{n}"))]).await);
        }
        let (shared, own) = (user("shared".into()), [0, 1, 2, 3].map(|n| user(format!("second{n}"))));
        let add = async |(job, own): (&String, &String)| {
            let input = json!({ "jobId": job, "emails": [shared, own], "onInvalid": "SKIP_INVALID" });
            world.mutate("addUsers", "summary { added invalid }", input).await["summary"].take()
        };
        let mut answers: Vec<_> = futures_util::future::join_all(jobs.iter().zip(&own).map(add)).await;
        answers.sort_by_key(|summary| summary["added"].as_i64());
        let (refused, both) = (json!({ "added": 1, "invalid": 1 }), json!({ "added": 2, "invalid": 0 }));
        assert_eq!(answers, [refused.clone(), refused.clone(), refused, both], "one of them has the user they share");
    }

    async fn r03_adding_again_changes_nothing(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let input = json!({ "jobId": job, "emails": [ANN, "ANN@corp.example ", BOB] });
        let fields = "results { outcome } summary { requested added unchanged }";
        let added = world.accepted("addUsers", fields, input).await;
        let outcomes: Vec<_> = added["results"].as_array().unwrap().iter().map(|row| &row["outcome"]).collect();
        assert_eq!(outcomes, ["ALREADY_PRESENT", "DUPLICATE_IN_REQUEST", "ADDED"]);
        assert_eq!(added["summary"], json!({ "requested": 3, "added": 1, "unchanged": 2 }));
    }

    async fn r03_a_job_takes_more_users_than_a_statement_binds_values(world) {
        world.source_group("Suppliers", &["Ada"]);
        let emails: Vec<String> = (0..2_600).map(|number| format!("user{number}@corp.example")).collect();
        for email in &emails {
            world.sandbox.add_user(NewUser::new(email, "User", "Many")).unwrap();
        }
        let mut chunks = emails.chunks(500);
        let first: Vec<&str> = chunks.next().unwrap().iter().map(String::as_str).collect();
        let job = world.create_job("Suppliers", &first).await["job"]["id"].clone();
        for chunk in chunks {
            world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": chunk })).await;
        }
        let total = "run { destinationsTotal }";
        let preview = world.accepted("previewJob", total, json!({ "target": { "jobId": job } })).await;
        assert_eq!(preview["run"]["destinationsTotal"], 2_600);
        let deleted = world.accepted("deleteJob", total, json!({ "jobId": job })).await;
        assert_eq!(deleted["run"]["destinationsTotal"], 2_600);
    }
}
