//! One Workspace that lives on for thousands of steps: several jobs with destinations in common, users who edit before, in
//! the middle of and after runs, administrators who change their minds, faults at any call, and servers that are killed.
//! Beside it stands a model that knows only what users and administrators did. After every step nothing may be gone that the
//! source has and nothing of a user's own be changed; every few dozen steps all comes to rest, and every account, job and
//! record must be what the model says.
//!
//! Each story is drawn by a seed, told when it fails. The ids that Google and the server choose are not, so that another time
//! a story may go a little differently. `CONTACT_SYNC_MODEL_STEPS` and `CONTACT_SYNC_MODEL_SEED` make them longer, and others.

mod jobs;
mod oracle;
mod people;
mod rest;
mod step;
mod story;

use std::collections::VecDeque;

use rand::Rng;

use crate::world::{Database, number};
use story::{Setting, Story};

/// Steps of each story, ordinarily.
const STEPS: usize = 100;
/// The same on PostgreSQL, where a step takes longer.
const POSTGRES_STEPS: usize = 50;
/// Steps between two rests.
const STRETCH: std::ops::Range<usize> = 25..40;
/// Steps told when a story fails.
const TOLD: usize = 60;

/// What a story that fails tells.
struct Telling {
    setting: Setting,
    seed: u64,
    steps: usize,
    last: VecDeque<String>,
}

impl Telling {
    fn tell(&mut self, step: String) {
        self.last.push_back(step);
        if self.last.len() > TOLD {
            self.last.pop_front();
        }
    }
}

impl Drop for Telling {
    #[expect(clippy::print_stderr, reason = "how a story is played again is what its failure is asked for")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let steps: Vec<&str> = self.last.iter().map(String::as_str).collect();
            eprintln!(
                "seed {} failed at step {} with {:?}; CONTACT_SYNC_MODEL_SEED={} plays it again. The last steps:\n{}",
                self.seed,
                self.steps,
                self.setting,
                self.seed,
                steps.join("\n")
            );
        }
    }
}

async fn play(database: Database, setting: Setting, seed: u64, steps: usize) {
    let seed = number("CONTACT_SYNC_MODEL_SEED").unwrap_or(seed);
    let steps = number("CONTACT_SYNC_MODEL_STEPS").map_or(steps, |steps| usize::try_from(steps).unwrap());
    let mut telling = Telling { setting, seed, steps: 0, last: VecDeque::new() };
    let mut story = Story::begin(database, setting, seed).await.unwrap_or_else(|what| panic!("{what}"));
    while telling.steps < steps {
        for _ in 0..story.rng.random_range(STRETCH) {
            telling.steps += 1;
            let step = story.dice().step();
            telling.tell(format!("{} {}: {step:?}", telling.steps, story.world.now()));
            story.act(&step).await.unwrap_or_else(|what| panic!("{what}"));
        }
        telling.tell(format!("{} rest", story.world.now()));
        story.rest().await.unwrap_or_else(|what| panic!("{what}"));
        if story.rng.random_bool(0.2) && story.jobs.live.iter().all(|job| !job.is_relinked) {
            telling.tell(format!("{} the database is lost", story.world.now()));
            story.lose_database().await.unwrap_or_else(|what| panic!("{what}"));
            story.rest().await.unwrap_or_else(|what| panic!("{what}"));
        }
    }
}

const ONE_BY_ONE: Setting = Setting { is_late: false, accounts: 1, hands: 1 };
const ONE_BY_ONE_LATE: Setting = Setting { is_late: true, accounts: 1, hands: 1 };
const SIDE_BY_SIDE: Setting = Setting { is_late: false, accounts: 3, hands: 3 };
const SIDE_BY_SIDE_LATE: Setting = Setting { is_late: true, accounts: 3, hands: 3 };

macro_rules! stories {
    ($($name:ident: $setting:ident, $seed:literal;)*) => {
        $( #[tokio::test] async fn $name() { play(Database::sqlite(), $setting, $seed, STEPS).await; } )*
    };
}

stories! {
    every_account_is_as_the_model_says_one_by_one: ONE_BY_ONE, 1;
    every_account_is_as_the_model_says_when_writes_show_late: ONE_BY_ONE_LATE, 2;
    every_account_is_as_the_model_says_side_by_side: SIDE_BY_SIDE, 3;
    every_account_is_as_the_model_says_side_by_side_when_writes_show_late: SIDE_BY_SIDE_LATE, 4;
}

#[tokio::test]
async fn every_account_is_as_the_model_says_on_postgres() {
    if let Some(database) = Database::postgres().await {
        play(database, SIDE_BY_SIDE, 5, POSTGRES_STEPS).await;
    }
}
