//! Changes to single contacts, as runs and previews list them.

use super::Content;

/// Change to one contact at one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChange {
    /// What happens to it.
    pub action: ChangeAction,
    /// Name of the contact. `None` when it is not known any more.
    pub display_name: Option<String>,
    /// Names of changed fields, as in the People API.
    pub changed_fields: Vec<String>,
}

/// What happens to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeAction {
    /// New at the source, or missing at the destination.
    Create,
    /// Changed at the source.
    Update,
    /// Edited at the destination, reset to the source.
    Overwrite,
    /// Gone from the source group.
    Delete,
}

/// Longest name that a list of changes keeps, in characters.
const LONGEST: usize = 200;

/// The name under which an address book shows a contact: its name, else its company, address or number.
#[must_use]
pub fn display_name(content: &Content) -> Option<String> {
    use super::Field;
    let first = |field: Field, part: &str| {
        let text = content.items(field).first()?.get(part)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let parts = ["honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix"];
    let parts: Vec<String> = parts.iter().filter_map(|part| first(Field::Names, part)).collect();
    let name = (!parts.is_empty()).then(|| parts.join(" "));
    name.or_else(|| first(Field::Names, "unstructuredName"))
        .or_else(|| first(Field::Nicknames, "value"))
        .or_else(|| first(Field::Organizations, "name"))
        .or_else(|| first(Field::EmailAddresses, "value"))
        .or_else(|| first(Field::PhoneNumbers, "value"))
        .map(|name| name.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Field;

    #[test]
    fn contacts_without_a_name_are_shown_by_what_they_have() {
        let mut content = Content::default();
        assert_eq!(display_name(&content), None);
        for (field, item, shown) in [
            (Field::PhoneNumbers, json!({ "value": "+1 555 0100" }), "+1 555 0100"),
            (Field::EmailAddresses, json!({ "value": "ada@supplier.example" }), "ada@supplier.example"),
            (Field::Organizations, json!({ "name": "Fairbrook" }), "Fairbrook"),
            (Field::Names, json!({ "givenName": " Ada ", "familyName": "Byron" }), "Ada Byron"),
        ] {
            content.set(field, vec![item.as_object().cloned().unwrap()]);
            assert_eq!(display_name(&content).as_deref(), Some(shown));
        }
    }
}
