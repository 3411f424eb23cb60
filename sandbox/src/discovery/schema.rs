//! Does a JSON value have the type a discovery document says?

use serde_json::{Map, Value};

use super::{Api, Schema};
use crate::refusal::Refusal;

/// The first thing wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A field the type does not have.
    Unknown {
        /// Path of the object.
        at: String,
        /// The field.
        name: String,
    },
    /// Another JSON type, or a value outside the enumeration.
    Wrong {
        /// Path of the value.
        at: String,
        /// The type wanted, as Google's front end names it.
        wanted: String,
        /// The value.
        value: String,
    },
    /// A list where a map belongs.
    ListForMap {
        /// Path of the map.
        at: String,
        /// Name of the field.
        name: String,
    },
}

impl Flaw {
    /// The answer of Google's front end.
    pub(crate) fn refusal(&self) -> Refusal {
        let (field, text) = match self {
            Self::Unknown { at, name } if at.is_empty() => ("", format!("Unknown name \"{name}\": Cannot find field.")),
            Self::Unknown { at, name } => {
                (at.as_str(), format!("Unknown name \"{name}\" at '{at}': Cannot find field."))
            }
            Self::ListForMap { at, name } => {
                (at.as_str(), format!("Unknown name \"{name}\": Cannot bind a list to map for field '{name}'."))
            }
            Self::Wrong { at, wanted, value } => {
                let text = format!("Invalid value at '{at}' ({wanted}), {value}");
                return Refusal::invalid(text.clone()).with_violation(at, &text);
            }
        };
        let text = format!("Invalid JSON payload received. {text}");
        Refusal::invalid(text.clone()).with_violation(field, &text)
    }
}

/// Checks `value`; `lenient` accepts what Google accepts from clients beyond the letter: nulls and numbers as text.
pub(crate) fn check(api: &Api, schema: &Schema, value: &Value, at: &str, lenient: bool) -> Result<(), Flaw> {
    if lenient && value.is_null() {
        return Ok(());
    }
    if let Some(name) = &schema.reference {
        return match api.schemas.get(name) {
            Some(target) => check(api, target, value, at, lenient),
            None => Ok(()),
        };
    }
    match (schema.kind.as_deref().unwrap_or("any"), value) {
        ("any", _) => Ok(()),
        ("object", Value::Object(map)) => object(api, schema, map, at, lenient),
        ("object", Value::Array(_)) if schema.additional_properties.is_some() => {
            Err(Flaw::ListForMap { at: at.to_owned(), name: at.rsplit('.').next().unwrap_or(at).to_owned() })
        }
        ("array", Value::Array(items)) => match &schema.items {
            Some(item) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, value)| check(api, item, value, &format!("{at}[{index}]"), lenient)),
            None => Ok(()),
        },
        ("boolean", Value::Bool(_)) => Ok(()),
        ("integer", Value::Number(number)) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => Ok(()),
        ("integer", Value::String(text)) if lenient && text.parse::<i32>().is_ok() => Ok(()),
        ("number", Value::Number(_)) => Ok(()),
        ("string", Value::String(text)) => match string(schema, text) {
            Ok(()) => Ok(()),
            Err(wanted) => Err(Flaw::Wrong { at: at.to_owned(), wanted, value: value.to_string() }),
        },
        (kind, _) => Err(Flaw::Wrong { at: at.to_owned(), wanted: type_name(kind, schema), value: value.to_string() }),
    }
}

fn object(api: &Api, schema: &Schema, map: &Map<String, Value>, at: &str, lenient: bool) -> Result<(), Flaw> {
    for (name, value) in map {
        let property = schema.properties.as_ref().and_then(|properties| properties.get(name));
        let (inner, path) = match (property, schema.additional_properties.as_deref()) {
            (Some(inner), _) => (inner, join(at, &snake(name))),
            (None, Some(inner)) => (inner, format!("{at}[{name}]")),
            (None, None) => return Err(Flaw::Unknown { at: at.to_owned(), name: name.clone() }),
        };
        check(api, inner, value, &path, lenient)?;
    }
    Ok(())
}

fn string(schema: &Schema, text: &str) -> Result<(), String> {
    if let Some(options) = &schema.options {
        return if options.iter().any(|option| option == text) { Ok(()) } else { Err("TYPE_ENUM".to_owned()) };
    }
    let right = match schema.format.as_deref() {
        Some("int64") => text.parse::<i64>().is_ok(),
        Some("google-datetime" | "date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    };
    if right { Ok(()) } else { Err(type_name("string", schema)) }
}

fn type_name(kind: &str, schema: &Schema) -> String {
    match (kind, schema.format.as_deref()) {
        ("boolean", _) => "TYPE_BOOL",
        ("integer", _) => "TYPE_INT32",
        ("string", Some("int64")) => "TYPE_INT64",
        ("string", Some("google-datetime" | "date-time")) => "type.googleapis.com/google.protobuf.Timestamp",
        ("string", _) => "TYPE_STRING",
        _ => "TYPE_MESSAGE",
    }
    .to_owned()
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// `pageSize` as `page_size`, the way error texts name fields.
pub(crate) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::discovery::method;

    fn flaw(id: &str, at: &str, body: &Value) -> Option<String> {
        let (api, method) = method(id).unwrap();
        check(api, method.request.as_ref().unwrap(), body, at, true).err().map(|flaw| flaw.refusal().message)
    }

    #[test]
    fn unknown_names_are_told_with_their_place() {
        assert_eq!(
            flaw("people.people.createContact", "person", &json!({ "nmaes": [] })).unwrap(),
            "Invalid JSON payload received. Unknown name \"nmaes\" at 'person': Cannot find field."
        );
        assert!(
            flaw("people.people.createContact", "person", &json!({ "names": [{ "given": "x" }] }))
                .unwrap()
                .contains("at 'person.names[0]'")
        );
    }

    #[test]
    fn a_batch_update_takes_a_map() {
        assert!(
            flaw("people.people.batchUpdateContacts", "", &json!({ "contacts": [] }))
                .unwrap()
                .contains("Cannot bind a list to map for field 'contacts'")
        );
        assert_eq!(flaw("people.people.batchUpdateContacts", "", &json!({ "contacts": { "people/c1": {} } })), None);
    }

    #[test]
    fn types_and_enumerations_count() {
        assert!(flaw("people.people.createContact", "person", &json!({ "names": [{ "givenName": 5 }] })).is_some());
        let enumeration = json!({ "biographies": [{ "contentType": "TEXT_RTF" }] });
        assert!(flaw("people.people.createContact", "person", &enumeration).is_some());
        let fine = json!({ "birthdays": [{ "date": { "year": "1990", "month": 5, "day": null } }] });
        assert_eq!(flaw("people.people.createContact", "person", &fine), None);
    }
}
