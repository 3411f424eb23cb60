//! The control API: clock, faults, ledger and a look into accounts, for tests in other programs.

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Fault, HandError, Sandbox, ids};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
    advance_seconds: i64,
}

/// Serves `/control/<path>`; `None` where there is nothing.
pub(crate) fn serve(sandbox: &Sandbox, verb: &str, path: &str, query: &str, body: &[u8]) -> Option<(u16, Value)> {
    if !sandbox.controllable() || !query.is_empty() {
        return None;
    }
    Some(match (verb, path) {
        ("GET", "time") => (200, time(sandbox)),
        ("POST", "time") => match serde_json::from_slice::<Step>(body) {
            Ok(step) => {
                sandbox.advance(TimeDelta::try_seconds(step.advance_seconds).unwrap_or_default());
                (200, time(sandbox))
            }
            Err(error) => wrong(&error),
        },
        ("POST", "faults") => match serde_json::from_slice::<Fault>(body) {
            Ok(fault) => (200, json!({ "id": sandbox.inject(fault).0 })),
            Err(error) => wrong(&error),
        },
        ("DELETE", "faults") => {
            sandbox.clear_faults();
            (200, json!({}))
        }
        ("GET", "ledger") => (200, json!({ "entries": sandbox.ledger() })),
        ("DELETE", "ledger") => {
            sandbox.clear_ledger();
            (200, json!({}))
        }
        ("GET", "key") => (200, sandbox.key()),
        ("GET", path) => match account(sandbox, path.strip_prefix("accounts/")?) {
            Ok(value) => (200, value),
            Err(error) => (404, json!({ "error": error.to_string() })),
        },
        _ => return None,
    })
}

fn time(sandbox: &Sandbox) -> Value {
    json!({ "now": ids::people_time(sandbox.now()) })
}

fn account(sandbox: &Sandbox, email: &str) -> Result<Value, HandError> {
    let email = crate::discovery::params::decode(email);
    Ok(json!({
        "contacts": sandbox.contacts(&email)?,
        "groups": sandbox.groups(&email)?,
        "trash": sandbox.trash(&email)?,
    }))
}

fn wrong(error: &serde_json::Error) -> (u16, Value) {
    (400, json!({ "error": error.to_string() }))
}
