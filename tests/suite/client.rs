//! The client and the sandbox agree with Google's machine-readable description of its APIs.

use std::collections::BTreeSet;

use sandbox::conformance;
use serde_json::json;

use crate::world::{SOURCE, World, on_both};

const ANN: &str = "ann@corp.example";

/// Walks through every call that the product makes.
async fn everything(world: &World) {
    let (group, contacts) =
        world.source_group("Suppliers", &["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"]);
    for person in sandbox::generate::contacts(3, 60) {
        let contact = world.sandbox.create_contact(SOURCE, person.into()).unwrap();
        world.sandbox.add_to_group(SOURCE, &group, &contact).unwrap();
    }
    let job = world.job("Suppliers", &[ANN, "bob@corp.example"]).await;
    for contact in &contacts[..8] {
        world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
    }
    world.run(&job).await; // batch update
    world.edit(SOURCE, &contacts[0], "nicknames", json!([{ "value": "Again" }]));
    world.add_contact(SOURCE, &group, "M");
    world.sandbox.delete_contact(SOURCE, &contacts[1]).unwrap();
    world.sandbox.rename_group(SOURCE, &group, "Partners").unwrap();
    let there = world.synced_group(ANN).unwrap().resource_name;
    let taken_out = world.contact(ANN, "C").resource_name;
    world.sandbox.remove_from_group(ANN, &there, &taken_out).unwrap();
    world.rename(ANN, &world.contact(ANN, "D").resource_name, "Edited");
    world.run(&job).await; // single update, create and delete, a batch get, a rename, a membership
    for contact in &contacts[2..] {
        world.sandbox.delete_contact(SOURCE, contact).unwrap();
    }
    world.add_contact(ANN, &there, "Zoe");
    world.days(7);
    world.run(&job).await; // batch delete, full lists
    world.data("{ users(search: \"a\") { nodes { email contactGroups { name } } } }", json!({})).await;
    world.clock.advance(chrono::TimeDelta::hours(2));
    world.data("{ user(email: \"grace@corp.example\") { displayName } }", json!({})).await;
    world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
    world.work().await;
    world.accepted("deleteJob", "run { id }", json!({ "jobId": job, "syncedContacts": "KEEP" })).await;
    world.work().await;
}

on_both! {
    async fn every_request_and_every_answer_conforms_to_the_discovery_documents(world) {
        everything(&world).await;
        let mut methods = BTreeSet::new();
        for entry in world.sandbox.ledger() {
            if let Err(what) = conformance::check(&entry) {
                panic!("call {} {} {}: {what}", entry.number, entry.method, entry.path);
            }
            methods.insert(entry.id);
        }
        let wanted = [
            "directory.customers.get", "directory.domains.list", "directory.users.get", "directory.users.list",
            "people.contactGroups.create", "people.contactGroups.delete", "people.contactGroups.get",
            "people.contactGroups.list", "people.contactGroups.members.modify", "people.contactGroups.update",
            "people.people.batchCreateContacts", "people.people.batchDeleteContacts",
            "people.people.batchUpdateContacts", "people.people.connections.list", "people.people.createContact",
            "people.people.deleteContact", "people.people.getBatchGet", "people.people.updateContact", "token",
        ];
        assert_eq!(methods.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
    }

    async fn delete_contacts_is_never_sent(world) {
        everything(&world).await;
        for entry in world.sandbox.ledger() {
            let wish = entry.query.iter().find(|(key, _)| key == "deleteContacts");
            assert!(wish.is_none_or(|(_, value)| value == "false"), "{}", entry.path);
            let is_update = entry.id.contains("pdateContact");
            let mask = entry.query.iter().find(|(key, _)| key == "updatePersonFields").map(|(_, value)| value.clone());
            let mask = mask.or_else(|| entry.body["updateMask"].as_str().map(str::to_owned));
            assert!(!is_update || !mask.unwrap_or_default().contains("memberships"), "{}", entry.path);
        }
    }
}
