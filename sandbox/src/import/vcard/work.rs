//! Organisations, titles and occupations.

use super::card::Card;
use super::property::Property;
use crate::import::draft::Draft;
use crate::import::item::Item;

/// Properties that complete the organisations, with the part they fill.
const PARTS: [(&str, &str); 9] = [
    ("TITLE", "title"),
    ("X-DEPARTMENT", "department"),
    ("X-KADDRESSBOOK-X-DEPARTMENT", "department"),
    ("X-PHONETIC-ORG", "phoneticName"),
    ("X-PHONETIC-ORGANIZATION", "phoneticName"),
    ("X-PHONETIC-COMPANY", "phoneticName"),
    ("X-EVOLUTION-OFFICE", "location"),
    ("X-KADDRESSBOOK-X-OFFICE", "location"),
    ("X-MS-COST-CENTER", "costCenter"),
];

/// Reads the property if it is one of this module.
pub(super) fn read(draft: &mut Draft, card: &Card, property: &Property) -> bool {
    let name = property.name.as_str();
    match name {
        "ORG" => {
            let mut units = property.parts(';').into_iter();
            let company = units.next().unwrap_or_default();
            let department: Vec<String> = units.filter(|unit| !unit.is_empty()).collect();
            let item = Item::of("name", company)
                .with("department", department.join(", "))
                .with_some("type", card.type_of(property));
            draft.add_preferred("organizations", name, item, property.is_preferred());
        }
        "ROLE" | "X-KADDRESSBOOK-X-PROFESSION" | "X-PROFESSION" => {
            draft.add("occupations", name, Item::of("value", property.text()));
        }
        // Added to the organisations by `complete`.
        _ => return PARTS.iter().any(|(part, _)| *part == name),
    }
    true
}

/// Gives titles and the like to the organisations in order; a title without one is an organisation without a name.
pub(super) fn complete(draft: &mut Draft, card: &Card) {
    for (name, key) in PARTS {
        for property in card.all(name) {
            let text = property.text();
            match draft.find_mut("organizations", |item| !item.has(key)) {
                Some(item) => item.set(key, &text),
                None => draft.add("organizations", name, Item::of(key, text)),
            }
        }
    }
}
