//! What the records of runs must say once everything is at rest.

use contact_sync::domain::Time;
use serde_json::{Value, json};

use super::World;

/// Runs per page.
const PAGE: usize = 25;
/// What a run counts.
const COUNTS: [&str; 8] =
    ["created", "updated", "overwritten", "deleted", "released", "unchanged", "additions", "failed"];

impl World {
    /// Nothing is left to do, and every run asked for since `since` is over: its events are numbered without a gap and end
    /// with the one that tells the end, no result is open, and its counts are those of its results. The error tells the
    /// first run that is not so.
    pub async fn records(&self, since: Option<Time>) -> Result<(), String> {
        if let Some(at) = self.app.store.next_work_at().await.unwrap() {
            return Err(format!("work is left, due at {at}"));
        }
        let counts = COUNTS.join(" ");
        let query = format!(
            "query ($after: String, $since: DateTime) {{
            runs(first: {PAGE}, after: $after, filter: {{ createdAt: {{ from: $since }} }}) {{
            pageInfo {{ endCursor hasNextPage }}
            nodes {{ id kind status isFinished destinationsTotal destinationsFinished counts {{ {counts} }}
            results(first: 100) {{ nodes {{ status counts {{ {counts} }} error {{ code message }} }} }}
            events(first: 100) {{ nodes {{ sequence __typename }} }} }} }} }}"
        );
        let mut after = Value::Null;
        loop {
            let data = self.data(&query, json!({ "after": after, "since": since })).await;
            for run in data["runs"]["nodes"].as_array().unwrap() {
                check(run).map_err(|what| format!("{what}: {run:#}"))?;
            }
            let page = &data["runs"]["pageInfo"];
            if page["hasNextPage"] != true {
                return Ok(());
            }
            after = page["endCursor"].clone();
        }
    }
}

fn check(run: &Value) -> Result<(), String> {
    let events = run["events"]["nodes"].as_array().unwrap();
    let is_gapless = events.iter().enumerate().all(|(position, event)| event["sequence"] == position + 1);
    let is_final = |event: &&Value| event["__typename"] == "RunFinished";
    let is_last = events.last().is_some_and(|event| is_final(&event));
    if run["isFinished"] != true || !is_gapless || !is_last || events.iter().filter(is_final).count() != 1 {
        return Err("the records of a run do not agree".into());
    }
    let results = run["results"]["nodes"].as_array().unwrap();
    let is_open = |result: &&Value| ["RUNNING", "WAITING"].iter().any(|status| result["status"] == *status);
    if results.iter().any(|result| is_open(&result)) {
        return Err("a result of a finished run is open".into());
    }
    for count in COUNTS {
        let sum: i64 = results.iter().map(|result| result["counts"][count].as_i64().unwrap()).sum();
        if run["counts"][count] != sum {
            return Err(format!("the run counts {} {count}, its results {sum}", run["counts"][count]));
        }
    }
    let has_ended = ["SUCCEEDED", "PARTIALLY_SUCCEEDED"].iter().any(|status| run["status"] == *status);
    if has_ended && run["destinationsFinished"] != run["destinationsTotal"] {
        return Err("a run has ended before its destinations".into());
    }
    Ok(())
}
