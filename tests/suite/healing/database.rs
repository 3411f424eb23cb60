use super::{ANN, BOB};
use crate::world::{SOURCE, on_both};

on_both! {
    async fn with_the_database_lost_each_of_several_jobs_finds_its_own_contacts(mut world) {
        world.source_group("Suppliers", &["Ada"]);
        world.source_group("Partners", &["Pia", "Ada"]);
        world.job("Suppliers", &[ANN, BOB]).await;
        world.job("Partners", &[ANN]).await;
        let there = world.group_named(ANN, "Partners").unwrap().resource_name;
        world.add_contact(ANN, &there, "Zoe");
        let before = (world.snapshot(ANN), world.snapshot(BOB));
        world.lose_database().await;
        world.sandbox.clear_ledger();
        world.job("Suppliers", &[ANN, BOB]).await;
        world.job("Partners", &[ANN]).await;
        assert_eq!((world.snapshot(ANN), world.snapshot(BOB)), before);
        assert_eq!(world.writes(), [], "everything was found");
    }

    async fn who_is_not_in_the_new_job_keeps_what_was_there_until_added_and_removed(mut world) {
        world.source_group("Suppliers", &["Ada"]);
        world.job("Suppliers", &[ANN, BOB]).await;
        world.lose_database().await;
        let job = world.job("Suppliers", &[ANN]).await;
        assert_eq!(world.synced_names(BOB), ["Ada"], "nobody has told the new server of this account");
        let input = serde_json::json!({ "jobId": job, "emails": [BOB] });
        world.accepted("addUsers", "job { id }", input.clone()).await;
        world.accepted("removeUsers", "run { id }", input).await;
        world.work().await;
        assert_eq!(world.sandbox.contacts(BOB).unwrap(), []);
        assert_eq!(world.synced_group(BOB), None);
        assert_eq!(world.sandbox.contacts(SOURCE).unwrap().len(), 1);
    }
}
