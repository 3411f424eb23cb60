//! Every fault at every call: each scenario is disturbed at each Google call it makes, in every way that a call can be
//! disturbed. After a restart and one undisturbed run everything is as it must be.
//!
//! There are thousands of such points, minutes of work. Ordinarily every fifth is tried, so that each kind of disturbance
//! meets every fifth call of each scenario; `CONTACT_SYNC_FAULTS=all` tries them all, with more contacts, and with few on
//! PostgreSQL too.

mod disturbance;
mod oracle;
mod scenario;
mod trial;
mod victim;

use crate::world::Database;
use disturbance::{AT_CALLS, AT_TOKENS, At, Disturbance};
use scenario::{Scenario, Size};
use trial::Stage;

/// Of how many points one is tried ordinarily: all of them take longer than a change should wait for its tests.
const ORDINARY_STEP: usize = 5;

fn tries_all() -> bool {
    std::env::var("CONTACT_SYNC_FAULTS").is_ok_and(|text| text == "all")
}

/// Tries a scenario.
async fn survives(scenario: Scenario) {
    if !tries_all() {
        return exhaust(scenario, Size::Small, Database::sqlite(), ORDINARY_STEP).await;
    }
    exhaust(scenario, Size::Large, Database::sqlite(), 1).await;
    if let Some(database) = Database::postgres().await {
        exhaust(scenario, Size::Small, database, 1).await;
    }
}

#[expect(clippy::print_stderr, reason = "how many points were tried is what the test is asked for")]
async fn exhaust(scenario: Scenario, size: Size, database: Database, step: usize) {
    let stage = Stage::set(scenario, size, database).await;
    let (calls, tokens) = stage.calls().await;
    assert!(
        calls >= scenario.least_calls(size) && tokens >= 1,
        "{scenario:?} makes {calls} calls, {tokens} for tokens"
    );
    let mut points: Vec<(At, Disturbance)> = Vec::new();
    for nth in 1..=calls {
        points.extend(AT_CALLS.iter().skip(first(nth, step)).step_by(step).map(|one| (At::Call(nth), *one)));
    }
    for nth in 1..=tokens {
        points.extend(AT_TOKENS.iter().skip(first(nth, step)).step_by(step).map(|one| (At::Token(nth), *one)));
    }
    let mut violations = Vec::new();
    for (at, disturbance) in &points {
        if let Err(what) = stage.attempt(*at, *disturbance).await {
            violations.push(format!("{scenario:?}, {disturbance:?} at {at:?}: {what}"));
        }
    }
    eprintln!("{scenario:?}: {} fault points tried, {} violations", points.len(), violations.len());
    assert!(points.len() as u64 >= calls * (AT_CALLS.len() / step) as u64, "{} points at {calls} calls", points.len());
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// The first of the disturbances that a call meets: another one at each call.
fn first(nth: u64, step: usize) -> usize {
    usize::try_from(nth).unwrap() % step
}

/// Left alone, a server in a process of its own does all that one within the test does. Started by a test, this is that
/// process.
#[tokio::test]
async fn a_server_to_be_killed_works() {
    if victim::plays_its_part().await {
        return;
    }
    let stage = Stage::set(Scenario::FirstFill, Size::Small, Database::sqlite()).await;
    stage.spare().await.unwrap();
}

macro_rules! scenarios {
    ($($name:ident: $scenario:ident,)*) => { $( #[tokio::test] async fn $name() { survives(Scenario::$scenario).await; } )* };
}

scenarios! {
    a_first_fill_survives_every_fault_at_every_call: FirstFill,
    a_first_fill_in_batches_survives_every_fault_at_every_call: FirstFillInBatches,
    an_unchanged_day_survives_every_fault_at_every_call: NoChange,
    a_mixed_change_survives_every_fault_at_every_call: MixedChange,
    a_mixed_change_in_batches_survives_every_fault_at_every_call: MixedChangeInBatches,
    a_removal_survives_every_fault_at_every_call: Removal,
    a_deletion_of_the_job_survives_every_fault_at_every_call: DeletionRemoving,
    a_deletion_that_keeps_contacts_survives_every_fault_at_every_call: DeletionKeeping,
    a_renamed_source_group_survives_every_fault_at_every_call: Rename,
}
