use serde_json::{Value, json};

use super::ANN;
use crate::world::{SOURCE, World, content, on_both, tag};

fn there(world: &World, name: &str) -> String {
    world.contact(ANN, name).resource_name
}

on_both! {
    async fn r06_edits_of_copied_fields_and_of_the_tag_are_overwritten(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let (ada, ben) = (there(&world, "Ada"), there(&world, "Ben"));
        world.edit(ANN, &ada, "phoneNumbers", json!([{ "value": "+1 555 0142" }]));
        world.edit(ANN, &ada, "nicknames", json!([{ "value": "Addie" }]));
        let tagged = tag(&world.contact(ANN, "Ben"));
        world.edit(ANN, &ben, "userDefined", json!([]));
        let run = world.run(&job).await;
        for name in ["Ada", "Ben"] {
            assert_eq!(content(&world.contact(ANN, name)), content(&world.contact(SOURCE, name)), "{name}");
        }
        assert_eq!((there(&world, "Ada"), there(&world, "Ben")), (ada, ben), "the same contacts, not new ones");
        assert_eq!(tag(&world.contact(ANN, "Ben")), tagged);
        assert_eq!(run["counts"]["overwritten"], 2);
        assert_eq!(world.run(&job).await["counts"]["overwritten"], 0);
    }

    async fn r06_membership_in_the_group_and_in_my_contacts_is_restored(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let group = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.remove_from_group(ANN, &group, &there(&world, "Ada")).unwrap();
        world.sandbox.remove_from_group(ANN, "contactGroups/myContacts", &there(&world, "Ben")).unwrap();
        world.run(&job).await;
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        for contact in world.members(ANN, &group) {
            assert!(contact.groups.contains("contactGroups/myContacts"));
        }
    }

    async fn r06_deleted_contacts_and_a_deleted_group_are_created_again(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.sandbox.delete_contact(ANN, &there(&world, "Ada")).unwrap();
        world.run(&job).await;
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        let group = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.delete_group(ANN, &group).unwrap();
        let ben = there(&world, "Ben");
        world.run(&job).await;
        assert_eq!(world.synced_names(ANN), ["Ada", "Ben"]);
        assert_eq!(there(&world, "Ben"), ben, "contacts that are still there are not made again");
    }

    async fn r06_the_groups_name_is_restored(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let group = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.rename_group(ANN, &group, "My stuff").unwrap();
        world.run(&job).await;
        let now = world.synced_group(ANN).unwrap();
        assert_eq!((now.name.as_str(), now.resource_name), ("Suppliers", group));
    }

    async fn r06_other_labels_and_the_star_of_the_user_are_kept(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let label = world.sandbox.create_group(ANN, "Friends of mine").unwrap();
        let ada = there(&world, "Ada");
        world.sandbox.add_to_group(ANN, &label, &ada).unwrap();
        world.sandbox.add_to_group(ANN, "contactGroups/starred", &ada).unwrap();
        world.edit(SOURCE, &contacts[0], "phoneNumbers", json!([{ "value": "+1 555 0177" }]));
        world.run(&job).await;
        let now = world.contact(ANN, "Ada");
        assert!(now.groups.contains(&label) && now.groups.contains("contactGroups/starred"), "{:?}", now.groups);
        assert_eq!(content(&now), content(&world.contact(SOURCE, "Ada")));
    }

    async fn r06_my_contacts_is_left_to_the_user_where_the_job_does_not_ask_for_it(world) {
        world.source_group("Suppliers", &["Ada"]);
        let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [ANN],
            "addToMyContacts": false });
        let created = world.accepted("createJob", "job { id addToMyContacts }", input).await;
        assert_eq!(created["job"]["addToMyContacts"], Value::Bool(false));
        world.work().await;
        assert!(!world.contact(ANN, "Ada").groups.contains("contactGroups/myContacts"));
        world.sandbox.add_to_group(ANN, "contactGroups/myContacts", &there(&world, "Ada")).unwrap();
        world.run(created["job"]["id"].as_str().unwrap()).await;
        assert!(world.contact(ANN, "Ada").groups.contains("contactGroups/myContacts"));
    }
}
