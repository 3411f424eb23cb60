//! Reads from the log of all processes who had which piece of work in hand when.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A piece of work: one lane of the queue.
type Lane = (String, String);

/// Fails where a lane was in two hands at once: begun before the one who had it gave it back, was killed, or has nothing to say
/// of it any more but that it went to another (a process that the machine let wait for longer than its lease).
pub fn assert_no_overlap(log: &[Value]) {
    let mut in_hand: BTreeMap<Lane, (u64, i64)> = BTreeMap::new();
    let mut tasks: BTreeMap<String, Lane> = BTreeMap::new();
    let mut late: BTreeSet<(Lane, (u64, i64))> = BTreeSet::new();
    for line in log {
        if let Some(killed) = line["killed"].as_u64() {
            in_hand.retain(|_, (pid, _)| *pid != killed);
        }
        let message = line["message"].as_str().unwrap_or_default();
        let (Some(work), Some(attempt)) = (line["work.id"].as_str(), line["work.attempt"].as_i64()) else { continue };
        let pid = line["pid"].as_u64().unwrap();
        if message.ends_with("begins") {
            let lane = (line["run.id"].as_str().unwrap().to_owned(), line["task"].as_str().unwrap().to_owned());
            tasks.insert(work.to_owned(), lane.clone());
            late.extend(in_hand.insert(lane.clone(), (pid, attempt)).map(|before| (lane, before)));
        } else if ["is done", "is postponed", "went to another worker"].iter().any(|end| message.ends_with(end)) {
            let lane = tasks.get(work).unwrap();
            in_hand.retain(|held, hand| held != lane || *hand != (pid, attempt));
            let is_late = late.contains(&(lane.clone(), (pid, attempt)));
            assert!(!is_late || message.ends_with("went to another worker"), "{line}, though it was in another's hand");
        }
    }
}

/// Attempts begun at each piece of work.
pub fn beginnings(log: &[Value]) -> BTreeMap<String, usize> {
    let mut beginnings = BTreeMap::new();
    for line in log.iter().filter(|line| line["message"].as_str().unwrap_or_default().ends_with("begins")) {
        *beginnings.entry(line["work.id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    beginnings
}
