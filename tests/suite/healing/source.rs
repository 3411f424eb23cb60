use sandbox::NewUser;
use serde_json::{Value, json};

use super::{ANN, BOB, run_later};
use crate::world::{SOURCE, World, on_both};

async fn health(world: &World, job: &str) -> Value {
    let query = "query ($id: ID!) { job(id: $id) { source { health { status blocksRuns } } } }";
    world.data(query, json!({ "id": job })).await["job"]["source"]["health"].take()
}

on_both! {
    async fn a_source_user_who_gets_another_address_is_followed(world) {
        let (group, _) = world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let renamed = "front-desk@corp.example";
        world.sandbox.update_user(SOURCE, |user| user.primary_email = renamed.into()).unwrap();
        world.add_contact(renamed, &group, "Ben");
        assert_eq!(run_later(&world, &job).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        let data = world.data("query ($id: ID!) { job(id: $id) { source { email } } }", json!({ "id": job })).await;
        assert_eq!(data["job"]["source"]["email"], renamed);
    }

    async fn a_deleted_source_user_fails_the_run_and_deletes_nothing_even_when_created_again(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.sandbox.delete_user(SOURCE).unwrap();
        let run = run_later(&world, &job).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("FAILED"), &json!("SOURCE_USER_DELETED")));
        assert_eq!(health(&world, &job).await, json!({ "status": "USER_DELETED", "blocksRuns": true }));
        // Who has the address now is somebody else, though the group is called the same.
        world.sandbox.add_user(NewUser::new(SOURCE, "Another", "Desk")).unwrap();
        world.source_group("Suppliers", &["Zoe"]);
        let run = run_later(&world, &job).await;
        assert_eq!(run["error"]["code"], "SOURCE_USER_DELETED");
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }

    async fn a_source_user_moved_to_a_secondary_domain_fails_the_run_and_deletes_nothing(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.sandbox.update_user(SOURCE, |user| user.primary_email = "desk@second.example".into()).unwrap();
        let run = run_later(&world, &job).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("FAILED"), &json!("SOURCE_USER_NOT_ON_PRIMARY_DOMAIN")));
        let expected = json!({ "status": "USER_NOT_ON_PRIMARY_DOMAIN", "blocksRuns": true });
        assert_eq!(health(&world, &job).await, expected);
        assert!(run["error"]["message"].as_str().unwrap().contains("second.example"), "{run}");
        assert_eq!(world.synced_names(ANN), ["Ada"]);
        world.sandbox.update_user("desk@second.example", |user| user.primary_email = SOURCE.into()).unwrap();
        assert_eq!(run_later(&world, &job).await["status"], "SUCCEEDED");
    }

    async fn a_source_group_made_again_is_not_taken_for_the_old_one(world) {
        let (group, _) = world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.sandbox.delete_group(SOURCE, &group).unwrap();
        world.sandbox.create_group(SOURCE, "Suppliers").unwrap();
        let run = world.run(&job).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("FAILED"), &json!("SOURCE_GROUP_MISSING")));
        assert_eq!(health(&world, &job).await, json!({ "status": "GROUP_MISSING", "blocksRuns": true }));
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
    }

    async fn jobs_that_shared_a_group_before_it_was_deleted_do_not_meet_in_one_account(world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada"]);
        let first = world.job("Suppliers", &[ANN]).await;
        let second = world.job("Suppliers", &[BOB]).await;
        world.sandbox.delete_group(SOURCE, &group).unwrap();
        for (job, name) in [(&first, "Old"), (&second, "New")] {
            let label = world.sandbox.create_group(SOURCE, name).unwrap();
            world.sandbox.add_to_group(SOURCE, &label, &contacts[0]).unwrap();
            let input = json!({ "jobId": job, "sourceGroup": { "name": name } });
            let relinked = world.accepted("relinkSourceGroup", "run { id }", input).await;
            world.work().await;
            let approval = json!({ "runId": relinked["run"]["id"], "expectedDeletions": 0 });
            world.accepted("approveRun", "run { id }", approval).await;
            world.work().await;
        }
        // Both still tag with the number of the group that is gone: either would take the other's contacts for its own.
        let input = json!({ "jobId": second, "emails": [ANN] });
        let added = world.mutate("addUsers", "results { outcome reason }", input.clone()).await;
        assert_eq!(added["results"][0], json!({ "outcome": "INVALID", "reason": "ALREADY_RECEIVES_GROUP" }));
        world.accepted("removeUsers", "run { id }", json!({ "jobId": first, "emails": [ANN] })).await;
        world.work().await;
        world.accepted("addUsers", "job { id }", input).await;
        assert_eq!(world.run(&second).await["status"], "SUCCEEDED");
        assert_eq!((world.synced_names(ANN), world.synced_group(ANN).unwrap().name.as_str()), (vec!["Ada".into()], "New"));
        // Not even when both are asked at the same time.
        for n in 0..8 {
            let late = format!("late{n}@corp.example");
            world.sandbox.add_user(sandbox::NewUser::new(&late, "Late", "Comer")).unwrap();
            let add = async |job: &str| {
                let input = json!({ "jobId": job, "emails": [late] });
                world.mutate("addUsers", "results { outcome }", input).await["results"][0]["outcome"].clone()
            };
            let (one, other) = tokio::join!(add(&first), add(&second));
            assert!(one != other && (one == "ADDED" || other == "ADDED"), "{one} and {other}");
        }
    }

    async fn a_source_contact_with_a_tag_of_the_very_job_is_copied_without_it(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let data = world.data("query ($id: ID!) { job(id: $id) { gSyncNumber } }", json!({ "id": job })).await;
        let number = data["job"]["gSyncNumber"].as_str().unwrap();
        let of_ben = contacts[1].trim_start_matches("people/c");
        let tag = json!([{ "key": "gSync", "value": format!("{number}-{of_ben}") }]);
        world.edit(SOURCE, &contacts[0], "userDefined", tag);
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        let ada = crate::world::tag(&world.contact(ANN, "Ada")).unwrap();
        assert_eq!(ada, format!("{number}-{}", contacts[0].trim_start_matches("people/c")));
    }
}
