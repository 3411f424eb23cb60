//! Random edits on both sides, random runs, random faults, and servers killed between any two calls; then one undisturbed
//! run. Every account must equal the oracle: the source group and the user's own contacts, no duplicate, no orphan.

mod act;
mod oracle;
mod step;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use sandbox::{Lag, When};
use sha2::{Digest, Sha256};

use crate::world::{Database, LATE, Wishes, World, number};
use act::Story;
use step::{Setting, Step, setting, step};

/// Cases of each test; all tests together try more than a thousand.
const CASES: u32 = 130;
/// Cases of each test on PostgreSQL, where a case takes longer.
const POSTGRES_CASES: u32 = 40;

/// The same stories every time, so that a change that fails is one that is at fault; others where a seed is given.
fn check(test: &str, cases: u32, on_postgres: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = number("CONTACT_SYNC_PROPERTY_CASES").and_then(|cases| u32::try_from(cases).ok()).unwrap_or(cases);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let seed = format!("{test} {}", number("CONTACT_SYNC_PROPERTY_SEED").unwrap_or_default());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(seed.as_bytes()));
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&(setting(), vec(step(), 1..14)), |(setting, steps)| {
        runtime.block_on(async {
            let database = match on_postgres {
                false => Database::sqlite(),
                true => match Database::postgres().await {
                    Some(database) => database,
                    None => return Ok(()),
                },
            };
            play(database, &setting, &steps).await.map_err(TestCaseError::fail)
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn play(database: Database, setting: &Setting, steps: &[Step]) -> Result<(), String> {
    let lag = if setting.lags { LATE } else { Lag::default() };
    let wishes = Wishes { accounts: setting.accounts, lag, approves: true, ..Wishes::default() };
    let world = World::with(database, wishes).await;
    let mut story = Story::begin(world, setting).await;
    for step in steps {
        story.act(step).await?;
    }
    story.end().await;
    oracle::compare(&story)
}

macro_rules! shards {
    ($($name:ident)*) => { $( #[test] fn $name() { check(stringify!($name), CASES, false); } )* };
}

shards! {
    every_account_equals_the_oracle_1 every_account_equals_the_oracle_2 every_account_equals_the_oracle_3
    every_account_equals_the_oracle_4 every_account_equals_the_oracle_5 every_account_equals_the_oracle_6
    every_account_equals_the_oracle_7 every_account_equals_the_oracle_8
}

/// A story that chance found: a copy is the last contact with its tag when the new server looks.
#[tokio::test]
async fn a_copy_that_outlives_its_original_and_the_database_is_adopted() {
    let setting = Setting { contacts: 3, accounts: 1, lags: false };
    let steps = [Step::UserCopies(1, 7), Step::DatabaseIsLost, Step::UserDeletes(1, 4)];
    play(Database::sqlite(), &setting, &steps).await.unwrap();
}

/// Another one: what a run read before its server was killed, it goes by.
#[tokio::test]
async fn a_contact_that_left_and_came_back_around_a_kill_arrives() {
    let setting = Setting { contacts: 3, accounts: 1, lags: false };
    for call in 1..7 {
        let killed = Step::KilledRun(When::Call(call), false);
        let steps = [Step::SourceTakesOut(0), killed, Step::SourceTakesIn(0), Step::Run];
        play(Database::sqlite(), &setting, &steps).await.unwrap();
    }
}

/// More of them: the lists that a new server reads first do not show what was changed a moment before.
#[tokio::test]
async fn what_lists_show_late_is_there_for_a_new_server_too() {
    let setting = Setting { contacts: 3, accounts: 1, lags: true };
    let at_source = [Step::NextDay, Step::DatabaseIsLost, Step::SourceEditsMany(11), Step::UserCopies(0, 0)];
    let there = [Step::NextDay, Step::UserCopies(0, 0), Step::DatabaseIsLost, Step::UserEdits(0, 0)];
    for steps in [at_source, there] {
        play(Database::sqlite(), &setting, &steps).await.unwrap();
    }
}

/// Another one: what comes back of contacts that this server has seen leave goes without anybody's leave.
#[tokio::test]
async fn a_restored_copy_goes_though_the_source_group_is_empty() {
    let setting = Setting { contacts: 3, accounts: 1, lags: false };
    let steps = [Step::SourceDeletes(0), Step::Run, Step::SourceDeletesMany(11), Step::UserRestores(0)];
    play(Database::sqlite(), &setting, &steps).await.unwrap();
}

#[test]
fn every_account_equals_the_oracle_on_postgres() {
    check("on PostgreSQL", POSTGRES_CASES, true);
}
