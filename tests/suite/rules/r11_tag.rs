use std::collections::BTreeSet;

use sandbox::{Fault, FaultKind, When};
use serde_json::json;

use super::{ANN, BOB};
use crate::world::{SOURCE, on_both, tag};

on_both! {
    async fn r11_every_synced_contact_carries_the_number_of_its_job_and_of_its_source(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada", "Ben"]);
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        let data = world.data("query ($id: ID!) { job(id: $id) { gSyncNumber } }", json!({ "id": job })).await;
        let number = data["job"]["gSyncNumber"].as_str().unwrap();
        let expected: BTreeSet<String> = contacts.iter()
            .map(|contact| format!("{number}-{}", contact.strip_prefix("people/c").unwrap()))
            .collect();
        for user in [ANN, BOB] {
            let tags: BTreeSet<String> = world.sandbox.contacts(user).unwrap().iter().filter_map(tag).collect();
            assert_eq!(tags, expected, "{user}");
        }
    }

    async fn r11_a_fresh_server_with_the_same_job_adopts_and_does_not_duplicate(mut world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben"]);
        world.job("Suppliers", &[ANN]).await;
        let there = world.synced_group(ANN).unwrap().resource_name;
        world.add_contact(ANN, &there, "Zoe");
        let before = world.snapshot(ANN);
        world.lose_database().await;
        world.sandbox.delete_contact(SOURCE, &contacts[1]).unwrap();
        world.add_contact(SOURCE, &group, "Cleo");
        let job = world.job("Suppliers", &[ANN]).await;
        assert_eq!(world.synced_group(ANN).unwrap().resource_name, there);
        assert_eq!(world.synced_names(ANN), ["Ada", "Cleo", "Zoe"]);
        let ada = world.contact(ANN, "Ada");
        assert_eq!(ada.resource_name, before.values().find(|one| tag(one) == tag(&ada)).unwrap().resource_name);
        world.sandbox.clear_ledger();
        world.run(&job).await;
        assert_eq!(world.sandbox.ledger().iter().filter(|entry| entry.method != "GET" && entry.id != "token").count(), 0);
    }

    async fn r11_a_group_that_was_adopted_but_not_yet_renamed_is_renamed_by_the_next_run(mut world) {
        let (group, _) = world.source_group("Suppliers", &["Ada"]);
        world.job("Suppliers", &[ANN]).await;
        world.lose_database().await;
        world.sandbox.rename_group(SOURCE, &group, "Partners").unwrap();
        let fault = Fault { at: When::Always { id: Some("people.contactGroups.update".into()), user: None }, kind: FaultKind::Forbidden, times: 0 };
        world.sandbox.inject(fault);
        let job = world.job("Partners", &[ANN]).await;
        assert_eq!(world.synced_group(ANN).unwrap().name, "Suppliers");
        world.sandbox.clear_faults();
        world.run(&job).await;
        assert_eq!(world.synced_group(ANN).unwrap().name, "Partners");
    }

    async fn r11_a_source_contact_that_carries_a_tag_of_another_job_is_copied_without_it(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada"]);
        world.edit(SOURCE, &contacts[0], "userDefined", json!([{ "key": "gSync", "value": "1-2" }, { "key": "Room", "value": "7" }]));
        world.job("Suppliers", &[ANN]).await;
        let fields = world.contact(ANN, "Ada").person["userDefined"].clone();
        let fields: Vec<_> = fields.as_array().unwrap().iter().map(|field| (field["key"].clone(), field["value"].clone())).collect();
        assert_eq!(fields.len(), 2, "{fields:?}");
        assert!(fields.contains(&(json!("Room"), json!("7"))));
        assert!(fields.iter().all(|(_, value)| value != "1-2"));
    }
}
