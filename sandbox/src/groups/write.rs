//! Creating, changing and deleting labels, and who is in them.

use serde_json::{Map, Value, json};

use super::{mask::GroupMask, render};
use crate::{
    account::{Account, is_deprecated, is_system},
    core::Call,
    ids,
    people::is_fresh,
    refusal::Refusal,
};

const DEFAULT: &str = "metadata,groupType,name";
const MOST_MEMBERS: usize = 1_000;

/// Makes a label.
pub(crate) fn create(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = GroupMask::parse("readGroupFields", call.text("readGroupFields"), DEFAULT)?;
    let group = &call.body["contactGroup"];
    let name = group["name"].as_str().unwrap_or_default();
    let id = account.create_label(name, client_data(group), call.now)?;
    shown(account, &id, &mask, call)
}

/// Changes the name, the client data or both.
pub(crate) fn update(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = GroupMask::parse("readGroupFields", call.text("readGroupFields"), DEFAULT)?;
    let fields = GroupMask::parse("updateGroupFields", call.text("updateGroupFields"), "name")?;
    if let Some(field) = fields.fields().iter().find(|field| !matches!(**field, "name" | "clientData")) {
        return Err(Refusal::invalid(format!("Invalid updateGroupFields mask path: \"{field}\".")));
    }
    let id = own_label(account, call.segment())?;
    let group = &call.body["contactGroup"];
    let given = group["etag"].as_str().filter(|etag| !etag.is_empty());
    let current = account.labels.get(&id).map(|label| label.etag.as_str());
    if given.is_none() {
        return Err(Refusal::invalid("Request must set contact_group.etag."));
    }
    if given != current {
        return Err(Refusal::people(
            409,
            "ABORTED",
            "Contact group etag is outdated. Clear the cache and get the latest contact group to set the etag.",
        ));
    }
    let name = fields.has("name").then(|| group["name"].as_str().unwrap_or_default());
    let data = fields.has("clientData").then(|| client_data(group));
    account.change_label(&id, name, data, call.now)?;
    shown(account, &id, &mask, call)
}

/// Deletes a label, with `deleteContacts` its members too.
pub(crate) fn delete(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = own_label(account, call.segment())?;
    account.delete_label(&id, call.flag("deleteContacts"), call.now)?;
    Ok(json!({}))
}

/// Adds and removes members. What cannot be done is told; the rest is done.
pub(crate) fn modify_members(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.segment();
    if !account.has_group(id) || is_fresh(account, id, call) {
        return Err(Refusal::not_found());
    }
    let add = call.texts("resourceNamesToAdd");
    let remove = call.texts("resourceNamesToRemove");
    if add.len() + remove.len() > MOST_MEMBERS {
        return Err(Refusal::invalid(format!(
            "The total number of resource names to add and remove must be less than or equal to {MOST_MEMBERS}."
        )));
    }
    if !add.is_empty() && is_deprecated(id) {
        return Err(Refusal::invalid(format!(
            "Cannot add contacts to deprecated system contact group \"{}\".",
            ids::group_name(id)
        )));
    }
    let outcome = account.modify_members(id, &add, &remove, call.now);
    let mut body = Map::new();
    if !outcome.not_found.is_empty() {
        body.insert("notFoundResourceNames".to_owned(), Value::from(outcome.not_found));
    }
    if !outcome.last_group.is_empty() {
        body.insert("canNotRemoveLastContactGroupResourceNames".to_owned(), Value::from(outcome.last_group));
    }
    Ok(Value::Object(body))
}

fn own_label(account: &Account, id: &str) -> Result<String, Refusal> {
    if is_system(id) {
        return Err(Refusal::invalid("System contact groups cannot be changed."));
    }
    if account.labels.contains_key(id) { Ok(id.to_owned()) } else { Err(Refusal::not_found()) }
}

fn client_data(group: &Value) -> Vec<(String, String)> {
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let items = group["clientData"].as_array().into_iter().flatten();
    items.map(|item| (text(item, "key"), text(item, "value"))).collect()
}

fn shown(account: &Account, id: &str, mask: &GroupMask, call: &Call<'_>) -> Result<Value, Refusal> {
    let label = account.labels.get(id).ok_or_else(Refusal::not_found)?;
    Ok(render::label(account, label, mask, call))
}
