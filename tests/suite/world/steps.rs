//! Steps of a test: create, work, let a day pass.

use chrono::TimeDelta;
use contact_sync::domain::{Clock, Time};
use contact_sync::runner::Runner;
use contact_sync::store::Store;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{SOURCE, World};

/// More steps than any test needs; beyond it something repeats for ever.
const MOST_STEPS: usize = 400;

impl World {
    /// Creates a job of the source user's group and carries out its first run. Ids of job and run.
    pub async fn job(&self, group: &str, destinations: &[&str]) -> String {
        let created = self.create_job(group, destinations).await;
        self.work().await;
        created["job"]["id"].as_str().unwrap().to_owned()
    }

    /// Creates a job; nothing is carried out yet.
    pub async fn create_job(&self, group: &str, destinations: &[&str]) -> Value {
        let input = json!({
            "sourceUserEmail": SOURCE, "sourceGroup": { "name": group }, "destinationEmails": destinations,
        });
        let fields = "job { id gSyncNumber status schedule { nextRunAt } } run { id status } summary { added }";
        self.accepted("createJob", fields, input).await
    }

    /// Runs a job now, to its end. The run as the API shows it.
    pub async fn run(&self, job: &str) -> Value {
        let payload = self.accepted("runJob", "run { id }", json!({ "jobId": job })).await;
        self.work().await;
        self.run_state(payload["run"]["id"].as_str().unwrap()).await
    }

    pub async fn run_state(&self, run: &str) -> Value {
        let fields = "id status isFinished error { code message } destinationsTotal destinationsFinished \
            counts { created updated overwritten deleted released unchanged additions failed } \
            results { nodes { email status error { code message } counts { created updated overwritten deleted failed } } }";
        let query = format!("query ($id: ID!) {{ run(id: $id) {{ {fields} }} }}");
        let mut data = self.data(&query, json!({ "id": run })).await;
        data["run"].take()
    }

    /// Runs of a job, newest first.
    pub async fn runs(&self, job: &str) -> Vec<Value> {
        let query =
            "query ($job: ID!) { job(id: $job) { runs(first: 100) { nodes { id number kind trigger status } } } }";
        let data = self.data(query, json!({ "job": job })).await;
        data["job"]["runs"]["nodes"].as_array().unwrap().clone()
    }

    /// Works until nothing is left to do, moving the clock over every wait.
    pub async fn work(&self) {
        self.work_side_by_side(1).await;
    }

    /// The same with several pieces of work in hand at once.
    pub async fn work_side_by_side(&self, hands: usize) {
        loop {
            work_off(&self.app.runner, &self.app.store, hands, |at| self.clock.reach_by(at)).await;
            if !self.wishes.approves || !self.approve_held().await {
                return;
            }
        }
    }

    /// Approves the runs that are held, those that the schedule is about to end left out. `false`: there were none.
    async fn approve_held(&self) -> bool {
        let query = "{ runs(filter: { statuses: [HELD] }) { nodes { id hold { plannedDeletions expiresAt } } } }";
        let mut held = self.data(query, json!({})).await["runs"]["nodes"].as_array().unwrap().clone();
        held.retain(|run| run["hold"]["expiresAt"].as_str().unwrap().parse::<Time>().unwrap() > self.now());
        for run in &held {
            let input = json!({ "runId": run["id"], "expectedDeletions": run["hold"]["plannedDeletions"] });
            self.accepted("approveRun", "run { status }", input).await;
        }
        !held.is_empty()
    }

    /// Lets the clock pass the next daily slot, and carries out what falls due.
    pub async fn next_day(&self) {
        let due = self.app.store.next_due_at().await.unwrap().expect("a planned slot");
        self.clock.reach_by(due);
        self.app.runner.queue_due().await.unwrap();
        self.work().await;
    }

    /// Lets time pass, without working.
    pub fn days(&self, days: i64) {
        self.clock.advance(TimeDelta::days(days));
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Calls since the ledger was cleared that may have changed something.
    pub fn writes(&self) -> Vec<(String, String)> {
        let reads = ["list", "get", "getBatchGet"];
        let is_write = |id: &str| !reads.iter().any(|read| id.ends_with(&format!(".{read}")));
        self.calls().into_iter().filter(|(id, _)| is_write(id)).collect()
    }

    /// Discovery ids of the calls since the ledger was cleared, token requests left out, with their users.
    pub fn calls(&self) -> Vec<(String, String)> {
        let entries = self.sandbox.ledger().into_iter().filter(|entry| entry.id != "token");
        entries.map(|entry| (entry.id, entry.user.unwrap_or_default())).collect()
    }
}

/// Carries out what is queued, so many pieces at once, until nothing is left; `reach` moves the clock over every wait.
pub async fn work_off(runner: &Runner, store: &Store, hands: usize, reach: impl Fn(Time)) {
    for _ in 0..MOST_STEPS {
        let found = join_all((0..hands).map(|_| runner.work_once())).await;
        if found.into_iter().any(|found| found.unwrap()) {
            continue;
        }
        match store.next_work_at().await.unwrap() {
            Some(at) => reach(at),
            None => return,
        }
    }
    panic!("the work does not end");
}
