//! Lets steps happen in one world that lives on, and watches what must hold after each of them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use contact_sync::domain::Time;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sandbox::{Fault, FaultKind, Lag, NewUser, When};
use serde_json::json;

use super::jobs::{Jobs, Wanted};
use super::oracle::{Copies, copies};
use super::people::{NAMES, People, Person, Standing};
use super::step::{Course, Dice, Edit, Event, Order, Step, Which};
use crate::world::{Database, Gate, LATE, SILENCE, Wishes, World};

/// Users of the Workspace that take part; the first ones have groups to share.
const EMAILS: [&str; 6] = [
    "desk@corp.example",
    "ann@corp.example",
    "bob@corp.example",
    "carol@corp.example",
    "dave@corp.example",
    "erin@corp.example",
];
/// Longer than any write stays unseen.
const SEEN_BY_ALL: TimeDelta = TimeDelta::minutes(1);

/// On what a story happens.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Writes show late.
    pub is_late: bool,
    /// Accounts of one run in hand at once.
    pub accounts: usize,
    /// Pieces of work in hand at once.
    pub hands: usize,
}

pub struct Story {
    pub world: World,
    pub people: People,
    pub jobs: Jobs,
    pub setting: Setting,
    pub rng: StdRng,
    pub sources: usize,
    /// When everything was last at rest.
    pub rested_at: Time,
}

impl Story {
    /// A Workspace by chance: who has which groups, and which jobs share them with whom.
    pub async fn begin(database: Database, setting: Setting, seed: u64) -> Result<Story, String> {
        let lag = if setting.is_late { LATE } else { Lag::default() };
        let wishes = Wishes { accounts: setting.accounts, lag, ..Wishes::default() };
        let world = World::with(database, wishes).await;
        let mut rng = StdRng::seed_from_u64(seed);
        let (sources, users) = (rng.random_range(2..4), rng.random_range(4..=EMAILS.len()));
        let mut people = People::new(&EMAILS[..users]);
        for user in 0..users {
            people.add(&world, user, None);
        }
        for source in 0..sources {
            for name in NAMES.iter().take(rng.random_range(2..4)) {
                if let Some(label) = people.make_label(&world, source, name) {
                    let contacts = if rng.random_bool(0.4) { rng.random_range(12..18) } else { rng.random_range(0..4) };
                    (0..contacts).for_each(|_| drop(people.add(&world, source, Some(&label))));
                }
            }
        }
        let rested_at = world.now();
        let mut story = Story { world, people, jobs: Jobs::default(), setting, rng, sources, rested_at };
        for _ in 0..story.rng.random_range(3..6) {
            let order = story.dice().creation();
            story.jobs.order(&mut story.people, &story.world, &order).await?;
        }
        Ok(story)
    }

    pub fn dice(&mut self) -> Dice<'_> {
        Dice { rng: &mut self.rng, users: self.people.all.len(), sources: self.sources }
    }

    /// Lets a step happen. Nothing that a source group has before and after may be deleted at a destination that stays, and
    /// nothing of a user's own may be changed.
    pub async fn act(&mut self, step: &Step) -> Result<(), String> {
        if self.rng.random_bool(0.7) {
            self.world.clock.advance(SEEN_BY_ALL);
        }
        let since = self.world.now() - SEEN_BY_ALL;
        let before = copies(&self.world, &self.people, &self.jobs);
        self.happen(step).await?;
        self.jobs.note_left(&self.world).await;
        self.keeps_copies(&before, since)?;
        self.people.look(&self.world)
    }

    fn keeps_copies(&self, before: &[Copies], since: Time) -> Result<(), String> {
        for copies in before {
            if self.people.all[copies.user].id != copies.person {
                continue; // somebody else has come
            }
            let there = self.world.snapshot(&self.people.all[copies.user].email);
            let wanted = match self.jobs.live.iter().find(|job| job.id == copies.job) {
                Some(job)
                    if job.group == copies.group && job.members.get(&copies.user) == Some(&copies.destination) =>
                {
                    Some(self.people.members_since(&self.world, job.source, &job.group, since))
                }
                Some(_) => continue,
                None if self.jobs.gone.iter().any(|gone| gone.id == copies.job && gone.keeps) => None,
                None => continue,
            };
            for (number, resource) in &copies.single {
                let is_wanted = wanted.as_ref().is_none_or(|wanted| wanted.contains(number));
                let by_user = self.people.taken.contains(&(copies.user, resource.clone()));
                if is_wanted && !by_user && !there.contains_key(resource) {
                    return Err(format!(
                        "{}: {resource}, the copy of {number} by {}, was deleted",
                        self.people.all[copies.user].email, copies.job
                    ));
                }
            }
        }
        Ok(())
    }

    async fn happen(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Edit(edit) => act(&mut self.people, &self.jobs, &self.world, edit),
            Step::Order(order @ Order::Preview(_)) => return self.preview(order).await,
            Step::Order(order) => return self.jobs.order(&mut self.people, &self.world, order).await,
            Step::Event(event) => return self.occur(event).await,
            Step::Run(which, course) => {
                self.queue(which).await;
                return self.course(course).await;
            }
        }
        Ok(())
    }

    /// A preview changes nothing in any account.
    async fn preview(&mut self, order: &Order) -> Result<(), String> {
        self.world.work().await; // what was asked for before
        let accounts = |story: &Self| {
            let all = story.people.all.iter();
            all.map(|one| (story.world.snapshot(&one.email), story.world.sandbox.groups(&one.email).unwrap()))
                .collect::<Vec<_>>()
        };
        let before = accounts(self);
        self.jobs.order(&mut self.people, &self.world, order).await?;
        self.world.work().await;
        if before == accounts(self) { Ok(()) } else { Err("the preview has changed an account".into()) }
    }

    async fn occur(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Suspends(user) => self.stand(user, Standing::Suspended),
            Event::Moves(user) => self.stand(user, Standing::Away),
            Event::Returns(user) => self.stand(user, Standing::Active),
            Event::GetsAddress(user) => {
                if self.people.all[user].standing == Standing::Active {
                    let now = self.address(user);
                    self.set_address(user, now);
                }
            }
            Event::IsReplaced(user, has_same_address) => return self.replace(user, has_same_address).await,
            Event::Week => self.world.days(7),
            Event::Restart => self.world.restart().await,
        }
        Ok(())
    }

    fn address(&mut self, user: usize) -> String {
        let name = EMAILS[user].split('@').next().unwrap_or_default();
        format!("{name}{}@corp.example", self.people.serial())
    }

    fn set_address(&mut self, user: usize, address: String) {
        let person = &mut self.people.all[user];
        self.world.sandbox.update_user(&person.email, |user| user.primary_email.clone_from(&address)).unwrap();
        person.email = address;
        person.is_unsettled = true;
    }

    /// Suspends a user, moves the user to a secondary domain, or brings the user back.
    pub fn stand(&mut self, user: usize, standing: Standing) {
        let now = self.people.all[user].standing;
        match (now, standing) {
            (Standing::Active, Standing::Suspended) | (Standing::Suspended, Standing::Active) => {
                let is_suspended = standing == Standing::Suspended;
                let email = &self.people.all[user].email;
                self.world.sandbox.update_user(email, |user| user.suspended = is_suspended).unwrap();
            }
            (Standing::Active, Standing::Away) => {
                let away = self.address(user).replace("corp.example", "second.example");
                self.set_address(user, away);
            }
            (Standing::Away, Standing::Active) => {
                let back = self.address(user);
                self.set_address(user, back);
            }
            _ => return,
        }
        let person = &mut self.people.all[user];
        person.standing = standing;
        person.is_unsettled = true;
    }

    /// A user is deleted from the Workspace, an administrator notices, and somebody new comes.
    async fn replace(&mut self, user: usize, has_same_address: bool) -> Result<(), String> {
        if self.people.all[user].standing != Standing::Active {
            return Ok(());
        }
        let old = self.people.all[user].email.clone();
        self.world.work().await;
        self.world.sandbox.delete_user(&old).unwrap();
        self.people.all[user].standing = Standing::Gone;
        self.world.clock.advance(TimeDelta::hours(2)); // what is known of users is an hour old at most
        self.world.app.runner.queue_due().await.unwrap();
        self.world.work().await;
        while let Some(job) = self.jobs.live.iter().position(|job| job.source == user) {
            let keeps = self.rng.random();
            self.jobs.delete(&mut self.people, &self.world, job, keeps).await;
        }
        for job in 0..self.jobs.live.len() {
            self.jobs.leave(&mut self.people, &self.world, job, user).await?;
        }
        self.world.work().await;
        let email = if has_same_address { old } else { self.address(user) };
        self.world.sandbox.add_user(NewUser::new(&email, "Some", "Body")).unwrap();
        let id = self.people.serial();
        self.people.all[user] = Person::new(id, &email);
        self.people.all[user].is_unsettled = true;
        self.people.add(&self.world, user, None);
        if user < self.sources {
            let name = NAMES[self.rng.random_range(0..NAMES.len())];
            self.people.make_label(&self.world, user, name);
        }
        Ok(())
    }

    async fn queue(&self, which: &Which) {
        // Refused while a run of the job is unfinished, or the job is paused, or nobody is left.
        match *which {
            Which::Job(one) => {
                if let Some(job) = self.jobs.at(one) {
                    self.world.mutate("runJob", "run { id }", json!({ "jobId": job.id })).await;
                }
            }
            Which::All => {
                for job in &self.jobs.live {
                    self.world.mutate("runJob", "run { id }", json!({ "jobId": job.id })).await;
                    self.world.clock.advance(TimeDelta::seconds(1));
                }
            }
            Which::NextDay => {
                if let Some(due) = self.world.app.store.next_due_at().await.unwrap() {
                    self.world.clock.reach_by(due);
                    self.world.app.runner.queue_due().await.unwrap();
                }
            }
            Which::Waiting => {}
        }
    }

    async fn work(&self) {
        self.world.work_side_by_side(self.setting.hands).await;
    }

    /// A call that is on its way when the server is killed arrives at an instant that nobody chooses, unless it is the only
    /// one.
    fn is_in_single_file(&self) -> bool {
        self.setting.accounts == 1 && self.setting.hands == 1
    }

    async fn course(&mut self, course: &Course) -> Result<(), String> {
        match course {
            Course::Plain => self.work().await,
            Course::Fault(when, kind) => self.with_fault(Fault::new(when.clone(), *kind)).await,
            Course::Outage(when, kind) => {
                self.with_fault(Fault { at: when.clone(), kind: *kind, times: 0 }).await;
            }
            Course::Silence(when, is_done) => {
                let kind = if *is_done { FaultKind::HangAfter } else { FaultKind::HangBefore };
                let ordinary = std::mem::replace(&mut self.world.wishes.timeout, SILENCE);
                self.world.restart().await;
                self.with_fault(Fault::new(when.clone(), kind)).await;
                self.world.wishes.timeout = ordinary;
                self.world.restart().await;
            }
            Course::Killed(when, is_done) => self.killed(when, *is_done).await,
            Course::KilledBeforeRecord(nth) => self.killed_before_record(*nth).await,
            Course::Before(nth, edits) => self.before(*nth, edits).await,
            Course::After(when, edits) => self.after(when, edits).await,
            Course::Meanwhile(when, order) => return self.meanwhile(when, order).await,
        }
        Ok(())
    }

    async fn with_fault(&self, fault: Fault) {
        self.world.sandbox.inject(fault);
        self.work().await;
        self.world.sandbox.clear_faults();
    }

    async fn killed(&mut self, when: &When, is_done: bool) {
        if !self.is_in_single_file() {
            let kind = if is_done { FaultKind::CutAfter } else { FaultKind::CutBefore };
            return self.with_fault(Fault::new(when.clone(), kind)).await;
        }
        let kind = if is_done { FaultKind::HangAfter } else { FaultKind::HangBefore };
        let fault = self.world.sandbox.inject(Fault::new(when.clone(), kind));
        tokio::select! {
            () = self.world.work() => {}
            () = self.world.sandbox.fault_hit(fault) => {}
        }
        self.world.sandbox.clear_faults();
        self.world.restart().await;
    }

    /// Sends the server's calls by way of a gate that stops at the n-th.
    async fn gate(&mut self, nth: u64) -> Gate {
        let gate = Gate::open(self.world.sandbox.url(), self.world.http.clone(), nth).await;
        self.world.wishes.by_way_of = Some(gate.url.clone());
        self.world.restart().await;
        gate
    }

    async fn leave_gate(&mut self) {
        self.world.wishes.by_way_of = None;
        self.world.restart().await;
    }

    async fn killed_before_record(&mut self, nth: u64) {
        if !self.is_in_single_file() {
            return self.work().await;
        }
        let mut gate = self.gate(nth).await;
        let world = &self.world;
        let dies = async {
            drop(gate.step().await);
            gate.answer_unrecorded(world).await;
        };
        tokio::select! {
            () = world.work() => {}
            () = dies => {}
        }
        self.leave_gate().await;
    }

    async fn before(&mut self, nth: u64, edits: &[Edit]) {
        let mut gate = self.gate(nth).await;
        let Story { world, people, jobs, setting, .. } = self;
        let acts = async {
            let (_, go) = gate.step().await;
            edits.iter().for_each(|edit| act(people, jobs, world, edit));
            drop(go);
            loop {
                drop(gate.step().await); // nobody waits for further steps
            }
        };
        tokio::select! {
            () = world.work_side_by_side(setting.hands) => {}
            () = acts => {}
        }
        self.leave_gate().await;
    }

    async fn after(&mut self, when: &When, edits: &[Edit]) {
        let acts = async |people: &mut People, jobs: &mut Jobs, world: &World| {
            edits.iter().for_each(|edit| act(people, jobs, world, edit));
        };
        self.at_call(when, acts).await;
    }

    async fn meanwhile(&mut self, when: &When, order: &Order) -> Result<(), String> {
        let orders = async |people: &mut People, jobs: &mut Jobs, world: &World| jobs.order(people, world, order).await;
        self.at_call(when, orders).await.unwrap_or(Ok(()))
    }

    /// Lets somebody act while the answer to a call is held back. `None`: the work made no such call.
    async fn at_call<T>(
        &mut self,
        when: &When,
        act: impl AsyncFnOnce(&mut People, &mut Jobs, &World) -> T,
    ) -> Option<T> {
        let Story { world, people, jobs, setting, .. } = self;
        let fault = world.sandbox.inject(Fault::new(when.clone(), FaultKind::Held));
        let mut acted = None;
        let acts = async {
            world.sandbox.fault_hit(fault).await;
            acted = Some(act(people, jobs, world).await);
            world.sandbox.clear_faults();
            std::future::pending().await
        };
        tokio::select! {
            () = world.work_side_by_side(setting.hands) => {}
            () = acts => {}
        }
        world.sandbox.clear_faults();
        acted
    }

    /// A new server on an empty database; the administrator creates the same jobs again, and their first runs are disturbed.
    pub async fn lose_database(&mut self) -> Result<(), String> {
        self.world.clock.advance(SEEN_BY_ALL); // what was written shows by the time of the new server
        self.world.lose_database().await;
        self.rested_at = self.world.now();
        for job in std::mem::take(&mut self.jobs.live) {
            let members: Vec<usize> = job.members.into_keys().collect();
            if members.is_empty() {
                continue; // nobody has anything of it
            }
            let wanted = Wanted {
                source: job.source,
                group: job.group,
                name: job.name,
                in_my_contacts: job.in_my_contacts,
                members,
            };
            let created = self.jobs.create(&mut self.people, &self.world, wanted).await?;
            if created.and_then(|position| self.jobs.at(position)).map(|job| &job.number) != Some(&job.number) {
                return Err(format!("the job {} has another number now", job.number));
            }
            self.world.clock.advance(TimeDelta::seconds(1));
        }
        let course = loop {
            match self.dice().course() {
                Course::Before(..) | Course::After(..) | Course::Meanwhile(..) => {}
                alone => break alone,
            }
        };
        self.course(&course).await
    }
}

/// Lets a user do something.
fn act(people: &mut People, jobs: &Jobs, world: &World, edit: &Edit) {
    match *edit {
        Edit::Restores(user, one) => {
            let numbers: BTreeSet<String> = jobs.numbers_of(user);
            people.restore(world, user, one, &numbers);
        }
        _ => people.edit(world, edit),
    }
}
