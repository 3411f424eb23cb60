//! The control API: clock, settings, faults, ledger, and hands on users and accounts, for tests in other programs.

mod accounts;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Fault, HandError, Sandbox, discovery::params::decode, ids};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
    advance_seconds: i64,
}

/// Why a request of the control API did nothing.
enum Failure {
    /// Not understood.
    Body(serde_json::Error),
    /// Not possible.
    Hand(HandError),
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Body(error)
    }
}

impl From<HandError> for Failure {
    fn from(error: HandError) -> Self {
        Self::Hand(error)
    }
}

/// Serves `/control/<path>`; `None` where there is nothing.
pub(crate) fn serve(sandbox: &Sandbox, verb: &str, path: &str, query: &str, body: &[u8]) -> Option<(u16, Value)> {
    if !sandbox.controllable() || !query.is_empty() {
        return None;
    }
    let segments: Vec<String> = path.split('/').map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    Some(match answer(sandbox, verb, &segments, body)? {
        Ok(value) => (200, value),
        Err(Failure::Body(error)) => (400, json!({ "error": error.to_string() })),
        Err(Failure::Hand(error @ (HandError::Refused(_) | HandError::Exists(_)))) => {
            (400, json!({ "error": error.to_string() }))
        }
        Err(Failure::Hand(error)) => (404, json!({ "error": error.to_string() })),
    })
}

fn answer(sandbox: &Sandbox, verb: &str, path: &[&str], body: &[u8]) -> Option<Result<Value, Failure>> {
    Some(match (verb, path) {
        ("GET", ["time"]) => Ok(time(sandbox)),
        ("POST", ["time"]) => serde_json::from_slice::<Step>(body).map_err(Failure::from).map(|step| {
            sandbox.advance(TimeDelta::try_seconds(step.advance_seconds).unwrap_or_default());
            time(sandbox)
        }),
        ("GET", ["settings"]) => Ok(json!(sandbox.settings())),
        ("PATCH", ["settings"]) => change_settings(sandbox, body),
        ("POST", ["faults"]) => serde_json::from_slice::<Fault>(body)
            .map_err(Failure::from)
            .map(|fault| json!({ "id": sandbox.inject(fault).0 })),
        ("DELETE", ["faults"]) => {
            sandbox.clear_faults();
            Ok(json!({}))
        }
        ("GET", ["ledger"]) => Ok(json!({ "entries": sandbox.ledger() })),
        ("DELETE", ["ledger"]) => {
            sandbox.clear_ledger();
            Ok(json!({}))
        }
        ("GET", ["key"]) => Ok(sandbox.key()),
        (verb, ["accounts", email, rest @ ..]) => accounts::answer(sandbox, verb, email, rest, body)?,
        ("PATCH", ["users", email]) => accounts::change_user(sandbox, email, body),
        _ => return None,
    })
}

fn time(sandbox: &Sandbox) -> Value {
    json!({ "now": ids::people_time(sandbox.now()) })
}

/// What the body names is changed, the rest stays.
fn change_settings(sandbox: &Sandbox, body: &[u8]) -> Result<Value, Failure> {
    let mut settings = json!(sandbox.settings());
    merge(&mut settings, serde_json::from_slice(body)?);
    sandbox.set_settings(serde_json::from_value(settings.clone())?);
    Ok(settings)
}

fn merge(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                merge(old.entry(key).or_insert(Value::Null), value);
            }
        }
        (old, new) => *old = new,
    }
}
