//! Does a request and its answer have the form Google's discovery documents describe?
//!
//! Meant for ledgers: a test runs the product against a sandbox and then checks every entry.

use serde_json::Value;

use crate::{
    Entry,
    discovery::{self, params, route, schema},
};

/// Checks one entry: method, path, query, body, and the answer where there was one.
///
/// # Errors
/// The first thing that does not conform, in a sentence.
pub fn check(entry: &Entry) -> Result<(), String> {
    let of = |text: String| format!("request {} ({} {}): {text}", entry.number, entry.method, entry.path);
    if entry.id == "token" {
        return token(entry).map_err(of);
    }
    let (api, method) = discovery::method(&entry.id).ok_or_else(|| of("no such method".to_owned()))?;
    if method.http_method != entry.method {
        return Err(of(format!("{} is called with {}", entry.id, method.http_method)));
    }
    let path = entry.path.strip_prefix('/').unwrap_or(&entry.path);
    if route::segments(&method.flat_path, path).is_none() {
        return Err(of(format!("the path is not of the form {}", method.flat_path)));
    }
    let failed = !(200..300).contains(&entry.status);
    params::check(api, method, &entry.query).map_err(|refusal| of(refusal.message))?;
    match (&method.request, &entry.body) {
        (_, Value::Null) => {}
        (None, Value::Object(body)) if body.is_empty() => {}
        (None, _) => return Err(of("the method takes no body".to_owned())),
        (Some(request), body) => {
            schema::check(api, request, body, "", false).map_err(|flaw| of(flaw.refusal().message))?;
        }
    }
    match &entry.response {
        Value::Null => Ok(()),
        Value::String(_) if failed => Ok(()),
        response if failed => error(response, api.name == "people").map_err(of),
        response => match &method.response {
            Some(expected) => schema::check(api, expected, response, "", false)
                .map_err(|flaw| of(format!("in the answer: {}", flaw.refusal().message))),
            None => Ok(()),
        },
    }
}

/// An error body: `code` and `message` at least, and what its API adds.
fn error(response: &Value, people: bool) -> Result<(), String> {
    let error = &response["error"];
    if !error["code"].is_u64() || !error["message"].is_string() {
        return Err("the error has no code or no message".to_owned());
    }
    let known = ["code", "message", "status", "details", "errors"];
    if let Some(name) =
        error.as_object().into_iter().flatten().map(|(name, _)| name).find(|n| !known.contains(&n.as_str()))
    {
        return Err(format!("an error has no field {name}"));
    }
    if people && !error["status"].is_string() {
        return Err("an error of the People API has a status".to_owned());
    }
    let details = error["details"].as_array().into_iter().flatten();
    match details.map(|detail| &detail["@type"]).find(|kind| !kind.is_string()) {
        Some(_) => Err("a detail has no @type".to_owned()),
        None => Ok(()),
    }
}

fn token(entry: &Entry) -> Result<(), String> {
    if entry.method != "POST" || entry.path != "/token" {
        return Err("tokens are asked for with POST /token".to_owned());
    }
    let response = &entry.response;
    let right = match (entry.status, response) {
        (_, Value::Null) => true,
        (200, body) => {
            body["id_token"].is_string() || (body["access_token"].is_string() && body["expires_in"].is_i64())
        }
        (_, Value::String(_)) => true,
        (_, body) => body["error"].is_string(),
    };
    if right { Ok(()) } else { Err("the token endpoint answers otherwise".to_owned()) }
}
