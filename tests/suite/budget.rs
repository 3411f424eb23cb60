//! What a run costs: the calls of the ledger, counted. Frugality is a promise.

use std::collections::BTreeMap;

use serde_json::json;

use crate::world::{SOURCE, World, on_both};

const LIST: &str = "people.people.connections.list";
const GROUP: &str = "people.contactGroups.get";
const GROUPS: &str = "people.contactGroups.list";
const CREATE_GROUP: &str = "people.contactGroups.create";
const DELETE_GROUP: &str = "people.contactGroups.delete";
const MODIFY: &str = "people.contactGroups.members.modify";
const BATCH_CREATE: &str = "people.people.batchCreateContacts";
const BATCH_UPDATE: &str = "people.people.batchUpdateContacts";
const BATCH_DELETE: &str = "people.people.batchDeleteContacts";
const UPDATE: &str = "people.people.updateContact";
const CREATE: &str = "people.people.createContact";
const DELETE: &str = "people.people.deleteContact";

/// A Workspace with ten plain destinations.
fn destinations(world: &World, count: usize) -> Vec<String> {
    let user = |index: usize| {
        let email = format!("user{index:02}@corp.example");
        world.sandbox.add_user(sandbox::NewUser::new(&email, "User", format!("No{index}"))).unwrap();
        email
    };
    (0..count).map(user).collect()
}

/// A source group of generated contacts; their resource names.
fn fill(world: &World, count: usize) -> (String, Vec<String>) {
    let group = world.sandbox.create_group(SOURCE, "Suppliers").unwrap();
    let contacts = sandbox::generate::contacts(7, count).into_iter().map(|person| {
        let contact = world.sandbox.create_contact(SOURCE, person.into()).unwrap();
        world.sandbox.add_to_group(SOURCE, &group, &contact).unwrap();
        contact
    });
    let contacts = contacts.collect();
    (group, contacts)
}

/// Calls per method: those of the source, and those of each destination, which must be the same for all. The Directory is
/// asked once at most: all users are on one page.
fn spent(world: &World, destinations: &[String]) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let mut by_user: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut directory = Vec::new();
    for (id, user) in world.calls() {
        if id.starts_with("directory.") {
            directory.push(id);
        } else if id.starts_with("people.") {
            *by_user.entry(user).or_default().entry(id).or_default() += 1;
        }
    }
    assert!(directory.len() <= 1, "{directory:?}");
    let source = by_user.remove(SOURCE).unwrap_or_default();
    let mut each = destinations.iter().map(|user| by_user.remove(user).unwrap_or_default());
    let first = each.next().unwrap_or_default();
    each.for_each(|other| assert_eq!(other, first));
    assert_eq!(by_user.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "no other account is touched");
    (source, first)
}

fn calls(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

async fn filled(world: &World, contacts: usize, users: usize) -> (String, String, Vec<String>, Vec<String>) {
    let destinations = destinations(world, users);
    let (group, contacts) = fill(world, contacts);
    let names: Vec<&str> = destinations.iter().map(String::as_str).collect();
    let job = world.job("Suppliers", &names).await;
    (job, group, contacts, destinations)
}

on_both! {
    async fn first_fill_of_1000_contacts_to_10_destinations(world) {
        let destinations = destinations(&world, 10);
        fill(&world, 1_000);
        let names: Vec<&str> = destinations.iter().map(String::as_str).collect();
        world.create_job("Suppliers", &names).await;
        world.sandbox.clear_ledger();
        world.work().await;
        let (source, each) = spent(&world, &destinations);
        assert_eq!(source, calls(&[(LIST, 1), (GROUP, 1)]));
        assert_eq!(each, calls(&[(LIST, 1), (GROUPS, 1), (CREATE_GROUP, 1), (BATCH_CREATE, 5)]));
        for user in &destinations {
            assert_eq!(world.synced_names(user).len(), 1_000);
        }
    }

    async fn a_day_without_changes_reads_two_lists_and_writes_nothing(world) {
        let (_, _, _, destinations) = filled(&world, 40, 3).await;
        for day in 1..=5 {
            world.sandbox.clear_ledger();
            world.next_day().await;
            let (source, each) = spent(&world, &destinations);
            assert_eq!(source, calls(&[(LIST, 1), (GROUP, 1)]), "day {day}");
            assert_eq!(each, calls(&[(LIST, 1), (GROUP, 1)]), "day {day}");
        }
        let tokens = |entry: &sandbox::Entry| entry.query.iter().any(|(key, _)| key == "syncToken");
        assert!(world.sandbox.ledger().iter().filter(|entry| entry.id == LIST).all(tokens), "deltas, not full lists");
    }

    async fn ten_of_1000_changed_is_one_batch_update_per_destination(world) {
        let (job, _, contacts, destinations) = filled(&world, 1_000, 2).await;
        for contact in &contacts[..10] {
            world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
        }
        world.sandbox.clear_ledger();
        world.run(&job).await;
        let (source, each) = spent(&world, &destinations);
        assert_eq!(source, calls(&[(LIST, 1), (GROUP, 1)]));
        assert_eq!(each, calls(&[(LIST, 1), (GROUP, 1), (BATCH_UPDATE, 1)]));
    }

    async fn three_of_1000_changed_is_three_single_updates_per_destination(world) {
        let (job, _, contacts, destinations) = filled(&world, 1_000, 2).await;
        for contact in &contacts[..3] {
            world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
        }
        world.sandbox.clear_ledger();
        world.run(&job).await;
        let (source, each) = spent(&world, &destinations);
        assert_eq!(source, calls(&[(LIST, 1), (GROUP, 1)]));
        assert_eq!(each, calls(&[(LIST, 1), (GROUP, 1), (UPDATE, 3)]));
    }

    async fn changes_additions_and_deletions_are_batched_from_7_7_and_11_on(world) {
        let (job, group, contacts, destinations) = filled(&world, 60, 2).await;
        for contact in &contacts[..7] {
            world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
        }
        for contact in &contacts[7..18] {
            world.sandbox.delete_contact(SOURCE, contact).unwrap();
        }
        for name in ["A", "B", "C", "D", "E", "F", "G"] {
            world.add_contact(SOURCE, &group, name);
        }
        world.sandbox.clear_ledger();
        world.run(&job).await;
        let (_, each) = spent(&world, &destinations);
        assert_eq!(each, calls(&[(LIST, 1), (GROUP, 1), (BATCH_CREATE, 1), (BATCH_UPDATE, 1), (BATCH_DELETE, 1)]));
        for contact in &contacts[18..24] {
            world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
        }
        for contact in &contacts[24..34] {
            world.sandbox.delete_contact(SOURCE, contact).unwrap();
        }
        for name in ["H", "I", "J", "K", "L", "M"] {
            world.add_contact(SOURCE, &group, name);
        }
        world.sandbox.clear_ledger();
        world.run(&job).await;
        let (_, each) = spent(&world, &destinations);
        assert_eq!(each, calls(&[(LIST, 1), (GROUP, 1), (CREATE, 6), (UPDATE, 6), (DELETE, 10)]));
    }

    async fn removal_is_one_list_the_deletes_and_the_group(world) {
        let (job, _, _, destinations) = filled(&world, 990, 2).await;
        for user in &destinations {
            let there = world.synced_group(user).unwrap().resource_name;
            world.add_contact(user, &there, "Zoe");
        }
        world.run(&job).await;
        world.sandbox.clear_ledger();
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": destinations })).await;
        world.work().await;
        let (source, each) = spent(&world, &destinations);
        assert_eq!(source, calls(&[]));
        assert_eq!(each, calls(&[(LIST, 1), (BATCH_DELETE, 2), (GROUP, 1), (MODIFY, 1), (DELETE_GROUP, 1)]));
    }

    async fn the_sixth_day_reads_in_full_before_the_token_expires(world) {
        let (job, _, _, destinations) = filled(&world, 20, 1).await;
        let mut full = 0;
        for _ in 0..14 {
            world.sandbox.clear_ledger();
            world.next_day().await;
            let lists: Vec<_> = world.sandbox.ledger().into_iter().filter(|entry| entry.id == LIST).collect();
            assert_eq!(lists.len(), 2, "never a token that Google refuses");
            full += lists.iter().filter(|entry| entry.query.iter().all(|(key, _)| key != "syncToken")).count();
        }
        assert!((4..=6).contains(&full), "{full} full lists of both sides in two weeks");
        let runs = world.runs(&job).await;
        assert!(runs.iter().all(|run| run["status"] == "SUCCEEDED"));
        assert_eq!(world.synced_names(&destinations[0]).len(), 20);
    }

    async fn a_pending_destination_fetches_what_the_delta_did_not_bring(world) {
        let (job, _, _, _) = filled(&world, 300, 1).await;
        let late = "late@corp.example".to_owned();
        world.sandbox.add_user(sandbox::NewUser::new(&late, "Late", "Comer")).unwrap();
        world.accepted("addUsers", "job { id }", json!({ "jobId": job, "emails": [late] })).await;
        world.sandbox.clear_ledger();
        world.run(&job).await;
        let source: Vec<_> = world.calls().into_iter().filter(|(id, user)| user == SOURCE && id.starts_with("people.")).collect();
        let count = |wanted: &str| source.iter().filter(|(id, _)| id == wanted).count();
        assert_eq!((count(LIST), count("people.people.getBatchGet"), count(GROUP)), (2, 0, 1), "one full list is fewer than two batches");
        assert_eq!(world.synced_names(&late).len(), 300);
    }
}
