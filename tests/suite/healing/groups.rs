use super::ANN;
use crate::world::on_both;

on_both! {
    async fn a_group_that_the_user_made_in_place_of_the_deleted_one_is_left_alone(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ours = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.delete_group(ANN, &ours).unwrap();
        let own = world.sandbox.create_group(ANN, "Suppliers").unwrap();
        let zoe = world.add_contact(ANN, &own, "Zoe");
        world.run(&job).await;
        assert_eq!(world.synced_group(ANN).unwrap().name, "Suppliers (2)");
        assert_eq!(world.synced_names(ANN), ["Ada"]);
        let left_alone = world.group_named(ANN, "Suppliers").unwrap();
        assert_eq!((left_alone.resource_name, left_alone.members), (own, vec![zoe]));
        world.sandbox.clear_ledger();
        world.run(&job).await;
        assert_eq!(world.writes(), []);
    }

    async fn a_name_that_the_user_took_while_the_group_was_renamed_gets_a_suffix(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ours = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.rename_group(ANN, &ours, "My suppliers").unwrap();
        world.sandbox.create_group(ANN, "Suppliers").unwrap();
        world.run(&job).await;
        let now = world.synced_group(ANN).unwrap();
        assert_eq!((now.resource_name, now.name.as_str()), (ours, "Suppliers (2)"));
    }

    async fn additions_outlive_a_group_that_the_user_deleted(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let ours = world.synced_group(ANN).unwrap().resource_name;
        world.add_contact(ANN, &ours, "Zoe");
        world.sandbox.delete_group(ANN, &ours).unwrap();
        let before = world.contact(ANN, "Zoe");
        world.run(&job).await;
        assert_eq!(world.contact(ANN, "Zoe"), before, "the user's own, in no group of ours any more");
        assert_eq!(world.synced_names(ANN), ["Ada"]);
    }
}
