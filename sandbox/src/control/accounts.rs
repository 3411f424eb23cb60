//! Hands on users and their address books, over HTTP.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Failure;
use crate::{HandError, Sandbox};

/// What an administrator changes of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserChange {
    primary_email: Option<String>,
    suspended: Option<bool>,
    archived: Option<bool>,
    deleted: Option<bool>,
    contacts_service: Option<bool>,
}

/// Serves `/control/accounts/<email>/…`; `None` where there is nothing.
pub(super) fn answer(
    sandbox: &Sandbox,
    verb: &str,
    email: &str,
    path: &[&str],
    body: &[u8],
) -> Option<Result<Value, Failure>> {
    let person = |id: &str| format!("people/{id}");
    let group = |id: &str| format!("contactGroups/{id}");
    let done = |result: Result<(), HandError>| result.map(|()| json!({})).map_err(Failure::from);
    Some(match (verb, path) {
        ("GET", []) => account(sandbox, email).map_err(Failure::from),
        ("POST", ["contacts"]) => create(sandbox, email, body),
        ("PATCH", ["contacts", id]) => edit(sandbox, email, &person(id), body),
        ("DELETE", ["contacts", id]) => done(sandbox.delete_contact(email, &person(id))),
        ("POST", ["contacts", id, "restore"]) => done(sandbox.restore_contact(email, &person(id))),
        ("POST", ["contacts", id, "resourceName"]) => {
            let name = sandbox.change_resource_name(email, &person(id));
            name.map(|name| json!({ "resourceName": name })).map_err(Failure::from)
        }
        ("PUT", ["groups", id, "members", contact]) => done(sandbox.add_to_group(email, &group(id), &person(contact))),
        ("DELETE", ["groups", id, "members", contact]) => {
            done(sandbox.remove_from_group(email, &group(id), &person(contact)))
        }
        _ => return None,
    })
}

fn account(sandbox: &Sandbox, email: &str) -> Result<Value, HandError> {
    Ok(json!({
        "contacts": sandbox.contacts(email)?,
        "groups": sandbox.groups(email)?,
        "trash": sandbox.trash(email)?,
    }))
}

fn create(sandbox: &Sandbox, email: &str, body: &[u8]) -> Result<Value, Failure> {
    let name = sandbox.create_contact(email, serde_json::from_slice(body)?)?;
    Ok(json!({ "resourceName": name }))
}

/// The body's fields replace those of the contact; `null` takes one away.
fn edit(sandbox: &Sandbox, email: &str, contact: &str, body: &[u8]) -> Result<Value, Failure> {
    let change: Map<String, Value> = serde_json::from_slice(body)?;
    sandbox.edit_contact(email, contact, |person| {
        person.extend(change);
        person.retain(|_, items| !items.is_null());
    })?;
    Ok(json!({}))
}

/// Changes what the body names of a user.
pub(super) fn change_user(sandbox: &Sandbox, email: &str, body: &[u8]) -> Result<Value, Failure> {
    let change: UserChange = serde_json::from_slice(body)?;
    sandbox.update_user(email, |user| {
        user.primary_email = change.primary_email.unwrap_or_else(|| user.primary_email.clone());
        user.suspended = change.suspended.unwrap_or(user.suspended);
        user.archived = change.archived.unwrap_or(user.archived);
        user.deleted = change.deleted.unwrap_or(user.deleted);
        user.contacts_service = change.contacts_service.unwrap_or(user.contacts_service);
    })?;
    Ok(json!({}))
}
