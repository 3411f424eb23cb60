//! Jobs, as administrators made them, and what is asked of the server.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::people::{NAMES, People};
use super::step::Order;
use crate::world::World;

/// More are not made.
const MOST_JOBS: usize = 5;

#[derive(Debug)]
pub struct Job {
    pub id: String,
    /// The number in its tags.
    pub number: String,
    pub source: usize,
    /// Label of the source user.
    pub group: String,
    /// Name that was chosen for the groups it makes.
    pub name: Option<String>,
    pub in_my_contacts: bool,
    /// Users who receive the group, with the ids of their destinations.
    pub members: BTreeMap<usize, String>,
    /// It was pointed at another label; its number is still that of the first.
    pub is_relinked: bool,
    /// Users whose accounts are to be cleaned.
    pub leaving: BTreeMap<usize, String>,
}

/// A job that was deleted.
#[derive(Debug)]
pub struct Gone {
    pub id: String,
    pub number: String,
    pub source: usize,
    pub group: String,
    /// Contacts are left to their users.
    pub keeps: bool,
    /// Who received the group when it was deleted.
    pub members: BTreeSet<usize>,
    /// Who was being removed when it was deleted.
    leaving: BTreeSet<usize>,
}

#[derive(Debug, Default)]
pub struct Jobs {
    pub live: Vec<Job>,
    pub gone: Vec<Gone>,
}

impl Jobs {
    /// Numbers of the jobs that a user receives contacts from.
    pub fn numbers_of(&self, user: usize) -> BTreeSet<String> {
        self.live.iter().filter(|job| job.members.contains_key(&user)).map(|job| job.number.clone()).collect()
    }

    pub fn at(&self, one: usize) -> Option<&Job> {
        (!self.live.is_empty()).then(|| &self.live[one % self.live.len()])
    }

    fn at_mut(&mut self, one: usize) -> Option<&mut Job> {
        let count = self.live.len();
        (count > 0).then(|| &mut self.live[one % count])
    }

    /// Asks for something. The error tells what the server should not have answered.
    pub async fn order(&mut self, people: &mut People, world: &World, order: &Order) -> Result<(), String> {
        world.clock.advance(TimeDelta::seconds(1)); // so that what is asked for first comes first
        match *order {
            Order::Create { like, source, label, members, name, in_my_contacts } => {
                let name = name.map(|name| NAMES[name % NAMES.len()].to_owned());
                let is_there = |job: &&Job| people.all[job.source].labels.contains_key(&job.group);
                let like = like.and_then(|one| self.at(one)).filter(is_there);
                let (source, group) = match like {
                    Some(like) => (like.source, Some(like.group.clone())),
                    None => (source, people.all[source].label(label)),
                };
                let Some(group) = group else { return Ok(()) };
                let members = (0..people.all.len()).filter(|user| members >> user & 1 == 1).collect();
                if self.live.len() < MOST_JOBS {
                    self.create(people, world, Wanted { source, group, name, in_my_contacts, members }).await?;
                }
                Ok(())
            }
            Order::Join(job, user) => self.join(people, world, job, user).await,
            Order::Leave(job, user) => self.leave(people, world, job, user).await,
            Order::Delete(job, keeps) => {
                if self.live.is_empty() {
                    return Ok(());
                }
                let job = job % self.live.len();
                self.delete(people, world, job, keeps).await;
                Ok(())
            }
            Order::Pause(job) => self.simple(world, job, "pauseJob").await,
            Order::Resume(job) => self.simple(world, job, "resumeJob").await,
            Order::Rename(job, name) => {
                let name = name.map(|name| NAMES[name % NAMES.len()].to_owned());
                let Some(job) = self.at_mut(job) else { return Ok(()) };
                let input = json!({ "jobId": job.id, "syncedGroupName": name });
                world.accepted("updateJob", "job { id }", input).await;
                job.name = name;
                Ok(())
            }
            Order::Decide(approves) => decide(world, approves).await,
            Order::Cancel(job) => {
                let Some(job) = self.at(job) else { return Ok(()) };
                let query = "query ($id: ID!) { job(id: $id) { activeRun { id } } }";
                let data = world.data(query, json!({ "id": job.id })).await;
                if let Some(run) = data["job"]["activeRun"]["id"].as_str() {
                    world.mutate("cancelRun", "run { id }", json!({ "runId": run })).await; // removals go on
                }
                Ok(())
            }
            Order::Preview(job) => {
                let Some(job) = self.at(job) else { return Ok(()) };
                let target = json!({ "target": { "jobId": job.id } });
                let payload = world.mutate("previewJob", "run { id }", target).await;
                let is_so = (payload["userErrors"] == json!([])) != job.members.is_empty();
                if is_so { Ok(()) } else { Err(format!("the preview of {job:?} is {payload:#}")) }
            }
            Order::Relink(job, label) => self.relink(people, world, job, label).await,
        }
    }

    async fn simple(&self, world: &World, job: usize, mutation: &str) -> Result<(), String> {
        if let Some(job) = self.at(job) {
            world.accepted(mutation, "job { id }", json!({ "jobId": job.id })).await;
        }
        Ok(())
    }

    /// Creates a job with those who are eligible; `None` where the server refuses.
    pub async fn create(
        &mut self,
        people: &mut People,
        world: &World,
        wanted: Wanted,
    ) -> Result<Option<usize>, String> {
        let source = &people.all[wanted.source];
        let emails: Vec<&str> = wanted.members.iter().map(|user| people.all[*user].email.as_str()).collect();
        let minute = people.all.len() * 7 + self.live.len() * 11; // jobs that fall due at one time come in any order
        let input = json!({
            "sourceUserEmail": source.email, "sourceGroup": { "name": source.labels[&wanted.group] },
            "destinationEmails": emails, "onInvalid": "SKIP_INVALID", "syncedGroupName": wanted.name,
            "addToMyContacts": wanted.in_my_contacts, "schedule": { "timeOfDay": format!("02:{:02}", minute % 60), "timeZone": "UTC" },
        });
        let fields = "job { id gSyncNumber } results { outcome reason destination { id } }";
        let payload = world.mutate("createJob", fields, input).await;
        let rows = payload["results"].as_array().unwrap();
        let mut members = BTreeMap::new();
        for (user, row) in wanted.members.iter().zip(rows) {
            self.judge(people, None, (wanted.source, &wanted.group), *user, row)?;
            if row["outcome"] == "ADDED" {
                members.insert(*user, row["destination"]["id"].as_str().unwrap().to_owned());
            }
        }
        let Some(id) = payload["job"]["id"].as_str() else {
            let is_unsettled = people.all[wanted.source].is_unsettled;
            let nobody = rows.iter().all(|row| row["outcome"] != "ADDED");
            return if is_unsettled || nobody { Ok(None) } else { Err(format!("no job: {payload:#}")) };
        };
        self.live.push(Job {
            id: id.to_owned(),
            number: payload["job"]["gSyncNumber"].as_str().unwrap().to_owned(),
            source: wanted.source,
            group: wanted.group,
            name: wanted.name,
            in_my_contacts: wanted.in_my_contacts,
            members,
            is_relinked: false,
            leaving: BTreeMap::new(),
        });
        Ok(Some(self.live.len() - 1))
    }

    /// What the server says of a user who is to receive a group must be so.
    fn judge(
        &self,
        people: &People,
        job: Option<&str>,
        (source, group): (usize, &str),
        user: usize,
        row: &Value,
    ) -> Result<(), String> {
        let number = self.live.iter().find(|one| Some(one.id.as_str()) == job).map(|one| one.number.as_str());
        let shares = |job: &&Job| (job.source == source && job.group == group) || Some(job.number.as_str()) == number;
        let others = || self.live.iter().filter(shares);
        let receives = others().any(|other| other.members.contains_key(&user));
        let shared =
            |gone: &&Gone| (gone.source == source && gone.group == group) || Some(gone.number.as_str()) == number;
        let from_gone = self.gone.iter().filter(shared);
        let leaves = others().any(|other| other.leaving.contains_key(&user))
            || from_gone.into_iter().any(|gone| gone.members.contains(&user) || gone.leaving.contains(&user));
        let is_here = job.is_some_and(|id| others().any(|job| job.id == id && job.members.contains_key(&user)));
        let is_so = match (row["outcome"].as_str(), row["reason"].as_str()) {
            (Some("ADDED"), _) => !receives && user != source,
            (Some("ALREADY_PRESENT"), _) => is_here,
            (Some("NOT_ATTEMPTED"), _) => true,
            (_, Some("ALREADY_RECEIVES_GROUP")) => receives,
            (_, Some("REMOVAL_IN_PROGRESS")) => leaves,
            (_, Some("IS_SOURCE_USER")) => user == source,
            (_, Some("USER_SUSPENDED" | "NOT_ON_PRIMARY_DOMAIN" | "USER_NOT_FOUND")) => people.all[user].is_unsettled,
            _ => false,
        };
        if is_so { Ok(()) } else { Err(format!("{} should not be {row}", people.all[user].email)) }
    }

    async fn join(&mut self, people: &People, world: &World, job: usize, user: usize) -> Result<(), String> {
        let Some(job) = self.at(job) else { return Ok(()) };
        let (id, source, group) = (job.id.clone(), job.source, job.group.clone());
        let input = json!({ "jobId": id, "emails": [people.all[user].email] });
        let payload = world.mutate("addUsers", "results { outcome reason destination { id } }", input).await;
        let row = &payload["results"][0];
        self.judge(people, Some(&id), (source, &group), user, row)?;
        if row["outcome"] == "ADDED" {
            let destination = row["destination"]["id"].as_str().unwrap().to_owned();
            let job = self.live.iter_mut().find(|job| job.id == id);
            job.into_iter().for_each(|job| drop(job.members.insert(user, destination.clone())));
        }
        Ok(())
    }

    /// Removes a user from a job.
    pub async fn leave(&mut self, people: &mut People, world: &World, job: usize, user: usize) -> Result<(), String> {
        let Some(job) = self.at_mut(job) else { return Ok(()) };
        let input = json!({ "jobId": job.id, "emails": [people.all[user].email] });
        let payload = world.accepted("removeUsers", "results { outcome }", input).await;
        let outcome = &payload["results"][0]["outcome"];
        match job.members.remove(&user) {
            Some(destination) if outcome == "REMOVED" => {
                job.leaving.insert(user, destination);
                people.leaves(world, user, &job.number);
            }
            Some(destination) if people.all[user].is_unsettled => {
                job.members.insert(user, destination); // the server does not know the new address yet
            }
            Some(_) => return Err(format!("{} was not removed: {outcome}", people.all[user].email)),
            None => {}
        }
        Ok(())
    }

    pub async fn delete(&mut self, people: &mut People, world: &World, job: usize, keeps: bool) {
        let job = self.live.remove(job);
        let policy = if keeps { "KEEP" } else { "REMOVE" };
        world.accepted("deleteJob", "deletedJobId", json!({ "jobId": job.id, "syncedContacts": policy })).await;
        for user in job.members.keys() {
            match keeps {
                true => people.all[*user].is_released = true,
                false => people.leaves(world, *user, &job.number),
            }
        }
        let (members, leaving) = (job.members.into_keys().collect(), job.leaving.into_keys().collect());
        let (id, number, source, group) = (job.id, job.number, job.source, job.group);
        self.gone.push(Gone { id, number, source, group, keeps, members, leaving });
    }

    /// Points a job at another label of its source user.
    pub async fn relink(&mut self, people: &People, world: &World, job: usize, label: usize) -> Result<(), String> {
        let Some(job) = self.at_mut(job) else { return Ok(()) };
        let source = &people.all[job.source];
        let Some(group) = source.label(label) else { return Ok(()) };
        let input = json!({ "jobId": job.id, "sourceGroup": { "name": source.labels[&group] } });
        let payload = world.mutate("relinkSourceGroup", "job { id }", input).await;
        if payload["userErrors"] != json!([]) {
            return Ok(());
        }
        if source.labels.contains_key(&job.group) {
            return Err(format!("the job was relinked though its group is there: {payload:#}"));
        }
        job.group = group;
        job.is_relinked = true;
        Ok(())
    }

    /// Learns whose accounts are clean now.
    pub async fn note_left(&mut self, world: &World) {
        for job in &mut self.live {
            let ids: Vec<&String> = job.leaving.values().collect();
            if ids.is_empty() {
                continue;
            }
            let data = world.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
            let left: Vec<&str> =
                data["nodes"].as_array().unwrap().iter().filter_map(|node| node["id"].as_str()).collect();
            job.leaving.retain(|_, destination| left.contains(&destination.as_str()));
        }
    }
}

/// A job to create.
pub struct Wanted {
    pub source: usize,
    pub group: String,
    pub name: Option<String>,
    pub in_my_contacts: bool,
    pub members: Vec<usize>,
}

async fn decide(world: &World, approves: bool) -> Result<(), String> {
    let query = "{ runs(filter: { statuses: [HELD] }) { nodes { id hold { plannedDeletions } } } }";
    let data = world.data(query, json!({})).await;
    let Some(run) = data["runs"]["nodes"].as_array().unwrap().first() else { return Ok(()) };
    if approves {
        let input = json!({ "runId": run["id"], "expectedDeletions": run["hold"]["plannedDeletions"] });
        world.mutate("approveRun", "run { id }", input).await; // refused when its time has run out
    } else {
        world.mutate("rejectRun", "run { id }", json!({ "runId": run["id"] })).await;
    }
    Ok(())
}
