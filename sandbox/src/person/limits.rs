//! How large one contact may be.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

const FIELDS: usize = 500;
const CHARACTERS: usize = 1_024;
const BYTES: usize = 128 * 1_024;

/// Refuses a contact with too many fields, too long a field (notes may be long) or too many bytes.
pub(super) fn check(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let count: usize = fields.values().filter_map(Value::as_array).map(Vec::len).sum();
    if count > FIELDS {
        return Err(Refusal::invalid(format!("A contact may not have more than {FIELDS} fields.")));
    }
    let mut bytes = 0;
    for (name, items) in fields {
        let longest = longest(items, &mut bytes);
        if longest > CHARACTERS && name != "biographies" {
            return Err(Refusal::invalid(format!("person.{name} has a value of more than {CHARACTERS} characters.")));
        }
    }
    if bytes > BYTES {
        return Err(Refusal::invalid("A contact may not be larger than 128 KB."));
    }
    Ok(())
}

/// Characters of the longest text inside; adds up bytes on the way.
fn longest(value: &Value, bytes: &mut usize) -> usize {
    match value {
        Value::String(text) => {
            *bytes += text.len();
            text.chars().count()
        }
        Value::Array(items) => items.iter().map(|item| longest(item, bytes)).max().unwrap_or(0),
        Value::Object(map) => map.values().map(|item| longest(item, bytes)).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(person: Value) -> bool {
        check(person.as_object().unwrap()).is_err()
    }

    #[test]
    fn notes_may_be_long_and_nothing_else() {
        let long = "x".repeat(1_025);
        assert!(refused(json!({ "urls": [{ "value": long }] })));
        assert!(!refused(json!({ "biographies": [{ "value": long }] })));
        assert!(refused(json!({ "biographies": [{ "value": "x".repeat(131_073) }] })));
    }

    #[test]
    fn there_are_500_fields_at_most() {
        let urls = |count: usize| json!({ "urls": vec![json!({ "value": "x" }); count] });
        assert!(!refused(urls(500)));
        assert!(refused(urls(501)));
    }
}
