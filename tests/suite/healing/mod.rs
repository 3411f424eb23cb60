//! What users and administrators break, and what becomes of it. The plain cases stand with the rules of the product:
//! `rules/r05_one_way.rs`, `rules/r06_overwritten.rs`, `rules/r07_additions.rs`, `rules/r08_group_name.rs`,
//! `rules/r09_eligible.rs` and `rules/r11_tag.rs`; source groups that shrink, and that are pointed at again, in `guard.rs`.

mod capacity;
mod contacts;
mod database;
mod groups;
mod source;
mod users;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::World;

const ANN: &str = "ann@corp.example";
const BOB: &str = "bob@corp.example";

/// Runs a job when what is known of users, at most an hour old, has to be read again.
async fn run_later(world: &World, job: &str) -> Value {
    world.clock.advance(TimeDelta::hours(2));
    world.run(job).await
}

/// Destinations of a job: address, status, and code of the last error.
async fn destinations(world: &World, job: &str) -> Value {
    let fields = "{ email status lastResult { error { code } } }";
    let query = format!("query ($id: ID!) {{ job(id: $id) {{ destinations {{ nodes {fields} }} }} }}");
    world.data(&query, json!({ "id": job })).await["job"]["destinations"]["nodes"].take()
}
