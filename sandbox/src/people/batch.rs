//! Reading and deleting many contacts at once.

use serde_json::{Value, json};

use super::{
    checks::{contact_id, wants_contacts},
    write::missing,
};
use crate::{
    account::Account,
    core::Call,
    person::{mask::Mask, render},
    refusal::Refusal,
};

const MOST_READ: usize = 200;
const MOST_DELETED: usize = 500;

/// Contacts by name; a missing one is an entry without a person.
pub(crate) fn batch_get(account: &Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = Mask::required("personFields", call.one("personFields"))?;
    let names = call.all("resourceNames");
    check_count("resource_names", names.len(), MOST_READ)?;
    let contacts = wants_contacts(&call.all("sources"));
    let responses: Vec<Value> = names
        .iter()
        .map(|name| {
            let id = account.contact_id(name).filter(|_| contacts);
            match id.and_then(|id| account.seen(id, call.now, call.lags.read)) {
                Some(contact) => json!({
                    "httpStatusCode": 200,
                    "person": render::person(contact, &mask),
                    "requestedResourceName": name,
                    "status": {},
                }),
                None => json!({
                    "httpStatusCode": 404,
                    "requestedResourceName": name,
                    "status": Refusal::not_found().rpc_status(),
                }),
            }
        })
        .collect();
    Ok(json!({ "responses": responses }))
}

/// Moves contacts to the trash: all, or none where one is not there.
pub(crate) fn batch_delete(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let names = call.texts("resourceNames");
    check_count("resource_names", names.len(), MOST_DELETED)?;
    let ids = names.iter().map(|name| contact_id(account, name)).collect::<Result<Vec<_>, _>>()?;
    let unknown: Vec<_> =
        ids.iter().enumerate().filter(|(_, id)| !account.contacts.contains_key(id)).map(|(at, _)| at).collect();
    if !unknown.is_empty() {
        return Err(missing(&unknown));
    }
    for id in ids {
        account.delete(id, call.now);
    }
    Ok(json!({}))
}

/// Between one and `most`.
pub(super) fn check_count(field: &str, count: usize, most: usize) -> Result<(), Refusal> {
    let text = match count {
        0 => format!("Request must set {field}."),
        count if count > most => format!("Request exceeds the maximum of {most} {field}."),
        _ => return Ok(()),
    };
    Err(Refusal::invalid(text.clone()).with_violation(field, &text))
}
