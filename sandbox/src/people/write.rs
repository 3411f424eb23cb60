//! Creating, updating and deleting one contact.

use serde_json::{Value, json};

use super::checks::{check_etag, check_groups, contact_id};
use crate::{
    account::{Account, Stored},
    core::Call,
    person::{
        draft::{self, Draft},
        mask::Mask,
        render,
    },
    refusal::Refusal,
};

/// Creates a contact.
pub(crate) fn create(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = Mask::or_all("personFields", call.one("personFields"))?;
    let draft = check_create(account, call.body, call)?;
    account.room_for(1)?;
    let id = account.create(draft, call.now);
    shown(account, id, &mask)
}

/// Replaces the fields of the update mask.
pub(crate) fn update(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let update = Mask::update("updatePersonFields", call.one("updatePersonFields"))?;
    let mask = Mask::or_all("personFields", call.one("personFields"))?;
    let name = format!("people/{}", call.segment());
    let (id, draft) = check_update(account, &name, call.body, &update, call)?;
    account.change(id, call.now, |contact| apply(contact, draft, &update));
    shown(account, id, &mask)
}

/// Moves a contact to the trash.
pub(crate) fn delete(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let name = format!("people/{}", call.segment());
    let id = contact_id(account, &name)?;
    if !account.delete(id, call.now) {
        return Err(missing(&[0]));
    }
    Ok(json!({}))
}

/// The answer to deleting contacts that are not there, by their places in the request.
pub(super) fn missing(places: &[usize]) -> Refusal {
    let text = "<eye3 title='NOT_FOUND'/> generic::NOT_FOUND: Contact person resources are not found.";
    let mut refusal = Refusal::people(404, "NOT_FOUND", text);
    let violations: Vec<_> = places
        .iter()
        .map(|at| json!({ "field": format!("resourceNames[{at}]"), "description": "Resource not found." }))
        .collect();
    refusal
        .details
        .push(json!({ "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations }));
    refusal
}

/// Everything that must hold before a contact is created, but for the room.
pub(super) fn check_create(account: &Account, person: &Value, call: &Call<'_>) -> Result<Draft, Refusal> {
    let draft = draft::read(person)?;
    check_calendar_urls(draft.fields.contains_key(CALENDAR_URLS), call)?;
    if let Some(groups) = &draft.groups {
        check_groups(account, groups, None, call)?;
    }
    Ok(draft)
}

const CALENDAR_URLS: &str = "calendarUrls";

fn check_calendar_urls(is_sent: bool, call: &Call<'_>) -> Result<(), Refusal> {
    let is_refused = is_sent && call.refuses_calendar_urls;
    if is_refused { Err(Refusal::invalid("Request contains an invalid argument.")) } else { Ok(()) }
}

/// Everything that must hold before a contact is updated.
pub(super) fn check_update(
    account: &Account,
    name: &str,
    person: &Value,
    update: &Mask,
    call: &Call<'_>,
) -> Result<(u64, Draft), Refusal> {
    let id = contact_id(account, name)?;
    let contact = account.contacts.get(&id).ok_or_else(Refusal::not_found)?;
    let claimed = person["resourceName"].as_str().filter(|claimed| !claimed.is_empty());
    if claimed.is_some_and(|claimed| claimed != name) {
        return Err(Refusal::invalid("Request person.resource_name is different than the resource to update."));
    }
    check_calendar_urls(update.has(CALENDAR_URLS), call)?;
    check_etag(contact, person)?;
    let draft = draft::read(person)?;
    if update.has("memberships") {
        let groups = draft.groups.as_ref().ok_or_else(|| {
            Refusal::invalid("Request must contain at least one contact group membership when updating memberships.")
        })?;
        check_groups(account, groups, Some(contact), call)?;
    }
    Ok((id, draft))
}

/// Puts the masked fields of a draft in place; what the draft lacks is cleared.
pub(super) fn apply(contact: &mut Stored, mut draft: Draft, update: &Mask) {
    for field in update.fields() {
        match (field.name, draft.fields.remove(field.name)) {
            ("memberships", _) => contact.groups = draft.groups.take().unwrap_or_default(),
            (name, Some(items)) => {
                contact.person.insert(name.to_owned(), items);
            }
            (name, None) => {
                contact.person.remove(name);
            }
        }
    }
}

fn shown(account: &Account, id: u64, mask: &Mask) -> Result<Value, Refusal> {
    account.contacts.get(&id).map(|contact| render::person(contact, mask)).ok_or_else(Refusal::internal)
}

/// One entry of a batch's answer.
pub(super) fn response(account: &Account, id: u64, mask: &Mask, requested: Option<&str>) -> Result<Value, Refusal> {
    let mut response = json!({ "httpStatusCode": 200, "person": shown(account, id, mask)?, "status": {} });
    if let Some(requested) = requested {
        response["requestedResourceName"] = Value::from(requested);
    }
    Ok(response)
}
