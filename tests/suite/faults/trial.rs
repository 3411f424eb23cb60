//! One trial: a scenario with one disturbance, a restart, one undisturbed run, and the comparison with the oracle.

use std::time::Duration;

use sandbox::FaultId;
use tempfile::TempDir;

use super::disturbance::{At, Disturbance};
use super::oracle;
use super::scenario::{Cast, Scenario, Size, delete_everything, edit_everything, job_of};
use super::victim::Victim;
use crate::world::{Database, Gate, Rest, SILENCE, Step, Wishes, World};

/// Longer than any answer takes here.
const ORDINARY: Duration = Duration::from_secs(20);
/// The test that plays the part of the server that is killed.
const PART: &str = "faults::a_server_to_be_killed_works";

/// A scenario at the instant before its matter, from which each trial starts.
pub struct Stage {
    pub scenario: Scenario,
    pub cast: Cast,
    rest: Rest,
    http: reqwest::Client,
}

impl Stage {
    pub async fn set(scenario: Scenario, size: Size, database: Database) -> Stage {
        let (world, workspace) = World::mortal(database).await;
        let cast = scenario.prepare(&world, size).await;
        Stage { scenario, cast, http: world.http.clone(), rest: world.rest(workspace).await }
    }

    async fn wake(&self, timeout: Duration) -> (World, TempDir) {
        // One account at a time: the n-th call is then the same in every trial.
        self.rest.wake(Wishes { accounts: 1, timeout, http: Some(self.http.clone()), ..Wishes::default() }).await
    }

    /// Calls of an undisturbed course: of the APIs, and for tokens.
    pub async fn calls(&self) -> (u64, u64) {
        let (world, _workspace) = self.wake(ORDINARY).await;
        world.sandbox.clear_ledger();
        self.course(&world).await;
        let ledger = world.sandbox.ledger();
        let tokens = ledger.iter().filter(|entry| entry.id == "token").count();
        ((ledger.len() - tokens) as u64, tokens as u64)
    }

    async fn course(&self, world: &World) {
        self.scenario.order(world, &self.cast).await;
        world.work().await;
    }

    /// Tries one disturbance at one call. The error tells how the accounts or the records differ from the oracle.
    pub async fn attempt(&self, at: At, disturbance: Disturbance) -> Result<(), String> {
        if disturbance.is_silent() {
            // On a machine that is busy another call than the disturbed one may be silent for so long.
            for patience in [SILENCE, 10 * SILENCE] {
                if let Some(outcome) = self.attempt_within(patience, at, disturbance).await {
                    return outcome;
                }
            }
            panic!("{disturbance:?} met no call at {at:?}");
        }
        let outcome = self.attempt_within(ORDINARY, at, disturbance).await;
        outcome.unwrap_or_else(|| panic!("{disturbance:?} met no call at {at:?}"))
    }

    /// `None` where the disturbance met no call.
    async fn attempt_within(&self, timeout: Duration, at: At, disturbance: Disturbance) -> Option<Result<(), String>> {
        let (mut world, _workspace) = self.wake(timeout).await;
        let before = oracle::before(&world, &self.cast);
        match disturbance.fault(at) {
            Some(fault) => {
                let fault = world.sandbox.inject(fault);
                self.with_fault(&world, fault, disturbance.kills()).await;
                if !world.sandbox.fault_was_hit(fault) {
                    return None;
                }
            }
            None => self.by_hand(&mut world, at, disturbance).await,
        }
        world.sandbox.clear_faults();
        world.wishes.by_way_of = None;
        world.wishes.timeout = ORDINARY;
        world.restart().await;
        if let Err(what) = self.recover(&world).await {
            return Some(Err(what));
        }
        Some(oracle::compare(&world, self.scenario, &self.cast, &before, disturbance.is_by_users()).await)
    }

    /// The course in a process that nobody kills, without a further run.
    pub async fn spare(&self) -> Result<(), String> {
        let (world, _workspace) = self.wake(ORDINARY).await;
        let before = oracle::before(&world, &self.cast);
        self.scenario.order(&world, &self.cast).await;
        Victim::start(&world, PART).live(&world).await;
        oracle::compare(&world, self.scenario, &self.cast, &before, false).await
    }

    async fn with_fault(&self, world: &World, fault: FaultId, kills: bool) {
        if kills {
            self.murder(world, world.sandbox.fault_hit(fault)).await;
        } else {
            self.course(world).await;
        }
    }

    /// Orders, lets a process of its own carry it out, and kills that process at the instant.
    async fn murder(&self, world: &World, instant: impl Future<Output = ()>) {
        let mut instant = std::pin::pin!(instant);
        // The order itself may ask Google, and be what is killed.
        tokio::select! {
            () = self.scenario.order(world, &self.cast) => {}
            () = &mut instant => return,
        }
        let mut victim = Victim::start(world, PART);
        tokio::select! {
            () = victim.live(world) => {}
            () = instant => {}
        }
        victim.kill().await;
    }

    /// Somebody acts at the very instant of the call.
    async fn by_hand(&self, world: &mut World, at: At, disturbance: Disturbance) {
        let At::Call(nth) = at else { unreachable!("tokens are not read by hand") };
        let mut gate = Gate::open(world.sandbox.url(), self.http.clone(), nth).await;
        world.wishes.by_way_of = Some(gate.url.clone());
        world.restart().await;
        let world = &*world;
        let acts = async {
            let (step, go) = gate.step().await;
            assert_eq!(step, Step::Arrived);
            match disturbance {
                Disturbance::Edited => edit_everything(world),
                Disturbance::Deleted => delete_everything(world),
                Disturbance::Once(_)
                | Disturbance::Outage
                | Disturbance::KilledBefore
                | Disturbance::KilledAfter
                | Disturbance::KilledBeforeRecord => {}
            }
            drop(go);
            if disturbance == Disturbance::KilledBeforeRecord {
                return gate.answer_unrecorded(world).await;
            }
            // Further steps let go by themselves: nobody waits for them.
            drop(gate.step().await);
            drop(gate.step().await);
        };
        if disturbance.kills() {
            self.murder(world, acts).await;
        } else {
            tokio::select! {
                () = self.course(world) => {}
                () = async { acts.await; std::future::pending().await } => {}
            }
        }
    }

    /// What the next days bring: what was interrupted comes to its end, and one undisturbed run follows.
    async fn recover(&self, world: &World) -> Result<(), String> {
        world.work().await;
        if !self.scenario.is_a_run() {
            self.course(world).await; // an order that was not answered is given again
        }
        world.days(1);
        world.app.runner.queue_due().await.unwrap();
        world.work().await;
        match job_of(world).await {
            Some(job) if job["runs"]["nodes"][0]["status"] != "SUCCEEDED" => Err(format!("the undisturbed run: {job}")),
            _ => Ok(()),
        }
    }
}
