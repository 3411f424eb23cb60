//! Everything comes to rest: what was disturbed ends, administrators repair what only they can, and undisturbed runs follow.
//! Then everything is compared.

use chrono::TimeDelta;
use rand::Rng;
use serde_json::{Value, json};

use super::oracle::compare;
use super::people::Standing;
use super::step::Order;
use super::story::Story;

/// Rounds of undisturbed runs until nothing is written any more: a synced contact may be in the source group of another job,
/// and so on.
const MOST_ROUNDS: usize = 6;

impl Story {
    /// Brings everything to rest and compares it. The error tells the first difference.
    pub async fn rest(&mut self) -> Result<(), String> {
        self.repair().await?;
        let mut rounds = 0;
        loop {
            self.world.clock.advance(TimeDelta::minutes(2)); // what was written shows
            self.world.sandbox.clear_ledger();
            let jobs: Vec<String> = self.jobs.live.iter().map(|job| job.id.clone()).collect();
            for job in &jobs {
                self.undisturbed_run(job).await?;
            }
            self.people.look(&self.world)?;
            let writes = self.world.writes();
            if writes.is_empty() {
                break;
            }
            rounds += 1;
            if rounds > if self.is_chained() { MOST_ROUNDS } else { 1 } {
                return Err(format!("it does not come to rest: {writes:?}"));
            }
        }
        compare(&self.world, &self.people, &self.jobs)?;
        self.previews_tell_nothing().await?;
        self.compare_jobs().await?;
        self.world.records(Some(self.rested_at)).await?;
        self.rested_at = self.world.now();
        self.world.sandbox.clear_ledger();
        Ok(())
    }

    async fn repair(&mut self) -> Result<(), String> {
        self.world.sandbox.clear_faults();
        for user in 0..self.people.all.len() {
            self.stand(user, Standing::Active);
        }
        let jobs = &self.jobs;
        let is_source = |user, label: &str| jobs.live.iter().any(|job| job.source == user && job.group == label);
        self.people.tidy(&self.world, is_source);
        self.world.clock.advance(TimeDelta::hours(2)); // what is known of users is an hour old at most
        self.world.app.runner.queue_due().await.unwrap();
        self.world.wishes.approves = true;
        self.world.work().await;
        self.relink_orphans().await?;
        for job in &self.jobs.live {
            self.world.accepted("resumeJob", "job { id }", json!({ "jobId": job.id })).await;
        }
        self.world.days(1); // removals that failed are tried daily
        self.world.app.runner.queue_due().await.unwrap();
        self.world.work().await;
        self.world.wishes.approves = false;
        self.jobs.note_left(&self.world).await;
        for (id, number) in self.jobs.gone.drain(..).map(|gone| (gone.id, gone.number)) {
            let data = self.world.data("query ($id: ID!) { job(id: $id) { id } }", json!({ "id": id })).await;
            if data["job"] != Value::Null {
                return Err(format!("the job {id} ({number}) that was deleted is still there"));
            }
        }
        if let Some(job) = self.jobs.live.iter().find(|job| !job.leaving.is_empty()) {
            return Err(format!("accounts are still to be cleaned: {job:?}"));
        }
        self.people.look(&self.world)?;
        self.people.settle()
    }

    /// Jobs whose source group was deleted get another one, or are deleted too.
    async fn relink_orphans(&mut self) -> Result<(), String> {
        let is_orphan = |story: &Self, job: usize| {
            let job = &story.jobs.live[job];
            !story.people.all[job.source].labels.contains_key(&job.group)
        };
        for job in (0..self.jobs.live.len()).rev().collect::<Vec<_>>() {
            if !is_orphan(self, job) {
                continue;
            }
            let source = self.jobs.live[job].source;
            if self.people.all[source].labels.is_empty() {
                let name = self.people.name("Label ");
                self.people.make_label(&self.world, source, &name);
            }
            let labels = self.people.all[source].labels.len();
            let first = self.rng.random_range(0..labels);
            for label in (0..labels).map(|label| first + label) {
                if is_orphan(self, job) {
                    self.jobs.order(&mut self.people, &self.world, &Order::Relink(job, label)).await?;
                    self.world.work().await;
                }
            }
            if is_orphan(self, job) {
                self.jobs.delete(&mut self.people, &self.world, job, false).await; // all its users receive the others
                self.world.work().await;
            }
        }
        Ok(())
    }

    fn is_chained(&self) -> bool {
        self.jobs.live.iter().any(|job| {
            let source = &self.people.all[job.source];
            let members = self.world.members(&source.email, &job.group);
            members.iter().any(|contact| !source.own.contains_key(&contact.resource_name))
        })
    }

    /// A run that must succeed, unless nobody is left to serve.
    async fn undisturbed_run(&mut self, job: &str) -> Result<(), String> {
        self.world.wishes.approves = true;
        let mut run = self.run_of(job).await;
        let guarded = |run: &Value| {
            let results = run["results"]["nodes"].as_array();
            results.is_some_and(|rows| rows.iter().any(|row| row["error"]["code"] == "DELETION_GUARD"))
        };
        if run.as_ref().is_some_and(guarded) {
            // Copies that no record tells of would go: an administrator must allow it, once.
            self.guard(job, json!({ "maxDeletions": null, "maxDeletionPercent": null })).await;
            run = self.run_of(job).await;
            self.guard(job, json!({ "maxDeletions": 10, "maxDeletionPercent": 50 })).await;
        }
        self.world.wishes.approves = false;
        match run {
            Some(run) if run["status"] != "SUCCEEDED" => Err(format!("the undisturbed run: {run:#}")),
            Some(_) => Ok(()),
            None if self.jobs.live.iter().any(|one| one.id == job && one.members.is_empty()) => Ok(()),
            None => Err(format!("the job {job} does not run")),
        }
    }

    async fn run_of(&self, job: &str) -> Option<Value> {
        let payload = self.world.mutate("runJob", "run { id }", json!({ "jobId": job })).await;
        let run = payload["run"]["id"].as_str().filter(|_| payload["userErrors"] == json!([]))?.to_owned();
        self.world.work().await;
        Some(self.world.run_state(&run).await)
    }

    async fn guard(&self, job: &str, guard: Value) {
        self.world.accepted("updateJob", "job { id }", json!({ "jobId": job, "deletionGuard": guard })).await;
    }

    /// What is in step has nothing to preview.
    async fn previews_tell_nothing(&self) -> Result<(), String> {
        for job in self.jobs.live.iter().filter(|job| !job.members.is_empty()) {
            let target = json!({ "target": { "jobId": job.id } });
            let payload = self.world.accepted("previewJob", "run { id }", target).await;
            self.world.work().await;
            let run = self.world.run_state(payload["run"]["id"].as_str().unwrap()).await;
            let changes = ["created", "updated", "overwritten", "deleted", "failed"];
            if run["status"] != "SUCCEEDED" || changes.iter().any(|count| run["counts"][*count] != 0) {
                return Err(format!("the preview of what is in step: {run:#}"));
            }
        }
        match self.world.writes() {
            writes if writes.is_empty() => Ok(()),
            writes => Err(format!("a preview wrote: {writes:?}")),
        }
    }

    /// The server knows the jobs that there are, with those who receive them, all in step.
    async fn compare_jobs(&self) -> Result<(), String> {
        let query = "{ jobs(first: 100) { nodes { id destinations(first: 100) { nodes { id email status } } } } }";
        let data = self.world.data(query, json!({})).await;
        let rows = data["jobs"]["nodes"].as_array().unwrap();
        for job in &self.jobs.live {
            let row = rows.iter().find(|row| row["id"] == job.id.as_str());
            let row = row.ok_or_else(|| format!("the job {} is gone", job.id))?;
            let mut told = Vec::new();
            for row in row["destinations"]["nodes"].as_array().unwrap() {
                told.push((
                    row["id"].as_str().unwrap(),
                    row["email"].as_str().unwrap(),
                    row["status"].as_str().unwrap(),
                ));
            }
            let known = |(user, id): (&usize, &String)| (id.clone(), self.people.all[*user].email.clone());
            let mut wanted: Vec<(String, String)> = job.members.iter().map(known).collect();
            wanted.sort();
            told.sort_unstable();
            let is_so = told.len() == wanted.len()
                && told.iter().zip(&wanted).all(|(told, wanted)| *told == (&*wanted.0, &*wanted.1, "SYNCED"));
            if !is_so {
                return Err(format!("the destinations of {} are {told:?}, not {wanted:?}", job.id));
            }
        }
        if rows.len() == self.jobs.live.len() { Ok(()) } else { Err(format!("there are other jobs: {rows:?}")) }
    }
}
