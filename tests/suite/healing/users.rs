use sandbox::NewUser;
use serde_json::json;

use super::{ANN, BOB, destinations, run_later};
use crate::world::{SOURCE, World, on_both};

async fn filled(world: &World) -> (String, String) {
    let (group, _) = world.source_group("Suppliers", &["Ada"]);
    (world.job("Suppliers", &[ANN, BOB]).await, group)
}

on_both! {
    async fn a_destination_user_who_gets_another_address_is_followed(world) {
        let (job, group) = filled(&world).await;
        world.sandbox.update_user(ANN, |user| user.primary_email = "ann.smith@corp.example".into()).unwrap();
        world.add_contact(SOURCE, &group, "Ben");
        assert_eq!(run_later(&world, &job).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names("ann.smith@corp.example"), ["Ada", "Ben"]);
        let there = destinations(&world, &job).await;
        assert_eq!(there[0]["email"], "ann.smith@corp.example");
        let outcome = world.accepted("addUsers", "results { outcome }", json!({ "jobId": job, "emails": [ANN] })).await;
        assert_eq!(outcome["results"][0]["outcome"], "ALREADY_PRESENT", "the old address is an alias of the same user");
    }

    async fn a_suspended_destination_user_keeps_everything_and_catches_up_when_restored(world) {
        let (job, group) = filled(&world).await;
        world.sandbox.update_user(ANN, |user| user.suspended = true).unwrap();
        world.add_contact(SOURCE, &group, "Ben");
        assert_eq!(run_later(&world, &job).await["status"], "PARTIALLY_SUCCEEDED");
        assert_eq!((world.synced_names(ANN), world.synced_names(BOB).len()), (vec!["Ada".into()], 2));
        world.sandbox.update_user(ANN, |user| user.suspended = false).unwrap();
        assert_eq!(run_later(&world, &job).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
    }

    async fn a_deleted_destination_user_fails_alone_until_removed_from_the_job(world) {
        let (job, _) = filled(&world).await;
        world.sandbox.delete_user(ANN).unwrap();
        let run = run_later(&world, &job).await;
        assert_eq!(run["status"], "PARTIALLY_SUCCEEDED");
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "INVALID_DESTINATION_USER");
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        let there = destinations(&world, &job).await;
        assert_eq!(there.as_array().unwrap().iter().map(|one| &one["email"]).collect::<Vec<_>>(), [BOB]);
        assert_eq!(run_later(&world, &job).await["status"], "SUCCEEDED");
    }

    async fn a_user_created_again_under_the_same_address_is_another_user_and_is_added_anew(world) {
        let (job, _) = filled(&world).await;
        world.sandbox.delete_user(ANN).unwrap();
        world.sandbox.add_user(NewUser::new(ANN, "Ann", "Again")).unwrap();
        let run = run_later(&world, &job).await;
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "INVALID_DESTINATION_USER");
        assert_eq!(world.sandbox.contacts(ANN).unwrap(), [], "nobody has asked for this user yet");
        let added = world.accepted("addUsers", "results { outcome }", json!({ "jobId": job, "emails": [ANN] })).await;
        assert_eq!(added["results"][0]["outcome"], "ADDED");
        run_later(&world, &job).await;
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }

    async fn who_is_given_the_address_of_another_user_within_the_hour_receives_nothing(world) {
        let (job, group) = filled(&world).await;
        world.sandbox.delete_user(ANN).unwrap();
        world.sandbox.update_user(BOB, |user| user.primary_email = "bob.smith@corp.example".into()).unwrap();
        world.sandbox.update_user("bob.smith@corp.example", |user| user.aliases.clear()).unwrap();
        for email in [ANN, BOB] {
            world.sandbox.add_user(NewUser::new(email, "Somebody", "New")).unwrap();
        }
        world.add_contact(SOURCE, &group, "Ben");
        let run = world.run(&job).await; // what is known of users is not an hour old
        assert_eq!(run["status"], "PARTIALLY_SUCCEEDED");
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "INVALID_DESTINATION_USER");
        assert_eq!(world.synced_names("bob.smith@corp.example"), ["Ada", "Ben"]);
        for email in [ANN, BOB] {
            assert_eq!((world.sandbox.contacts(email).unwrap(), world.synced_group(email)), (Vec::new(), None));
        }
    }

    async fn a_destination_user_moved_to_a_secondary_domain_fails_and_can_still_be_cleaned(world) {
        let (job, _) = filled(&world).await;
        let moved = "ann@second.example";
        world.sandbox.update_user(ANN, |user| user.primary_email = moved.into()).unwrap();
        let run = run_later(&world, &job).await;
        assert_eq!(run["status"], "PARTIALLY_SUCCEEDED");
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "INVALID_DESTINATION_USER");
        assert_eq!(world.synced_names(moved), ["Ada"], "nothing was taken away");
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [moved] })).await;
        world.work().await;
        assert_eq!(world.synced_group(moved), None);
        assert_eq!(world.sandbox.contacts(moved).unwrap(), []);
    }
}
