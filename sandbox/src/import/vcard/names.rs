//! Names, phonetic names and nicknames.

use std::collections::HashSet;

use super::card::Card;
use super::property::Property;
use crate::import::draft::Draft;
use crate::import::item::Item;

/// The order of `N`.
const PARTS: [&str; 5] = ["familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"];
/// The order of `N` when it spells the pronunciation.
const PHONETIC_PARTS: [&str; 5] = [
    "phoneticFamilyName",
    "phoneticGivenName",
    "phoneticMiddleName",
    "phoneticHonorificPrefix",
    "phoneticHonorificSuffix",
];
/// How several values of a part read in one field.
const JOINED_BY: [&str; 5] = [" ", " ", " ", ", ", ", "];

/// Properties of other names that hold one part of the name.
const SINGLE: [(&str, &str); 6] = [
    ("X-PHONETIC-FIRST-NAME", "phoneticGivenName"),
    ("X-PHONETIC-GIVEN-NAME", "phoneticGivenName"),
    ("X-PHONETIC-MIDDLE-NAME", "phoneticMiddleName"),
    ("X-PHONETIC-LAST-NAME", "phoneticFamilyName"),
    ("X-PHONETIC-FAMILY-NAME", "phoneticFamilyName"),
    ("X-PHONETIC-NAME", "phoneticFullName"),
];

/// Properties that are nicknames, with Google's type.
const NICKNAMES: [(&str, Option<&str>); 6] = [
    ("NICKNAME", None),
    ("X-NICKNAME", None),
    ("X-MAIDENNAME", Some("MAIDEN_NAME")),
    ("X-MAIDEN-NAME", Some("MAIDEN_NAME")),
    ("X-INITIALS", Some("INITIALS")),
    ("X-SHORT-NAME", Some("SHORT_NAME")),
];

/// Whether [`read`] takes care of the property.
pub(super) fn takes(property: &Property) -> bool {
    let name = property.name.as_str();
    matches!(name, "N" | "FN")
        || SINGLE.iter().any(|(single, _)| *single == name)
        || NICKNAMES.iter().any(|(nickname, _)| *nickname == name)
}

/// Reads everything about the name: a Google contact has one, so whatever else is there becomes a nickname.
pub(super) fn read(draft: &mut Draft, card: &Card) {
    let mut name = Item::default();
    let mut others: Vec<(&str, String)> = Vec::new();
    for property in card.all("N") {
        let phonetic = property.param("PHONETIC").is_some();
        let keys = if phonetic { PHONETIC_PARTS } else { PARTS };
        if keys.iter().any(|key| name.has(key)) {
            others.push(("N", in_one_line(property)));
            continue;
        }
        for (key, part) in keys.iter().zip(components(property)) {
            name.set(key, &part);
        }
    }
    let has_parts = PARTS.iter().any(|part| name.has(part));
    let mut formatted = card.all("FN").map(Property::text).filter(|text| !text.is_empty());
    if !has_parts {
        let company = card.first("ORG").map(|org| org.parts(';').swap_remove(0)).unwrap_or_default();
        if let Some(first) = formatted.next().filter(|first| *first != company) {
            name.set("unstructuredName", &first);
        }
    }
    others.extend(formatted.map(|other| ("FN", other)));
    for property in &card.properties {
        if let Some((_, key)) = SINGLE.iter().find(|(single, _)| *single == property.name) {
            match name.has(key) {
                true => others.push((&property.name, property.text())),
                false => name.set(key, &property.text()),
            }
        }
    }
    let known = Known::of(PARTS.iter().chain(&["unstructuredName"]).map(|key| name.text(key)));
    draft.add("names", "N", name);
    for property in &card.properties {
        if let Some((_, kind)) = NICKNAMES.iter().find(|(nickname, _)| *nickname == property.name) {
            for nickname in property.parts(',') {
                draft.add_nickname(&property.name, &nickname, *kind);
            }
        }
    }
    for (property, other) in others {
        if known.lacks(&other) {
            draft.add_nickname(property, &other, Some("ALTERNATE_NAME"));
        }
    }
}

/// The parts of an `N`; what is behind the fifth belongs to no part and follows the suffix.
fn components(property: &Property) -> Vec<String> {
    let mut components = property.components(&JOINED_BY);
    if components.len() > PARTS.len() {
        let extra = components.split_off(PARTS.len() - 1);
        let extra: Vec<String> = extra.into_iter().filter(|part| !part.is_empty()).collect();
        components.push(extra.join(", "));
    }
    components
}

/// An `N` as people say it: prefix, given, middle and family name, suffix.
pub(super) fn in_one_line(property: &Property) -> String {
    let components = components(property);
    let spoken = [3, 1, 2, 0, 4].iter().filter_map(|index| components.get(*index)).filter(|part| !part.is_empty());
    spoken.cloned().collect::<Vec<_>>().join(" ")
}

/// What the name of the contact says already.
struct Known {
    /// Words of its parts.
    words: HashSet<String>,
    /// Its parts, letters alone.
    parts: Vec<String>,
}

impl Known {
    fn of<'a>(parts: impl Iterator<Item = &'a str>) -> Self {
        let parts: Vec<String> = parts.map(str::to_lowercase).collect();
        Self {
            words: parts.iter().flat_map(|part| words(part)).collect(),
            parts: parts.iter().map(|part| letters(part)).filter(|part| !part.is_empty()).collect(),
        }
    }

    /// Whether a formatted name has more in it than these parts.
    fn lacks(&self, formatted: &str) -> bool {
        let formatted = formatted.to_lowercase();
        if words(&formatted).all(|word| word.is_empty() || self.words.contains(&word)) {
            return false;
        }
        // Names without spaces between their parts.
        let mut rest = letters(&formatted);
        for part in &self.parts {
            if part.len() <= rest.len() {
                rest = rest.replacen(part, "", 1);
            }
        }
        !rest.is_empty()
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(letters)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
