//! Contacts as Google writes them, and as we send them.

use serde_json::{Map, Value, json};

use crate::domain::{Change, ContactNumber, Content, Etags, Field, GSYNC, GSyncTag, Person, ResourceName};

/// Reads a contact. `None` for what has no resource name.
pub(super) fn read(json: &Value) -> Option<Change> {
    let resource = ResourceName::new(json["resourceName"].as_str().filter(|name| !name.is_empty())?);
    if json["metadata"]["deleted"] == Value::Bool(true) {
        return Some(Change::Deleted(resource));
    }
    let sources = json["metadata"]["sources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let source = sources.iter().find(|source| source["type"] == "CONTACT");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let source_etag = source.and_then(|source| text(&source["etag"]));
    let etags = match (text(&json["etag"]), source_etag) {
        (Some(person), Some(source)) => Some(Etags { person, source }),
        _ => None,
    };
    let hex = source.and_then(|source| u64::from_str_radix(source["id"].as_str()?, 16).ok());
    let decimal = || resource.as_str().strip_prefix("people/c")?.parse().ok();
    let mut content = Content::default();
    for &field in Field::ALL {
        content.set(field, items(json, field));
    }
    let custom = of_contact(&json["userDefined"]);
    let tags = custom.iter().filter(|item| item["key"] == GSYNC).filter_map(|item| text(&item["value"])).collect();
    let pair = |item: &&Value| Some((text(&item["key"])?, text(&item["value"]).unwrap_or_default()));
    let client_data = of_contact(&json["clientData"]);
    let memberships = json["memberships"].as_array().map(Vec::as_slice).unwrap_or_default();
    let group = |item: &Value| text(&item["contactGroupMembership"]["contactGroupResourceName"]).map(ResourceName::new);
    let previous = json["metadata"]["previousResourceNames"].as_array().map(Vec::as_slice).unwrap_or_default();
    Some(Change::Present(Person {
        previous: previous.iter().filter_map(|name| text(name).map(ResourceName::new)).collect(),
        etags,
        number: hex.or_else(decimal).map(ContactNumber),
        content,
        tags,
        client_data: client_data.iter().filter_map(pair).collect(),
        groups: memberships.iter().filter_map(group).collect(),
        resource,
    }))
}

/// Items that belong to the contact itself, not to a profile that Google has merged in.
fn of_contact(items: &Value) -> Vec<&Value> {
    let is_contact = |item: &&Value| {
        let source = &item["metadata"]["source"]["type"];
        source.is_null() || source == "CONTACT"
    };
    items.as_array().map(|items| items.iter().filter(is_contact).collect()).unwrap_or_default()
}

fn items(json: &Value, field: Field) -> Vec<Map<String, Value>> {
    let writable = |item: &Value| {
        let mut kept = Map::new();
        for &subfield in field.subfields() {
            if let Some(value) = item.get(subfield).filter(|value| !is_empty(value)) {
                kept.insert(subfield.to_owned(), value.clone());
            }
        }
        drop_derived(field, &mut kept);
        kept
    };
    let items = of_contact(&json[field.path()]).into_iter();
    let items = items.filter(|item| field != Field::UserDefined || item["key"] != GSYNC);
    items.map(writable).filter(|item| !item.is_empty()).collect()
}

/// Google builds these from the parts where there are parts; alone they are content.
fn drop_derived(field: Field, item: &mut Map<String, Value>) {
    let derived = match field {
        Field::Names => "unstructuredName",
        Field::Addresses => "formattedValue",
        _ => return,
    };
    let is_part = |key: &str| key != derived && key != "type" && key != "countryCode";
    if item.keys().any(|key| is_part(key)) {
        item.remove(derived);
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// The fields of a contact to be sent: all of `fields`, those without content empty, so that Google clears them.
pub(super) fn body(content: &Content, fields: &[Field], tag: Option<GSyncTag>) -> Map<String, Value> {
    let mut body = Map::new();
    for &field in fields {
        let mut items: Vec<Value> = content.items(field).iter().cloned().map(Value::Object).collect();
        if let Some(tag) = tag.filter(|_| field == Field::UserDefined) {
            items.push(json!({ "key": GSYNC, "value": tag.to_string() }));
        }
        if !items.is_empty() {
            body.insert(field.path().to_owned(), Value::Array(items));
        }
    }
    body
}

/// `clientData` to be sent.
pub(super) fn client_data(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(json: &Value) -> Person {
        match read(json) {
            Some(Change::Present(person)) => person,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_contact_is_reduced_to_its_own_writable_content() {
        let contact = json!({"metadata": {"primary": true, "source": {"type": "CONTACT", "id": "8a6b0f5889920ca"}}});
        let with = |mut item: Value, from: &Value| {
            item["metadata"] = from["metadata"].clone();
            item
        };
        let profile = json!({"metadata": {"source": {"type": "PROFILE", "id": "1"}}});
        let read = person(&json!({
            "resourceName": "people/c623380167042605258", "etag": "%E",
            "metadata": {"sources": [{"type": "CONTACT", "id": "8a6b0f5889920ca", "etag": "#S"}], "previousResourceNames": ["people/c1"]},
            "names": [with(json!({"displayName": "Ada L", "givenName": "Ada", "unstructuredName": "Ada L"}), &contact), with(json!({"givenName": "Profile"}), &profile)],
            "phoneNumbers": [with(json!({"value": "1", "canonicalForm": "+1", "formattedType": "Home", "type": "home"}), &contact)],
            "addresses": [with(json!({"formattedValue": "Only this"}), &contact)],
            "userDefined": [with(json!({"key": "gSync", "value": "1-2"}), &contact), with(json!({"key": "Likes", "value": "tea"}), &contact)],
            "clientData": [{"key": "gSync", "value": "1-2"}],
            "memberships": [{"contactGroupMembership": {"contactGroupResourceName": "contactGroups/g"}}, {"domainMembership": {"inViewerDomain": true}}],
            "photos": [{"url": "x"}],
        }));
        assert_eq!(read.number, Some(ContactNumber(623_380_167_042_605_258)));
        assert_eq!(read.etags, Some(Etags { person: "%E".into(), source: "#S".into() }));
        assert_eq!(read.previous, [ResourceName::new("people/c1")]);
        assert_eq!(read.tags, ["1-2"]);
        assert_eq!(read.groups.len(), 1);
        let all = Value::Object(body(&read.content, Field::ALL, None));
        assert_eq!(
            all,
            json!({
                "names": [{"givenName": "Ada"}], "phoneNumbers": [{"value": "1", "type": "home"}],
                "addresses": [{"formattedValue": "Only this"}], "userDefined": [{"key": "Likes", "value": "tea"}],
            })
        );
    }

    #[test]
    fn a_deleted_contact_is_known_by_its_name_alone() {
        let deleted = json!({"resourceName": "people/c9", "metadata": {"deleted": true}});
        assert_eq!(read(&deleted), Some(Change::Deleted(ResourceName::new("people/c9"))));
        assert_eq!(read(&json!({})), None);
    }

    #[test]
    fn fuzz_google_contacts() {
        fuzz::check("google_contacts", |bytes| {
            let Ok(json) = serde_json::from_slice(bytes) else { return };
            let Some(Change::Present(found)) = read(&json) else { return };
            for (field, items) in found.content.fields() {
                for item in items {
                    let is_known = item.keys().all(|key| field.subfields().contains(&key.as_str()));
                    assert!(is_known && !item.is_empty(), "{field:?}: {item:?}");
                    assert!(field != Field::UserDefined || item.get("key").is_none_or(|key| key != GSYNC));
                }
            }
            // What is sent is what would be read, with and without our tag.
            let tag = GSyncTag::parse("12-34");
            let mut sent = body(&found.content, Field::ALL, tag);
            sent.insert("resourceName".to_owned(), "people/c1".into());
            let again = person(&Value::Object(sent));
            assert_eq!((&again.content, again.tags.len()), (&found.content, 1));
        });
    }
}
