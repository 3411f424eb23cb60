//! Google as it is on a bad day: quotas, writes that show late, users who fall asleep, names that change. Runs wait, go on,
//! and end as always: every account in step, nothing twice.

mod late;

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::America::Los_Angeles;
use contact_sync::domain::Time;
use contact_sync::google::Budgets;
use sandbox::{Entry, Fault, FaultKind, NewUser, Quotas, Settings, SuspendedMode, When};
use serde_json::{Value, json};

use crate::world::{SOURCE, Wishes, World, content, on_both, tag};

const ANN: &str = "ann@corp.example";
const BOB: &str = "bob@corp.example";
const BATCH_CREATE: &str = "people.people.batchCreateContacts";
const CREATE_GROUP: &str = "people.contactGroups.create";

/// A source group of as many generated contacts.
fn fill(world: &World, count: usize) -> (String, Vec<String>) {
    let group = world.sandbox.create_group(SOURCE, "Suppliers").unwrap();
    let contacts = sandbox::generate::contacts(3, count).into_iter().map(|person| {
        let contact = world.sandbox.create_contact(SOURCE, person.into()).unwrap();
        world.sandbox.add_to_group(SOURCE, &group, &contact).unwrap();
        contact
    });
    let contacts = contacts.collect();
    (group, contacts)
}

fn refused(world: &World) -> Vec<Entry> {
    world.sandbox.ledger().into_iter().filter(|entry| entry.status == 429 || entry.status == 403).collect()
}

/// The account holds the source group, each contact once, and `additions` more in the group.
fn assert_in_step(world: &World, user: &str, group: &str, additions: usize) {
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    let wanted = sorted(world.members(SOURCE, group).iter().map(content).collect());
    let synced = world.synced_group(user).unwrap();
    let (ours, theirs): (Vec<_>, Vec<_>) =
        world.members(user, &synced.resource_name).into_iter().partition(|contact| tag(contact).is_some());
    assert_eq!(sorted(ours.iter().map(content).collect()), wanted, "{user}");
    assert_eq!(theirs.len(), additions, "{user}");
    let tagged = world.sandbox.contacts(user).unwrap().iter().filter(|contact| tag(contact).is_some()).count();
    assert_eq!(tagged, ours.len(), "{user}: no orphan");
    let marked = world.sandbox.groups(user).unwrap().into_iter().filter(|group| !group.client_data.is_empty()).count();
    assert_eq!(marked, 1, "{user}: one synced group");
}

fn wishes(quotas: Option<Quotas>, budgets: Budgets) -> Wishes {
    Wishes { quotas, budgets, ..Wishes::default() }
}

/// What the sandbox does from here on.
fn behave(world: &World, change: impl FnOnce(&mut Settings)) {
    let mut settings = world.sandbox.settings();
    change(&mut settings);
    world.sandbox.set_settings(settings);
}

/// Works on what is due now, without letting time pass.
async fn work_due(world: &World) {
    while world.app.runner.work_once().await.unwrap() {}
}

async fn last_run(world: &World) -> Value {
    let fields = "id status resumesAt isFinished error { code } results { nodes { email status error { code } } }";
    let data = world.data(&format!("{{ runs(first: 1) {{ nodes {{ {fields} }} }} }}"), json!({})).await;
    data["runs"]["nodes"][0].clone()
}

fn result<'a>(run: &'a Value, user: &str) -> &'a Value {
    run["results"]["nodes"].as_array().unwrap().iter().find(|result| result["email"] == user).unwrap()
}

#[tokio::test]
async fn within_its_budgets_a_run_earns_no_refusal() {
    let world =
        World::with(crate::world::Database::sqlite(), wishes(Some(Quotas::default()), Budgets::default())).await;
    let (group, contacts) = fill(&world, 1_200);
    let users = [ANN, BOB, "carol@corp.example"];
    let job = world.job("Suppliers", &users).await;
    for contact in contacts.iter().take(150) {
        world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
    }
    for contact in contacts.iter().rev().take(120) {
        world.sandbox.delete_contact(SOURCE, contact).unwrap();
    }
    let run = world.run(&job).await;
    assert_eq!(run["status"], "SUCCEEDED", "{run:#}");
    for user in users {
        assert_in_step(&world, user, &group, 0);
    }
    world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
    world.work().await;
    assert!(users.iter().all(|user| world.synced_group(user).is_none()));
    assert_eq!(refused(&world), []);
}

#[tokio::test]
async fn a_first_fill_beyond_the_day_waits_and_goes_on_the_next() {
    const DAY: u32 = 700;
    let quotas = Quotas { daily_contact_writes: DAY, ..Quotas::default() };
    let budgets = Budgets { daily_contact_writes: DAY, ..Budgets::default() };
    // One account at a time: a pause of one would move the clock under a call of another.
    let wishes = Wishes { accounts: 1, ..wishes(Some(quotas), budgets) };
    let world = World::with(crate::world::Database::sqlite(), wishes).await;
    let (group, _) = fill(&world, 300);
    let users: Vec<String> = (0..5)
        .map(|n| {
            let email = format!("user{n}@corp.example");
            world.sandbox.add_user(NewUser::new(&email, "User", "Example")).unwrap();
            email
        })
        .collect();
    let names: Vec<&str> = users.iter().map(String::as_str).collect();
    world.create_job("Suppliers", &names).await;
    let mut nights = 0;
    loop {
        work_due(&world).await;
        let run = last_run(&world).await;
        if run["isFinished"] == true {
            assert_eq!(run["status"], "SUCCEEDED", "{run:#}");
            break;
        }
        assert_eq!((run["status"].as_str(), run["error"]["code"].as_str()), (Some("WAITING"), None), "{run:#}");
        let resumes_at: Time = run["resumesAt"].as_str().unwrap().parse().unwrap();
        if resumes_at - world.now() > TimeDelta::minutes(2) {
            let midnight = resumes_at.with_timezone(&Los_Angeles).time();
            assert_eq!(midnight, chrono::NaiveTime::MIN, "{run:#}");
            nights += 1;
        }
        world.clock.reach_by(resumes_at);
    }
    assert!((2..=4).contains(&nights), "{nights} nights for 1,500 contacts");
    for user in &users {
        assert_in_step(&world, user, &group, 0);
    }
    assert_eq!(refused(&world), []);
    let mut days: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    for entry in world.sandbox.ledger() {
        *days.entry(entry.at.with_timezone(&Los_Angeles).date_naive()).or_default() += entry.cost.daily_contact_writes;
    }
    assert!(days.values().all(|spent| *spent <= DAY), "{days:?}");
}

on_both! {
    async fn a_refusal_for_the_minute_slows_its_account_and_fails_nobody(world) {
        let (group, _) = fill(&world, 20);
        let at = When::Always { id: Some(BATCH_CREATE.into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::QuotaPerMinute, times: 2 });
        world.job("Suppliers", &[ANN, BOB]).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        let refused = refused(&world);
        assert_eq!(refused.iter().map(|entry| entry.user.as_deref()).collect::<Vec<_>>(), [Some(ANN); 2]);
        let tries = |user: &str| {
            let calls = world.calls();
            calls.iter().filter(|(id, by)| id == BATCH_CREATE && by == user).count()
        };
        assert_eq!((tries(ANN), tries(BOB)), (3, 1));
        assert_in_step(&world, ANN, &group, 0);
        assert_in_step(&world, BOB, &group, 0);
    }

    async fn a_worn_out_account_rests_and_the_others_are_done(world) {
        let (group, _) = fill(&world, 20);
        let at = When::Always { id: Some(BATCH_CREATE.into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::QuotaBackend, times: 2 });
        world.create_job("Suppliers", &[ANN, BOB]).await;
        for rest in [5, 10] {
            work_due(&world).await;
            let run = last_run(&world).await;
            assert_eq!((run["status"].as_str(), result(&run, BOB)["status"].as_str()), (Some("WAITING"), Some("SUCCEEDED")), "{run:#}");
            assert_in_step(&world, BOB, &group, 0);
            let resumes_at: Time = run["resumesAt"].as_str().unwrap().parse().unwrap();
            assert_eq!(resumes_at, world.now() + TimeDelta::minutes(rest), "twice as long each time");
            world.clock.reach_by(resumes_at);
        }
        work_due(&world).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_in_step(&world, ANN, &group, 0);
    }

    async fn a_day_that_others_used_up_is_not_asked_for_again(world) {
        let (group, _) = fill(&world, 20);
        behave(&world, |settings| settings.quotas = Some(Quotas { daily_contact_writes: 10, ..Quotas::default() }));
        world.create_job("Suppliers", &[ANN, BOB]).await;
        work_due(&world).await;
        let run = last_run(&world).await;
        assert_eq!(run["status"], "WAITING", "{run:#}");
        let resumes_at: Time = run["resumesAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(resumes_at.with_timezone(&Los_Angeles).time(), chrono::NaiveTime::MIN);
        assert!(refused(&world).len() <= 2, "each account finds out at most once");
        behave(&world, |settings| settings.quotas = None);
        world.work().await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_in_step(&world, ANN, &group, 0);
        assert_in_step(&world, BOB, &group, 0);
    }

    async fn what_some_accounts_refuse_in_a_mask_stops_nothing_else(world) {
        let with_calendar = |name: &str| {
            json!({ "names": [{ "givenName": name }], "calendarUrls": [{ "url": "https://calendar.example/a", "type": "home" }] })
        };
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben", "Cleo", "Dora", "Eve", "Fay", "Gil", "Hal"]);
        for name in ["Ida", "Jan"] {
            let contact = world.sandbox.create_contact(SOURCE, with_calendar(name)).unwrap();
            world.sandbox.add_to_group(SOURCE, &group, &contact).unwrap();
        }
        behave(&world, |settings| settings.refuses_calendar_urls = true);
        let job = world.job("Suppliers", &[ANN]).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_eq!(world.synced_names(ANN).len(), 10);
        for contact in &contacts {
            world.edit(SOURCE, contact, "nicknames", json!([{ "value": "Changed" }]));
        }
        let ida = world.contact(SOURCE, "Ida").resource_name;
        world.edit(SOURCE, &ida, "nicknames", json!([{ "value": "Changed" }]));
        let run = world.run(&job).await;
        assert_eq!((run["status"].as_str(), run["counts"]["updated"].as_i64()), (Some("SUCCEEDED"), Some(9)), "{run:#}");
        assert!(!world.contact(ANN, "Ida").person.contains_key("calendarUrls"));
        world.sandbox.clear_ledger();
        world.next_day().await;
        assert_eq!(world.writes(), [], "it is not tried again every day");
    }

    async fn a_group_whose_members_google_never_tells_is_synced_all_the_same(world) {
        let (group, contacts) = fill(&world, 12);
        let job = world.job("Suppliers", &[ANN]).await;
        world.edit(SOURCE, &contacts[0], "nicknames", json!([{ "value": "Changed" }]));
        world.sandbox.delete_contact(SOURCE, &contacts[1]).unwrap();
        behave(&world, |settings| settings.refuses_group_members = true);
        let run = world.run(&job).await;
        assert_eq!(run["status"], "SUCCEEDED", "{run:#}");
        assert_in_step(&world, ANN, &group, 0);
        let there = world.synced_group(ANN).unwrap().resource_name;
        let addition = world.add_contact(ANN, &there, "Addition");
        let preview = world.accepted("previewJob", "run { id }", json!({ "target": { "jobId": job } })).await;
        world.work().await;
        assert_eq!(world.run_state(preview["run"]["id"].as_str().unwrap()).await["status"], "SUCCEEDED");
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        assert!(world.synced_group(ANN).is_none());
        let left: Vec<String> = world.sandbox.contacts(ANN).unwrap().into_iter().map(|one| one.resource_name).collect();
        assert_eq!(left, [addition]);
    }

    async fn an_account_whose_contacts_google_counts_otherwise_is_synced_all_the_same(world) {
        behave(&world, |settings| settings.unlisted_contacts = 2);
        let (group, contacts) = fill(&world, 12);
        let job = world.job("Suppliers", &[ANN]).await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_in_step(&world, ANN, &group, 0);
        world.sandbox.delete_contact(SOURCE, &contacts[1]).unwrap();
        world.days(7); // a full reading
        assert_eq!(world.run(&job).await["counts"]["deleted"], 1);
        assert_in_step(&world, ANN, &group, 0);
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        assert!(world.synced_group(ANN).is_none() && world.sandbox.contacts(ANN).unwrap().is_empty());
    }

    async fn an_administrator_who_may_not_ask_makes_nobody_deleted(world) {
        // May not ask at all, or not for users, or is out of reach of this one.
        for forbidden in [&["directory.users.get", "directory.customers.get"][..], &["directory.users.get"]] {
            let name = format!("Suppliers {}", forbidden.len());
            let (group, _) = world.source_group(&name, &["Ada", "Ben", "Cleo"]);
            let job = world.job(&name, &[ANN]).await;
            // Google refuses the user's token, and then the Directory does not tell whether there is such a user.
            let inject = |id: Option<&str>, user: Option<&str>, kind: FaultKind| {
                let at = When::Always { id: id.map(Into::into), user: user.map(Into::into) };
                world.sandbox.inject(Fault { at, kind, times: 1_000 });
            };
            inject(None, Some(ANN), FaultKind::TokenRefused);
            forbidden.iter().for_each(|id| inject(Some(id), None, FaultKind::Forbidden));
            world.clock.advance(TimeDelta::hours(2)); // Google's tokens have run out
            let removal = world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
            world.work().await;
            let run = world.run_state(removal["run"]["id"].as_str().unwrap()).await;
            assert_eq!(run["status"], "FAILED", "{forbidden:?}");
            let query = "query ($id: ID!) { job(id: $id) { destinations { nodes { status } } } }";
            let there = world.data(query, json!({ "id": job })).await;
            assert_eq!(there["job"]["destinations"]["nodes"][0]["status"], "REMOVING");
            world.sandbox.clear_faults();
            assert_in_step(&world, ANN, &group, 0);
            world.days(1);
            world.next_day().await;
            assert!(world.synced_group(ANN).is_none(), "it is tried again every day");
        }
    }

    async fn a_run_that_waited_and_cannot_look_again_writes_nothing(world) {
        let (group, _) = fill(&world, 20);
        let at = When::Always { id: Some(BATCH_CREATE.into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::QuotaBackend, times: 1 });
        let job = world.create_job("Suppliers", &[ANN, BOB]).await["job"]["id"].clone();
        work_due(&world).await;
        assert_eq!(last_run(&world).await["status"], "WAITING");
        for id in ["directory.users.get", "directory.users.list"] {
            let at = When::Always { id: Some(id.into()), user: None };
            world.sandbox.inject(Fault { at, kind: FaultKind::Unavailable, times: 1_000 });
        }
        world.clock.advance(TimeDelta::hours(2));
        world.sandbox.clear_ledger();
        world.work().await;
        let run = last_run(&world).await;
        let failed = (&run["status"], &result(&run, ANN)["error"]["code"]);
        assert_eq!(failed, (&json!("PARTIALLY_SUCCEEDED"), &json!("UPSTREAM_UNAVAILABLE")), "{run:#}");
        assert!(world.calls().iter().all(|(id, _)| id.starts_with("directory.")), "{:?}", world.calls());
        // Whoever is being removed meanwhile stays so, with the next attempt of the removal.
        world.sandbox.update_user(BOB, |user| user.suspended = true).unwrap();
        world.accepted("runJob", "run { id }", json!({ "jobId": job })).await;
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [BOB] })).await;
        world.work().await;
        let query = "query ($id: ID!) { job(id: $id) { destinations { nodes { email status nextAttemptAt } } } }";
        let rows = world.data(query, json!({ "id": job })).await["job"]["destinations"]["nodes"].take();
        let bob = rows.as_array().unwrap().iter().find(|row| row["email"] == BOB).unwrap();
        assert!(bob["status"] == "REMOVING" && bob["nextAttemptAt"].is_string(), "{rows:#}");
        world.sandbox.clear_faults();
        world.sandbox.update_user(BOB, |user| user.suspended = false).unwrap();
        world.days(1);
        world.next_day().await;
        assert_in_step(&world, ANN, &group, 0);
        assert!(world.synced_group(BOB).is_none());
    }

    async fn a_run_that_waited_looks_again_whose_address_it_is(world) {
        fill(&world, 20);
        let at = When::Always { id: Some(BATCH_CREATE.into()), user: Some(ANN.into()) };
        world.sandbox.inject(Fault { at, kind: FaultKind::QuotaBackend, times: 1 });
        world.create_job("Suppliers", &[ANN]).await;
        work_due(&world).await;
        assert_eq!(last_run(&world).await["status"], "WAITING");
        // Meanwhile the user was renamed, the group that was made is gone, and somebody else was given the address.
        let group = world.synced_group(ANN).unwrap().resource_name;
        world.sandbox.delete_group(ANN, &group).unwrap();
        world.sandbox.update_user(ANN, |user| user.primary_email = "ann.smith@corp.example".into()).unwrap();
        world.sandbox.update_user("ann.smith@corp.example", |user| user.aliases.clear()).unwrap();
        world.sandbox.add_user(NewUser::new(ANN, "Ann", "Other")).unwrap();
        world.clock.advance(TimeDelta::hours(2));
        world.work().await;
        assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
        assert_eq!(world.sandbox.contacts(ANN).unwrap().len(), 0, "a stranger receives nothing");
        assert_eq!(world.synced_names("ann.smith@corp.example").len(), 20);
    }

    async fn a_destination_that_falls_asleep_fails_alone_and_comes_back(world) {
        for mode in [SuspendedMode::TokenRefused, SuspendedMode::ForbiddenAtApi] {
            behave(&world, |settings| settings.suspended = mode);
            let name = format!("{mode:?}");
            let (group, contacts) = world.source_group(&name, &["Ada", "Ben"]);
            let job = world.job(&name, &[ANN, BOB]).await;
            let asleep = |asleep: bool| world.sandbox.update_user(ANN, |user| user.suspended = asleep).unwrap();
            asleep(true);
            world.rename(SOURCE, &contacts[0], "Alma");
            // The Directory was read within the hour: Google is the first to tell.
            let run = world.run(&job).await;
            let codes: Vec<_> = run["results"]["nodes"].as_array().unwrap().iter()
                .map(|result| (result["email"].clone(), result["status"].clone())).collect();
            assert!(codes.contains(&(json!(ANN), json!("FAILED"))) && codes.contains(&(json!(BOB), json!("SUCCEEDED"))), "{run:#}");
            world.next_day().await;
            assert_eq!(result(&last_run(&world).await, ANN)["error"]["code"], "DESTINATION_USER_SUSPENDED");
            asleep(false);
            world.next_day().await;
            assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
            for user in [ANN, BOB] {
                assert_in_step(&world, user, &group, 0);
            }
            // Removal from somebody asleep is tried again until it succeeds.
            asleep(true);
            world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
            world.work().await;
            assert!(world.synced_group(BOB).is_none() && world.synced_group(ANN).is_some());
            asleep(false);
            world.next_day().await;
            assert!(world.synced_group(ANN).is_none());
        }
    }

    async fn a_source_that_falls_asleep_deletes_nothing(world) {
        for mode in [SuspendedMode::TokenRefused, SuspendedMode::ForbiddenAtApi] {
            behave(&world, |settings| settings.suspended = mode);
            let name = format!("{mode:?}");
            let (group, _) = world.source_group(&name, &["Ada", "Ben"]);
            let job = world.job(&name, &[ANN]).await;
            let before = world.snapshot(ANN);
            world.sandbox.update_user(SOURCE, |user| user.suspended = true).unwrap();
            let run = world.run(&job).await;
            assert_eq!(run["status"], "FAILED", "{run:#}");
            world.next_day().await;
            let run = last_run(&world).await;
            assert_eq!((run["status"].as_str(), run["error"]["code"].as_str()), (Some("FAILED"), Some("SOURCE_USER_SUSPENDED")), "{run:#}");
            assert_eq!(world.snapshot(ANN), before);
            world.sandbox.update_user(SOURCE, |user| user.suspended = false).unwrap();
            world.next_day().await;
            assert_eq!(last_run(&world).await["status"], "SUCCEEDED");
            assert_in_step(&world, ANN, &group, 0);
            world.accepted("deleteJob", "run { id }", json!({ "jobId": job })).await;
            world.work().await;
        }
    }

    async fn a_resource_name_that_changes_makes_no_second_contact(world) {
        let (group, contacts) = world.source_group("Suppliers", &["Ada", "Ben", "Cleo"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let there = world.synced_group(ANN).unwrap().resource_name;
        let addition = world.add_contact(ANN, &there, "Addition");
        world.run(&job).await;
        let synced = world.contact(ANN, "Ada").resource_name;
        world.sandbox.change_resource_name(ANN, &synced).unwrap();
        world.sandbox.change_resource_name(ANN, &addition).unwrap();
        world.sandbox.change_resource_name(SOURCE, &contacts[1]).unwrap();
        for _ in 0..2 {
            let run = world.run(&job).await;
            assert_eq!(run["status"], "SUCCEEDED", "{run:#}");
            assert_in_step(&world, ANN, &group, 1);
        }
        world.rename(SOURCE, &contacts[0], "Alma");
        world.rename(SOURCE, &contacts[1], "Bert");
        world.run(&job).await;
        assert_in_step(&world, ANN, &group, 1);
        // The same where a list is all that is read, which tells no former names.
        world.sandbox.change_resource_name(SOURCE, &contacts[2]).unwrap();
        let synced = world.contact(ANN, "Cleo").resource_name;
        world.sandbox.change_resource_name(ANN, &synced).unwrap();
        world.days(7);
        let run = world.run(&job).await;
        let made = ["created", "deleted"].map(|count| run["counts"][count].as_i64());
        assert_eq!(made, [Some(0), Some(0)], "{run:#}");
        assert_in_step(&world, ANN, &group, 1);
        world.days(6); // a full reading
        world.next_day().await;
        assert_in_step(&world, ANN, &group, 1);
    }
}
