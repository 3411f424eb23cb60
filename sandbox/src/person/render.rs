//! How a contact is shown through a mask.

use serde_json::{Map, Value, json};

use super::{derive::derive, etag, mask::Mask};
use crate::{
    account::{Stored, Trashed},
    ids,
};

/// How many emails and phones a list shows of one person.
const LIST_CUT: usize = 100;

/// The person as `get` and the mutating methods show it.
pub(crate) fn person(contact: &Stored, mask: &Mask) -> Value {
    render(contact, mask, usize::MAX)
}

/// The person as a list shows it: at most 100 email addresses and phone numbers.
pub(crate) fn listed(contact: &Stored, mask: &Mask) -> Value {
    render(contact, mask, LIST_CUT)
}

/// A person as a read with a sync token shows it: with the resource names it had before.
pub(crate) fn changed(contact: &Stored, mask: &Mask) -> Value {
    let mut person = listed(contact, mask);
    let former = contact.former_names();
    if mask.has("metadata") && !former.is_empty() {
        person["metadata"]["previousResourceNames"] = Value::from(former);
    }
    person
}

/// A deleted person, as a read with a sync token shows it.
pub(crate) fn deleted(trashed: &Trashed, mask: &Mask) -> Value {
    let contact = &trashed.contact;
    let mut person = json!({
        "resourceName": contact.resource_name(),
        "etag": etag::encode(mask, &contact.etag),
    });
    if mask.has("metadata") {
        let source = json!({ "type": "CONTACT", "id": format!("{:x}", contact.id) });
        person["metadata"] = json!({ "sources": [source], "deleted": true, "objectType": "PERSON" });
    }
    person
}

fn render(contact: &Stored, mask: &Mask, cut: usize) -> Value {
    let mut person = Map::new();
    person.insert("resourceName".to_owned(), Value::from(contact.resource_name()));
    person.insert("etag".to_owned(), Value::from(etag::encode(mask, &contact.etag)));
    let source = json!({ "type": "CONTACT", "id": format!("{:x}", contact.id) });
    for field in mask.fields() {
        let value = match field.name {
            "metadata" => metadata(contact),
            "memberships" => memberships(contact, &source),
            "photos" => photo(&source),
            name => {
                let Some(items) = contact.person.get(name).and_then(Value::as_array) else { continue };
                let cut = if matches!(name, "emailAddresses" | "phoneNumbers") { cut } else { usize::MAX };
                Value::Array(
                    items.iter().take(cut).enumerate().map(|(at, item)| shown(name, at, item, &source)).collect(),
                )
            }
        };
        if value.as_array().is_none_or(|items| !items.is_empty()) {
            person.insert(field.name.to_owned(), value);
        }
    }
    Value::Object(person)
}

fn shown(field: &str, at: usize, item: &Value, source: &Value) -> Value {
    let mut item = item.as_object().cloned().unwrap_or_default();
    derive(field, &mut item);
    let metadata = if at == 0 {
        json!({ "primary": true, "source": source, "sourcePrimary": true })
    } else {
        json!({ "source": source })
    };
    item.insert("metadata".to_owned(), metadata);
    Value::Object(item)
}

fn metadata(contact: &Stored) -> Value {
    json!({
        "sources": [{
            "type": "CONTACT",
            "id": format!("{:x}", contact.id),
            "etag": format!("#{}", contact.etag),
            "updateTime": ids::people_time(contact.updated),
        }],
        "objectType": "PERSON",
    })
}

fn memberships(contact: &Stored, source: &Value) -> Value {
    contact
        .groups
        .iter()
        .map(|id| {
            json!({
                "metadata": { "source": source },
                "contactGroupMembership": {
                    "contactGroupId": id,
                    "contactGroupResourceName": ids::group_name(id),
                },
            })
        })
        .collect()
}

/// The letter Google draws for whoever has no photo.
fn photo(source: &Value) -> Value {
    json!([{
        "metadata": { "primary": true, "source": source },
        "url": "https://lh3.googleusercontent.com/cm/sandbox-letter=s100",
        "default": true,
    }])
}
