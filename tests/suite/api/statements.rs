//! Statements per document: their number does not depend on the number of rows.

use sandbox::NewUser;
use serde_json::{Value, json};

use crate::world::{SOURCE, World, on_both};

const PAGE: &str = "{ jobs(first: 100) { nodes {
    id name allowedActions deletionGuard { maxDeletions }
    source { user { email } group { name contactCount } health { status } }
    destinationStatuses { total pending failing }
    activeRun { id status hold { reason } requestedBy { label } }
    lastRun { id status number hold { reason } requestedBy { label } }
    createdBy { label }
} } }";

const NESTED: &str = "query ($jobs: [ID!]) { destinations(filter: { jobIds: $jobs }, first: 100) { nodes {
    email user { displayName } job { name source { user { email } } lastRun { status job { name } } }
    syncedGroup { name destination { email } }
    lastResult { status run { number job { name } } destination { email } }
    addedBy { label }
} } }";

const HISTORY: &str = "{ runs(first: 100) { nodes { id job { name source { group { name } } } hold { reason } requestedBy { label } } } }";

const AUDIT: &str = "{ auditLog(filter: { actions: [JOB_CREATE] }, first: 100) { nodes { action subject { ... on Job { name lastRun { status } } } } } }";

/// Lists within a list, three levels deep, with their counts.
const LISTS: &str = "{ jobs(first: 100) { nodes {
    destinations(first: 5) { totalCount nodes {
        email syncedGroup { name } lastResult { status changes(first: 1) { totalCount nodes { action } } } addedBy { label }
        user { jobsAsSource(first: 1) { totalCount } destinations(first: 2) { totalCount nodes { email } } }
    } }
    runs(first: 3) { totalCount nodes {
        results(first: 2) { totalCount nodes { email } }
        events(first: 5) { totalCount nodes { __typename } }
    } }
    activeRun { id requestedBy { label } } lastRun { number requestedBy { label } } createdBy { label }
} } }";

const ALL: [&str; 5] = [PAGE, NESTED, HISTORY, AUDIT, LISTS];

/// Documents that are executed side by side; they do not tear each other's batches apart.
const AT_ONCE: u64 = 8;

async fn statements(world: &World, query: &str, variables: Value) -> u64 {
    let before = world.app.store.statements();
    world.data(query, variables).await;
    world.app.store.statements() - before
}

/// Jobs of one source group, each with two destinations of its own.
async fn jobs(world: &World, from: usize, to: usize) {
    for number in from..to {
        let emails = [0, 1].map(|which| format!("u{number}x{which}@corp.example"));
        for email in &emails {
            world.sandbox.add_user(NewUser::new(email, "User", number.to_string())).unwrap();
        }
        let input =
            json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": emails });
        world.accepted("createJob", "job { id }", input).await;
    }
    world.work().await;
}

/// Lets all jobs have an unfinished run beside the finished ones.
async fn run_all(world: &World, number: usize) {
    let data = world.data("{ jobs(first: 100) { nodes { id } } }", json!({})).await;
    let jobs = data["jobs"]["nodes"].as_array().unwrap();
    assert_eq!(jobs.len(), number);
    for job in jobs {
        world.accepted("runJob", "run { id }", json!({ "jobId": job["id"] })).await;
    }
}

/// Every job shows what its lists hold.
async fn check_lists(world: &World) {
    for job in world.data(LISTS, json!({})).await["jobs"]["nodes"].as_array().unwrap() {
        assert_eq!(job["destinations"]["nodes"].as_array().unwrap().len(), 2, "{job:#}");
        assert!(job["activeRun"].is_object() && job["lastRun"].is_object(), "{job:#}");
        let runs = job["runs"]["nodes"].as_array().unwrap();
        assert!(runs.iter().all(|run| run["results"]["nodes"].as_array().unwrap().len() == 2), "{job:#}");
        assert!(runs.iter().any(|run| run["events"]["totalCount"].as_i64() > Some(0)), "{job:#}");
    }
}

on_both! {
    async fn a_page_costs_as_many_statements_for_a_hundred_rows_as_for_three(world) {
        world.source_group("Suppliers", &["Ada"]);
        jobs(&world, 0, 3).await;
        run_all(&world, 3).await;
        let mut few = Vec::new();
        for query in ALL {
            few.push(statements(&world, query, json!({})).await);
        }
        jobs(&world, 3, 100).await;
        run_all(&world, 100).await;
        check_lists(&world).await;
        for (query, few) in ALL.into_iter().zip(few) {
            assert!(few <= 40, "{few} statements for {query}");
            let many = statements(&world, query, json!({})).await;
            assert!(many <= few, "{many} statements where {few} did for three jobs: {query}");
            let before = world.app.store.statements();
            futures_util::future::join_all((0..AT_ONCE).map(|_| world.data(query, json!({})))).await;
            let together = world.app.store.statements() - before;
            assert!(together <= few * AT_ONCE, "{together} statements of {AT_ONCE} at once: {query}");
        }
    }
}
