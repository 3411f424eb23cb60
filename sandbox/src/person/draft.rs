//! From a `Person` somebody sent to what is stored.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    field::{FIELDS, Field},
    limits,
};
use crate::{HandError, discovery, ids, refusal::Refusal};

/// A person ready to be stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// Writable fields, trimmed, without anything derived.
    pub(crate) fields: Map<String, Value>,
    /// Ids of the groups named; `None` where none was.
    pub(crate) groups: Option<BTreeSet<String>>,
}

/// Reads a person whose JSON types have been checked. Derived fields and metadata are passed over.
pub(crate) fn read(person: &Value) -> Result<Draft, Refusal> {
    let mut draft = Draft::default();
    let Some(person) = person.as_object() else { return Ok(draft) };
    for field in FIELDS.iter().filter(|field| field.writable) {
        let Some(items) = person.get(field.name).and_then(Value::as_array) else { continue };
        if field.name == "memberships" {
            draft.groups = groups(items)?;
            continue;
        }
        let items: Vec<Value> = items.iter().filter_map(|item| clean(field, item)).collect();
        if field.single && items.len() > 1 {
            return Err(Refusal::invalid(format!("Cannot have more than one person.{} per source.", field.name)));
        }
        if !items.is_empty() {
            draft.fields.insert(field.name.to_owned(), Value::Array(items));
        }
    }
    limits::check(&draft.fields)?;
    Ok(draft)
}

/// The same for a person made by hand, whose types nobody has checked yet.
pub(crate) fn by_hand(person: &Value) -> Result<Draft, HandError> {
    let refused = |refusal: Refusal| HandError::Refused(refusal.message);
    if let Some((api, method)) = discovery::method("people.people.createContact")
        && let Some(schema) = &method.request
    {
        discovery::schema::check(api, schema, person, "person", true).map_err(|flaw| refused(flaw.refusal()))?;
    }
    read(person).map_err(refused)
}

fn groups(items: &[Value]) -> Result<Option<BTreeSet<String>>, Refusal> {
    let mut found = BTreeSet::new();
    for item in items {
        let Some(name) = item["contactGroupMembership"]["contactGroupResourceName"].as_str() else { continue };
        let id = ids::parse_group_name(name)
            .ok_or_else(|| Refusal::invalid(format!("Invalid contact group resource name: \"{name}\".")))?;
        found.insert(id.to_owned());
    }
    Ok((!found.is_empty()).then_some(found))
}

fn clean(field: &Field, item: &Value) -> Option<Value> {
    let mut item = item.as_object()?.clone();
    item.remove("metadata");
    item.remove("formattedType");
    for derived in field.derived {
        item.remove(*derived);
    }
    let mut item = trimmed(Value::Object(item))?.as_object()?.clone();
    if field.name == "names" {
        settle_name(&mut item);
    }
    (!item.is_empty()).then_some(Value::Object(item))
}

/// A name is its parts; the whole counts only where there are none, and is then split at the last space.
fn settle_name(name: &mut Map<String, Value>) {
    let whole = name.remove("unstructuredName");
    let parts = ["givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix"];
    if parts.iter().any(|part| name.contains_key(*part)) {
        return;
    }
    if let Some(Value::String(whole)) = whole {
        match whole.rsplit_once(char::is_whitespace) {
            Some((given, family)) => {
                name.insert("givenName".to_owned(), Value::from(given.trim_end()));
                name.insert("familyName".to_owned(), Value::from(family));
            }
            None => {
                name.insert("givenName".to_owned(), Value::from(whole));
            }
        }
    }
}

/// Values as the wire would carry them back: trimmed, and without what equals its default.
fn trimmed(value: Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| Value::from(text))
        }
        Value::Number(number) if number.as_i64() == Some(0) => None,
        Value::Object(map) => {
            let map: Map<_, _> =
                map.into_iter().filter_map(|(key, v)| Some((key.clone(), number(&key, trimmed(v)?)))).collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        other => Some(other),
    }
}

/// Numbers may come as text.
fn number(key: &str, value: Value) -> Value {
    let numeric = matches!(key, "year" | "month" | "day" | "fullTimeEquivalentMillipercent");
    match value.as_str().and_then(|text| text.parse::<i64>().ok()) {
        Some(parsed) if numeric => Value::from(parsed),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn derived_parts_are_passed_over_and_text_is_trimmed() {
        let draft = read(&json!({
            "resourceName": "", "etag": "", "metadata": {},
            "names": [{ "metadata": { "primary": true }, "displayName": "X", "givenName": " Ann ", "unstructuredName": "Zed" }],
            "emailAddresses": [{ "value": "a@x.example", "displayName": "Ann" }, { "value": " " }],
            "phoneNumbers": [{ "value": "1", "canonicalForm": "+1", "formattedType": "Work", "type": "work" }],
            "photos": [{ "url": "x" }],
        }))
        .unwrap();
        assert_eq!(
            Value::Object(draft.fields),
            json!({
                "names": [{ "givenName": "Ann" }],
                "emailAddresses": [{ "value": "a@x.example", "displayName": "Ann" }],
                "phoneNumbers": [{ "value": "1", "type": "work" }],
            })
        );
        assert_eq!(draft.groups, None);
    }

    #[test]
    fn there_is_one_name_at_most() {
        let refusal = read(&json!({ "names": [{ "givenName": "A" }, { "givenName": "B" }] })).unwrap_err();
        assert_eq!(refusal.message, "Cannot have more than one person.names per source.");
    }

    #[test]
    fn a_whole_name_is_split() {
        let draft = read(&json!({ "names": [{ "unstructuredName": "Ann Mary Archer" }] })).unwrap();
        assert_eq!(draft.fields["names"], json!([{ "givenName": "Ann Mary", "familyName": "Archer" }]));
    }

    #[test]
    fn a_hand_cannot_write_fields_that_do_not_exist() {
        assert!(by_hand(&json!({ "shoeSize": 5 })).is_err());
    }
}
