//! `X-ANDROID-CUSTOM`: rows of the Android contacts database that vCard has no property for.

use super::personal;
use super::property::Property;
use crate::import::dates::Date;
use crate::import::draft::Draft;

/// Android's numbers for kinds of relations; 0 is a custom one.
const RELATIONS: [&str; 15] = [
    "",
    "assistant",
    "brother",
    "child",
    "domesticPartner",
    "father",
    "friend",
    "manager",
    "mother",
    "parent",
    "partner",
    "referredBy",
    "relative",
    "sister",
    "spouse",
];
/// Android's numbers for kinds of events; 0 is a custom one.
const EVENTS: [&str; 4] = ["", "anniversary", "other", "birthday"];

/// Reads `X-ANDROID-CUSTOM:<kind of row>;<column 1>;<column 2>;…`.
pub(super) fn read(draft: &mut Draft, property: &Property) -> bool {
    if property.name != "X-ANDROID-CUSTOM" {
        return false;
    }
    let columns = property.parts(';');
    let column = |index: usize| columns.get(index).map_or("", String::as_str);
    let kind = |names: &[&str]| match column(2).parse().ok().and_then(|number: usize| names.get(number)) {
        Some(name) if !name.is_empty() => (*name).to_owned(),
        _ => personal::kind_of(column(3)),
    };
    let name = property.name.as_str();
    match column(0).rsplit('/').next().unwrap_or_default() {
        "nickname" => draft.add_nickname(name, column(1), None),
        "relation" => personal::add_relation(draft, name, column(1), &kind(&RELATIONS)),
        "contact_event" => {
            let (date, kind) = (Date::parse(column(1)), kind(&EVENTS));
            match kind.as_str() {
                "birthday" => personal::add_birthday(draft, name, column(1), date),
                _ => personal::add_event(draft, name, column(1), date, &kind),
            }
        }
        "contact_user_defined_field" => draft.add_custom(name, column(1), column(2)),
        row => {
            let values: Vec<&str> = columns.iter().skip(1).map(String::as_str).filter(|v| !v.is_empty()).collect();
            draft.add_custom(name, row, &values.join("; "));
        }
    }
    true
}
