//! Fingerprints: one hash per field, so that contents can be compared without being kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::domain::{Content, Fingerprint};

/// Version of the algorithm below. When it changes, keep the old one beside it and compare in the version of the older
/// fingerprint; else every contact would look changed.
const VERSION: u8 = 1;

/// Hex digits kept of each hash: 96 bits, so that two contents of one field never meet by chance.
const DIGITS: usize = 24;

/// The fingerprint of a content, over a canonical form: order of items, white space at the ends and line endings do not
/// matter.
#[must_use]
pub fn fingerprint(content: &Content) -> Fingerprint {
    let hashes = content.fields().filter_map(|(field, items)| Some((field, hash(items)?)));
    Fingerprint::new(VERSION, hashes)
}

fn hash(items: &[Map<String, Value>]) -> Option<String> {
    let mut canonical: Vec<String> = items.iter().map(canonical_object).filter(|text| text != "{}").collect();
    if canonical.is_empty() {
        return None;
    }
    canonical.sort_unstable();
    let mut hash = Sha256::new();
    for item in canonical {
        hash.update(item.as_bytes());
        hash.update([0]);
    }
    let mut hex = String::with_capacity(DIGITS);
    for byte in hash.finalize().iter().take(DIGITS / 2) {
        hex.push_str(&format!("{byte:02x}"));
    }
    Some(hex)
}

/// JSON with sorted keys, trimmed texts and without what is empty (Google leaves empty values out of its answers).
fn canonical(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => flag.then(|| "true".to_owned()),
        Value::Number(number) => (number.as_f64() != Some(0.0)).then(|| number.to_string()),
        Value::String(text) => {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let text = text.trim();
            (!text.is_empty()).then(|| Value::from(text).to_string())
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(canonical).collect();
            (!items.is_empty()).then(|| format!("[{}]", items.join(",")))
        }
        Value::Object(object) => Some(canonical_object(object)).filter(|text| text != "{}"),
    }
}

fn canonical_object(object: &Map<String, Value>) -> String {
    let sorted: BTreeMap<&String, String> =
        object.iter().filter_map(|(key, value)| Some((key, canonical(value)?))).collect();
    let members: Vec<String> =
        sorted.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str()))).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Field;

    fn print(field: Field, items: Value) -> Fingerprint {
        let mut content = Content::default();
        content.set(field, serde_json::from_value(items).unwrap());
        fingerprint(&content)
    }

    #[test]
    fn order_white_space_and_empty_values_do_not_matter() {
        let phones = print(Field::PhoneNumbers, json!([{"value": "1", "type": "home"}, {"value": "2"}]));
        assert_eq!(phones, print(Field::PhoneNumbers, json!([{"value": " 2 "}, {"type": "home", "value": "1\r\n"}])));
        assert_eq!(
            phones,
            print(Field::PhoneNumbers, json!([{"value": "1", "type": "home"}, {"value": "2", "type": ""}, {}]))
        );
        assert_eq!(print(Field::Urls, json!([{"value": "  "}])), fingerprint(&Content::default()));
    }

    #[test]
    fn content_matters() {
        let phones = print(Field::PhoneNumbers, json!([{"value": "1"}]));
        assert_ne!(phones, print(Field::PhoneNumbers, json!([{"value": "12"}])));
        assert_ne!(phones, print(Field::PhoneNumbers, json!([{"value": "1"}, {"value": "1"}])));
        assert_ne!(phones, print(Field::PhoneNumbers, json!([{"value": "1", "type": "home"}])));
        assert_ne!(phones, print(Field::Urls, json!([{"value": "1"}])));
        assert!(phones.has(Field::PhoneNumbers) && !phones.has(Field::Urls));
    }

    #[test]
    fn stored_form_is_stable() {
        let phones = print(Field::PhoneNumbers, json!([{"value": "1"}]));
        let stored = r#"{"v":1,"f":{"phoneNumbers":"92777690d6a99f9301c95294"}}"#;
        assert_eq!(serde_json::to_string(&phones).unwrap(), stored, "a changed algorithm needs a new version");
    }
}
