//! Google's lists, groups and single reads may be minutes behind what was written. What they do not show is neither made twice
//! nor taken for gone.

use std::time::Duration;

use chrono::TimeDelta;
use sandbox::{Fault, FaultKind, Lag, When};
use serde_json::json;

use super::{ANN, BATCH_CREATE, BOB, CREATE_GROUP, assert_in_step, behave, fill, last_run, work_due};
use crate::world::{SOURCE, World, on_both, tag, twin};

const LIST_LAG: Duration = Duration::from_secs(600);

/// Changes on both sides that no list shows for ten minutes.
fn edit_both(world: &World, contacts: &[String]) {
    for contact in contacts {
        world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
    }
    // Copies of other ones.
    let is_of = |tag: String| contacts.iter().any(|contact| tag.ends_with(contact.trim_start_matches("people/c")));
    let copies = world.sandbox.contacts(ANN).unwrap().into_iter();
    for copy in copies.filter(|copy| tag(copy).is_some_and(|tag| !is_of(tag))).take(3) {
        world.edit(ANN, &copy.resource_name, "occupations", json!([{ "value": "Edited there" }]));
    }
}

/// A filled account, and a new server without records. Whatever is changed from now on shows late in lists.
async fn lost(world: &mut World, count: usize) -> (String, Vec<String>) {
    let (group, contacts) = fill(world, count);
    world.job("Suppliers", &[ANN]).await;
    behave(world, |settings| settings.lag.list = LIST_LAG);
    world.clock.advance(TimeDelta::minutes(11));
    world.lose_database().await;
    edit_both(world, &contacts[..contacts.len().min(15)]);
    (group, contacts)
}

fn marks(world: &World) -> usize {
    let contacts = world.sandbox.contacts(ANN).unwrap();
    let groups = world.sandbox.groups(ANN).unwrap();
    let contacts = contacts.iter().filter(|contact| tag(contact).is_some() || twin(contact).is_some());
    contacts.count() + groups.iter().filter(|group| !group.client_data.is_empty()).count()
}

on_both! {
    async fn writes_that_show_late_confuse_no_run(world) {
        behave(&world, |settings| settings.lag = Lag {
            sync: Duration::from_secs(120),
            list: Duration::from_secs(120),
            read: Duration::from_secs(30),
            new_group: Duration::from_secs(5),
            group_client_data: Duration::from_secs(300),
            group_members: Duration::from_secs(90),
        });
        let (group, contacts) = fill(&world, 30);
        world.clock.advance(TimeDelta::minutes(10));
        let job = world.job("Suppliers", &[ANN, BOB]).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        for user in [ANN, BOB] {
            assert_in_step(&world, user, &group, 0);
        }
        // At once again, while nothing of what was written shows; then with changes on both sides that show late, too.
        let run = world.run(&job).await;
        assert_eq!((run["status"].as_str(), run["counts"]["created"].as_i64()), (Some("SUCCEEDED"), Some(0)), "{run:#}");
        for (index, contact) in contacts.iter().take(12).enumerate() {
            world.edit(SOURCE, contact, "nicknames", json!([{ "value": format!("Changed {index}") }]));
        }
        world.sandbox.delete_contact(SOURCE, &contacts[20]).unwrap();
        let there = world.synced_group(ANN).unwrap().resource_name;
        let edited = world.members(ANN, &there).remove(0).resource_name;
        world.rename(ANN, &edited, "Edited");
        world.add_contact(ANN, &there, "Addition");
        assert_eq!(world.run(&job).await["status"], "SUCCEEDED");
        world.next_day().await;
        assert_in_step(&world, ANN, &group, 1);
        assert_in_step(&world, BOB, &group, 0);
        // Nothing of this goes on for ever.
        world.sandbox.clear_ledger();
        world.next_day().await;
        let writes = world.sandbox.ledger().into_iter().filter(|entry| entry.method != "GET" && entry.id != "token").count();
        assert_eq!(writes, 0);
    }

    async fn a_list_that_is_late_makes_nothing_twice_and_leaves_nothing(world) {
        let (group, contacts) = fill(&world, 450);
        behave(&world, |settings| settings.lag.list = LIST_LAG);
        world.clock.advance(TimeDelta::minutes(11));
        // The first batch has arrived and is not listed yet when the account must be read again.
        let at = When::Method { id: BATCH_CREATE.into(), nth: 2 };
        world.sandbox.inject(Fault { at, kind: FaultKind::CutBefore, times: 1 });
        let job = world.job("Suppliers", &[ANN]).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_in_step(&world, ANN, &group, 0);
        // The source was changed a moment ago: what its list does not show is no reason to delete anything.
        world.days(7);
        world.edit(SOURCE, &contacts[0], "nicknames", json!([{ "value": "Changed" }]));
        let run = world.run(&job).await;
        assert_eq!((run["status"].as_str(), run["counts"]["deleted"].as_i64()), (Some("SUCCEEDED"), Some(0)), "{run:#}");
        // Removed minutes after one was written, all are taken away.
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        assert!(world.synced_group(ANN).is_none());
        assert_eq!(world.sandbox.contacts(ANN).unwrap().iter().filter(|contact| tag(contact).is_some()).count(), 0);
    }

    async fn a_new_server_takes_nothing_for_gone_that_a_late_list_does_not_show(world) {
        let mut world = world;
        let (group, _) = lost(&mut world, 1_020).await; // more than a group tells at once to who expects none
        let before = world.snapshot(ANN).into_keys().collect::<Vec<_>>();
        let draft = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": [ANN] });
        world.accepted("previewJob", "run { id }", json!({ "target": { "draft": draft } })).await;
        world.work().await;
        let query = "{ runs(first: 1) { nodes { kind status counts { created deleted overwritten } } } }";
        let foreseen = world.data(query, json!({})).await["runs"]["nodes"][0].take();
        let counts = json!({ "created": 0, "deleted": 0, "overwritten": 18 });
        assert_eq!(foreseen, json!({ "kind": "PREVIEW", "status": "SUCCEEDED", "counts": counts }));
        let created = world.create_job("Suppliers", &[ANN]).await;
        world.work().await;
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        let counts = ["created", "deleted"].map(|what| run["counts"][what].as_i64());
        assert_eq!((run["status"].as_str(), counts), (Some("SUCCEEDED"), [Some(0), Some(0)]), "{run:#}");
        assert_in_step(&world, ANN, &group, 0);
        assert_eq!(world.snapshot(ANN).into_keys().collect::<Vec<_>>(), before, "each copy is still the one it was");
    }

    async fn a_new_server_spares_what_the_source_has_where_no_group_tells_its_members(world) {
        let mut world = world;
        let (group, contacts) = lost(&mut world, 40).await;
        behave(&world, |settings| settings.refuses_group_members = true);
        world.create_job("Suppliers", &[ANN, BOB]).await;
        let before = world.snapshot(ANN);
        world.sandbox.clear_ledger();
        world.work().await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        let after = world.snapshot(ANN);
        assert!(before.keys().all(|copy| after.contains_key(copy)), "nothing was deleted");
        let asked = world.sandbox.ledger().into_iter();
        let asked = asked.filter(|entry| entry.id == "people.people.getBatchGet" && entry.user.as_deref() == Some(SOURCE));
        assert_eq!(asked.count(), 1, "the source is asked once");
        for _ in 0..2 {
            world.next_day().await;
            assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        }
        assert_in_step(&world, ANN, &group, 0);
        assert_eq!(world.synced_names(ANN).len(), contacts.len());
    }

    async fn a_new_server_deletes_nothing_of_which_google_does_not_say_that_it_is_gone(world) {
        let mut world = world;
        let (group, _) = lost(&mut world, 30).await; // half of them are listed: no guard stops what would go
        let before = world.snapshot(ANN);
        // Neither those that the groups tell nor those of the tags can be asked for.
        let at = When::Always { id: Some("people.people.getBatchGet".into()), user: Some(SOURCE.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::InternalError, times: 1_000 });
        world.create_job("Suppliers", &[ANN]).await;
        world.work().await;
        let after = world.snapshot(ANN);
        assert!(before.keys().all(|copy| after.contains_key(copy)), "nothing was deleted");
        world.sandbox.clear_faults();
        world.next_day().await;
        world.next_day().await;
        assert_in_step(&world, ANN, &group, 0);
    }

    async fn a_copy_that_a_user_made_with_its_invisible_data_stays_though_a_list_is_late(world) {
        fill(&world, 3);
        let job = world.job("Suppliers", &[ANN]).await;
        behave(&world, |settings| settings.lag.list = LIST_LAG);
        world.clock.advance(TimeDelta::minutes(11));
        let ours = world.sandbox.contacts(ANN).unwrap().remove(0);
        let copy = world.sandbox.create_contact(ANN, serde_json::Value::Object(ours.person)).unwrap();
        world.sandbox.add_to_group(ANN, &world.synced_group(ANN).unwrap().resource_name, &copy).unwrap();
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        assert!(world.synced_group(ANN).is_none());
        assert_eq!(world.snapshot(ANN).into_keys().collect::<Vec<_>>(), [copy]);
    }

    async fn where_a_large_group_is_not_told_whole_what_was_told_is_asked_for(world) {
        let mut world = world;
        let (group, _) = lost(&mut world, 1_020).await;
        // The second reading, the one for all members, is refused however often it is tried.
        for nth in 2..6 {
            let at = When::Method { id: "people.contactGroups.get".into(), nth };
            world.sandbox.inject(Fault { at, kind: FaultKind::Unavailable, times: 1 });
        }
        let created = world.create_job("Suppliers", &[ANN]).await;
        world.work().await;
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        let overwritten = run["counts"]["overwritten"].as_i64().unwrap();
        assert!(overwritten > 3, "what changed at the source arrives, beside three edits there: {overwritten}");
        world.next_day().await;
        world.next_day().await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_in_step(&world, ANN, &group, 0);
    }

    async fn a_user_removed_by_a_new_server_is_left_with_nothing_of_ours(world) {
        let mut world = world;
        lost(&mut world, 30).await;
        let created = world.create_job("Suppliers", &[ANN]).await;
        let input = json!({ "jobId": created["job"]["id"], "emails": [ANN] });
        world.accepted("removeUsers", "run { id }", input).await;
        world.work().await;
        assert!(world.synced_group(ANN).is_none() && world.sandbox.contacts(ANN).unwrap().is_empty());
    }

    async fn a_removal_that_cannot_look_at_what_is_left_is_tried_again(world) {
        let mut world = world;
        lost(&mut world, 30).await;
        let created = world.create_job("Suppliers", &[ANN]).await;
        let at = When::Always { id: Some("people.people.getBatchGet".into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::InternalError, times: 1_000 });
        let input = json!({ "jobId": created["job"]["id"], "emails": [ANN] });
        let removal = world.accepted("removeUsers", "run { id }", input).await;
        work_due(&world).await;
        assert_eq!(world.run_state(removal["run"]["id"].as_str().unwrap()).await["status"], "WAITING");
        assert!(world.synced_group(ANN).is_some(), "it is not left while copies may be in it");
        world.sandbox.clear_faults();
        world.work().await;
        assert!(world.synced_group(ANN).is_none() && world.sandbox.contacts(ANN).unwrap().is_empty());
    }

    async fn a_user_removed_after_the_guard_has_stopped_a_new_server_too(world) {
        let mut world = world;
        let (_, contacts) = lost(&mut world, 30).await;
        for contact in &contacts {
            world.sandbox.delete_contact(SOURCE, contact).unwrap();
        }
        let created = world.create_job("Suppliers", &[ANN]).await;
        world.work().await;
        let run = world.run_state(created["run"]["id"].as_str().unwrap()).await;
        assert_eq!(run["results"]["nodes"][0]["error"]["code"], "DELETION_GUARD", "{run:#}");
        edit_both(&world, &[]); // the group is on record by now, its contacts are not
        let input = json!({ "jobId": created["job"]["id"], "emails": [ANN] });
        world.accepted("removeUsers", "run { id }", input).await;
        world.work().await;
        assert!(world.synced_group(ANN).is_none() && world.sandbox.contacts(ANN).unwrap().is_empty());
    }

    async fn a_job_deleted_with_keep_by_a_new_server_leaves_no_mark(world) {
        let mut world = world;
        let (_, contacts) = lost(&mut world, 30).await;
        let created = world.create_job("Suppliers", &[ANN]).await;
        let input = json!({ "jobId": created["job"]["id"], "syncedContacts": "KEEP" });
        world.accepted("deleteJob", "run { id }", input).await;
        world.work().await;
        assert_eq!((world.sandbox.contacts(ANN).unwrap().len(), marks(&world)), (contacts.len(), 0));
    }

    async fn a_group_whose_answer_was_lost_is_found_though_its_marker_shows_late(world) {
        behave(&world, |settings| settings.lag.group_client_data = Duration::from_secs(600));
        let (group, _) = fill(&world, 8);
        let at = When::Always { id: Some(CREATE_GROUP.into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::CutAfter, times: 1 });
        world.job("Suppliers", &[ANN]).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_in_step(&world, ANN, &group, 0);
        let creates = world.calls().iter().filter(|(id, _)| id == CREATE_GROUP).count();
        assert_eq!(creates, 1);
    }
}
