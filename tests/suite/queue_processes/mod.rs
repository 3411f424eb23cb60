//! The queue with worker processes that are killed, stopped and cut off: what is promised holds between processes too.
//!
//! A worker is this test program, started again (`worker`). Time is the machine's here; leases are seconds instead of
//! minutes. What happened is read from the log that all processes append to, from the sandbox's ledger, and from the API.

mod cluster;
mod lanes;
mod plant;
mod worker;

use std::time::Duration;

use sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};

use cluster::Cluster;
use lanes::{assert_no_overlap, beginnings};
use plant::{Plant, Worker};

use crate::world::Database;

const LIST: &str = "people.people.connections.list";
const CREATE: &str = "people.people.createContact";

/// A test that may be started again as a worker; on both databases.
macro_rules! with_workers {
    ($(#[lease($lease:expr)] async fn $name:ident($plant:pat) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                async fn fact($plant: Plant) $body

                fn path(database: &str) -> String {
                    let module = module_path!().split_once("::").map_or("", |(_, path)| path);
                    format!("{module}::{database}")
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    if let Some(order) = worker::order() {
                        return worker::work(order).await;
                    }
                    let database = Database::sqlite();
                    fact(Plant::new(&path("sqlite"), database.url(), $lease).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    if let Some(order) = worker::order() {
                        return worker::work(order).await;
                    }
                    if let Some(database) = Database::postgres().await {
                        fact(Plant::new(&path("postgres"), database.url(), $lease).await).await;
                    }
                }
            }
        )*
    };
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("Contact {n:02}")).collect()
}

/// Holds the first call of a method at a user back until the faults are cleared; what it does is done.
fn hold(method: &str, user: &str) -> Fault {
    let at = When::Always { id: Some(method.into()), user: Some(format!("{user}@corp.example")) };
    Fault { at, kind: FaultKind::Held, times: 1 }
}

/// Event types that end a run.
fn ends(run: &Value) -> usize {
    let events = run["events"]["nodes"].as_array().unwrap();
    let is_end = |event: &&Value| {
        ["SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELED"].iter().any(|end| event["status"] == *end)
    };
    events.iter().filter(is_end).count()
}

with_workers! {
    #[lease(Duration::from_secs(5))]
    async fn killed_workers_lose_nothing_and_do_nothing_twice(plant) {
        let groups = ["Suppliers", "Customers", "Partners"];
        for (index, group) in groups.iter().enumerate() {
            plant.group(group, &names(index + 2));
        }
        let mut runs = Vec::new();
        for user in 0..50 {
            for group in groups {
                runs.push(plant.job(group, &format!("user{user}")).await.1);
            }
        }
        let mut workers: Vec<Worker> = (0..3).map(|_| plant.worker()).collect();
        let mut kills = 0;
        for round in 0..14 {
            let victim = &mut workers[round % 3];
            let is_at_work = || plant.said(victim.pid, "begins") >= 3;
            let is_idle = async || plant.app.store.next_work_at().await.unwrap().is_none();
            plant.until("work in the victim's hand", async || is_at_work() || is_idle().await).await;
            if !is_at_work() {
                break; // the others were done before this one came to anything
            }
            victim.kill().await;
            kills += 1;
            *victim = plant.worker();
        }
        assert!(kills >= 6, "{kills}");
        let finished = "runs(filter: { statuses: [SUCCEEDED, PARTIALLY_SUCCEEDED, FAILED, CANCELED] })";
        plant.until("150 finished runs", async || plant.count(finished).await == 150).await;
        assert_eq!(plant.app.store.next_work_at().await.unwrap(), None);
        for run in &runs {
            let run = plant.run(run).await;
            assert_eq!((run["status"].as_str().unwrap(), ends(&run)), ("SUCCEEDED", 1), "{run:#}");
        }
        let mut expected: Vec<String> = (2..5).flat_map(names).collect();
        expected.sort();
        for user in 0..50 {
            let user = format!("user{user}");
            assert_eq!(plant.names(&user), expected, "{user}");
            let trash = plant.sandbox.trash(&format!("{user}@corp.example")).unwrap();
            assert!(trash.is_empty(), "{user}: nothing was made twice and deleted again");
        }
        let log = plant.log();
        assert_no_overlap(&log);
        assert!(beginnings(&log).values().any(|times| *times > 1), "kills met work in hand");
        let refused: Vec<Value> = plant.sandbox.ledger().into_iter().filter(|entry| entry.status == 409).map(|entry| entry.response).collect();
        assert!(refused.is_empty(), "two writers in one account: {refused:?}");
    }

    #[lease(Duration::from_millis(1_500))]
    async fn a_worker_stopped_for_longer_than_its_lease_writes_nothing_more(plant) {
        plant.group("Suppliers", &names(3));
        // Once in a read, once in a write whose answer it has not seen.
        for (method, user) in [(LIST, "ann"), (CREATE, "bob")] {
            let mut late = plant.worker();
            let held = plant.sandbox.inject(hold(method, user));
            let (job, run) = plant.job("Suppliers", user).await;
            plant.sandbox.fault_hit(held).await;
            late.signal("STOP").await;
            let mut other = plant.worker();
            let run = plant.until_finished(&run).await;
            assert_eq!((run["status"].as_str().unwrap(), ends(&run)), ("SUCCEEDED", 1), "{run:#}");
            assert_eq!(plant.names(user), names(3));
            let (calls, sequence) = (plant.sandbox.ledger().len(), run["events"].clone());
            late.signal("CONT").await;
            plant.sandbox.clear_faults();
            plant.until("the late one's insight", async || plant.said(late.pid, "went to another worker") == 1).await;
            assert_eq!(plant.changes_after(calls), Vec::<String>::new());
            assert_eq!((plant.names(user), plant.run(&data_id(&plant, &job).await).await["events"].clone()), (names(3), sequence));
            // It is a worker like any other again.
            other.kill().await;
            let query = "mutation ($job: ID!) { runJob(input: { jobId: $job }) { userErrors { message } run { id } } }";
            let again = plant.data(query, json!({ "job": job })).await;
            let again = plant.until_finished(again["runJob"]["run"]["id"].as_str().unwrap()).await;
            assert_eq!(again["status"], "SUCCEEDED", "{again:#}");
            late.kill().await;
        }
    }

    #[lease(Duration::from_millis(1_500))]
    async fn a_worker_stopped_alone_goes_on_and_does_not_take_its_own_work_again(plant) {
        plant.group("Suppliers", &names(3));
        let worker = plant.worker();
        let held = plant.sandbox.inject(hold(CREATE, "ann"));
        let (_, run) = plant.job("Suppliers", "ann").await;
        plant.sandbox.fault_hit(held).await;
        worker.signal("STOP").await;
        plant.until("the lease's end", async || {
            let next = plant.app.store.next_work_at().await.unwrap().unwrap();
            contact_sync::domain::Clock::now(&contact_sync::app::SystemClock) > next
        }).await;
        worker.signal("CONT").await;
        plant.until("the renewed lease", async || {
            let next = plant.app.store.next_work_at().await.unwrap().unwrap();
            contact_sync::domain::Clock::now(&contact_sync::app::SystemClock) < next
        }).await;
        plant.sandbox.clear_faults();
        let run = plant.until_finished(&run).await;
        assert_eq!((run["status"].as_str().unwrap(), ends(&run)), ("SUCCEEDED", 1), "{run:#}");
        assert_eq!(plant.names("ann"), names(3));
        let beginnings = beginnings(&plant.log());
        assert!(beginnings.values().all(|times| *times == 1), "{beginnings:?}");
    }

    #[lease(Duration::from_secs(5))]
    async fn a_worker_asked_to_stop_finishes_what_it_has_and_takes_nothing_new(plant) {
        plant.group("Suppliers", &names(3));
        let mut worker = plant.worker();
        let held = plant.sandbox.inject(hold(CREATE, "ann"));
        let (_, run) = plant.job("Suppliers", "ann").await;
        plant.sandbox.fault_hit(held).await;
        worker.signal("TERM").await;
        plant.until("the signal", async || plant.said(worker.pid, "asked to stop") == 1).await;
        let (_, later) = plant.job("Suppliers", "bob").await;
        assert!(worker.is_running());
        plant.sandbox.clear_faults();
        assert!(worker.ended().await, "a good end");
        assert_eq!(plant.run(&run).await["status"], "SUCCEEDED");
        assert_eq!(plant.run(&later).await["status"], "QUEUED");
        assert_eq!(plant.names("ann"), names(3));
        assert_no_overlap(&plant.log());
        let _another = plant.worker();
        assert_eq!(plant.until_finished(&later).await["status"], "SUCCEEDED");
    }

    #[lease(Duration::from_secs(5))]
    async fn a_canceled_run_in_hand_stops_before_its_next_write(plant) {
        plant.group("Suppliers", &names(3));
        let _worker = plant.worker();
        let held = plant.sandbox.inject(hold(CREATE, "ann"));
        let (job, run) = plant.job("Suppliers", "ann").await;
        plant.sandbox.fault_hit(held).await;
        let before = plant.sandbox.ledger().len();
        let query = "mutation ($job: ID!) { deleteJob(input: { jobId: $job }) { userErrors { message } run { id } } }";
        let deleted = plant.data(query, json!({ "job": job })).await;
        assert_eq!(deleted["deleteJob"]["userErrors"], json!([]), "{deleted:#}");
        plant.sandbox.clear_faults();
        let removal = plant.until_finished(deleted["deleteJob"]["run"]["id"].as_str().unwrap()).await;
        assert_eq!(removal["status"], "SUCCEEDED", "{removal:#}");
        let run = plant.run(&run).await;
        assert_eq!((run["status"].as_str().unwrap(), ends(&run)), ("CANCELED", 1), "{run:#}");
        assert_eq!(plant.names("ann"), Vec::<String>::new());
        let creates = plant.changes_after(before).iter().filter(|id| *id == CREATE).count();
        assert_eq!(creates, 0, "nothing was made after the cancellation");
        assert_no_overlap(&plant.log());
    }

    #[lease(Duration::from_millis(600))]
    async fn work_that_kills_its_worker_each_time_is_given_up(plant) {
        plant.group("Suppliers", &names(2));
        let (poison, run) = plant.job("Suppliers", "ann").await;
        let (_, healthy) = plant.job("Suppliers", "bob").await;
        let fatal = format!("source of {poison} read");
        let mut worker = plant.worker_with(|order| order.dies_of = Some(fatal.clone()));
        plant.until("the end of the poisoned run", async || {
            if !worker.is_running() {
                worker = plant.worker_with(|order| order.dies_of = Some(fatal.clone()));
            }
            plant.run(&run).await["isFinished"] == true
        }).await;
        let run = plant.run(&run).await;
        assert_eq!((run["status"].as_str().unwrap(), run["error"]["code"].as_str().unwrap()), ("FAILED", "INTERNAL_SERVER_ERROR"));
        let is_fatal = |line: &&Value| line["message"].as_str().unwrap_or_default().contains(&fatal);
        assert_eq!(plant.log().iter().filter(is_fatal).count(), 9, "deaths: the first time and eight more");
        assert!(worker.is_running());
        assert_eq!(plant.until_finished(&healthy).await["status"], "SUCCEEDED");
        assert_eq!(plant.app.store.next_work_at().await.unwrap(), None);
        assert_eq!(plant.names("ann"), Vec::<String>::new());
    }
}

/// Id of the last run of a job.
async fn data_id(plant: &Plant, job: &str) -> String {
    let data = plant.data("query ($id: ID!) { job(id: $id) { lastRun { id } } }", json!({ "id": job })).await;
    data["job"]["lastRun"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_of_the_database_nobodys_work_runs_twice() {
    if let Some(order) = worker::order() {
        return worker::work(order).await;
    }
    let Some(cluster) = Cluster::start().await else { return };
    let test = "queue_processes::after_an_outage_of_the_database_nobodys_work_runs_twice";
    let plant = Plant::new(test, cluster.url(), Duration::from_secs(10)).await;
    plant.group("Suppliers", &names(3));
    let workers: Vec<Worker> = (0..2).map(|_| plant.worker_with(|order| order.tasks = 1)).collect();
    let mut runs = Vec::new();
    for user in ["ann", "bob"] {
        let held = plant.sandbox.inject(hold(CREATE, user));
        runs.push(plant.job("Suppliers", user).await.1);
        plant.sandbox.fault_hit(held).await;
    }
    let begun = plant.log().len();
    cluster.crash().await;
    tokio::time::sleep(plant.lease).await; // then both leases are over: the length of the outage is what the test is about
    cluster.begin().await;
    plant
        .until("leases renewed by both", async || {
            let next = plant.app.store.next_work_at().await;
            next.is_ok_and(|next| {
                next.is_some_and(|next| next > contact_sync::domain::Clock::now(&contact_sync::app::SystemClock))
            })
        })
        .await;
    plant.sandbox.clear_faults();
    for run in &runs {
        let run = plant.until_finished(run).await;
        assert_eq!((run["status"].as_str().unwrap(), ends(&run)), ("SUCCEEDED", 1), "{run:#}");
    }
    let log = plant.log();
    assert_no_overlap(&log);
    let taken_again = beginnings(&log[begun..]);
    assert!(taken_again.is_empty(), "{taken_again:?}");
    for user in ["ann", "bob"] {
        assert_eq!(plant.names(user), names(3));
    }
    // The workers go on by themselves.
    let (_, next) = plant.job("Suppliers", "carol").await;
    assert_eq!(plant.until_finished(&next).await["status"], "SUCCEEDED");
    drop(workers);
}
