//! Birthdays and other dates, gender, relations.

use super::card::Card;
use super::property::Property;
use crate::import::dates::Date;
use crate::import::draft::Draft;
use crate::import::item::Item;
use crate::import::types;

/// Properties that are events, with the type of the event.
const EVENTS: [(&str, &str); 8] = [
    ("ANNIVERSARY", "anniversary"),
    ("X-ANNIVERSARY", "anniversary"),
    ("X-MS-ANNIVERSARY", "anniversary"),
    ("X-EVOLUTION-ANNIVERSARY", "anniversary"),
    ("X-KADDRESSBOOK-X-ANNIVERSARY", "anniversary"),
    ("X-ABDATE", ""),
    ("X-DATE", ""),
    ("DEATHDATE", "deathDate"),
];

/// The relations that programs write as `X-SPOUSE`, `X-MS-MANAGER`, `X-EVOLUTION-ASSISTANT` and so on.
const RELATIONS: [(&str, &str); 16] = [
    ("SPOUSE", "spouse"),
    ("SPOUSESNAME", "spouse"),
    ("MANAGER", "manager"),
    ("MANAGERSNAME", "manager"),
    ("ASSISTANT", "assistant"),
    ("ASSISTANTSNAME", "assistant"),
    ("PARTNER", "partner"),
    ("CHILD", "child"),
    ("CHILDREN", "child"),
    ("MOTHER", "mother"),
    ("FATHER", "father"),
    ("BROTHER", "brother"),
    ("SISTER", "sister"),
    ("FRIEND", "friend"),
    ("RELATIVE", "relative"),
    ("REFERRED-BY", "referredBy"),
];

/// Reads the property if it is one of this module.
pub(super) fn read(draft: &mut Draft, card: &Card, property: &Property) -> bool {
    let name = property.name.as_str();
    if let Some((_, kind)) = EVENTS.iter().find(|(event, _)| *event == name) {
        let kind = card.type_of(property).unwrap_or_else(|| (*kind).to_owned());
        add_event(draft, name, &property.text(), date(property), &kind);
        return true;
    }
    if let Some(kind) = relation(name) {
        add_relation(draft, name, &property.text(), kind);
        return true;
    }
    match name {
        "BDAY" => add_birthday(draft, name, &property.text(), date(property)),
        "GENDER" | "X-GENDER" | "X-WAB-GENDER" => add_gender(draft, property),
        "X-ABRELATEDNAMES" | "RELATED" => {
            add_relation(draft, name, &property.text(), &card.type_of(property).unwrap_or_default());
        }
        "AGENT" => {
            let text = property.text();
            let inline = text.lines().find_map(|line| line.strip_prefix("FN:")).map(str::to_owned);
            add_agent(draft, inline.as_deref().unwrap_or(&text));
        }
        _ => return false,
    }
    true
}

/// Adds the name of an `AGENT`: the nearest Google has is an assistant.
pub(super) fn add_agent(draft: &mut Draft, name: &str) {
    add_relation(draft, "AGENT", name, "assistant");
}

/// Adds a related person.
pub(super) fn add_relation(draft: &mut Draft, property: &str, person: &str, kind: &str) {
    draft.add("relations", property, Item::of("person", person).with("type", kind));
}

/// Adds a birthday; the second one of a contact becomes an event.
pub(super) fn add_birthday(draft: &mut Draft, property: &str, text: &str, date: Option<Date>) {
    let item = match date {
        Some(date) => Item::default().with_json("date", date.to_json()),
        None => Item::of("text", text),
    };
    match draft.first("birthdays") {
        None => draft.add("birthdays", property, item),
        Some(first) if *first == item => {}
        Some(_) => add_event(draft, property, text, date, "birthday"),
    }
}

/// Adds an event, or a custom field when its date is not a date.
pub(super) fn add_event(draft: &mut Draft, property: &str, text: &str, date: Option<Date>, kind: &str) {
    match date {
        Some(date) => {
            draft.add("events", property, Item::of("type", kind).with_json("date", date.to_json()));
        }
        None => draft.add_custom(property, if kind.is_empty() { property } else { kind }, text),
    }
}

/// The date of a property. Apple writes a date without a year with a year to leave out.
fn date(property: &Property) -> Option<Date> {
    let date = Date::parse(&property.text())?;
    let omitted = property.param("X-APPLE-OMIT-YEAR").and_then(|year| year.parse().ok());
    Some(if omitted == Some(date.year) { date.without_year() } else { date })
}

fn relation(name: &str) -> Option<&'static str> {
    let bare = name.strip_prefix("X-")?;
    let bare = ["MS-", "EVOLUTION-", "KADDRESSBOOK-X-"].iter().find_map(|p| bare.strip_prefix(p)).unwrap_or(bare);
    RELATIONS.iter().find(|(relation, _)| *relation == bare).map(|(_, kind)| *kind)
}

fn add_gender(draft: &mut Draft, property: &Property) {
    let mut parts = property.parts(';').into_iter();
    let sex = parts.next().unwrap_or_default();
    let text = parts.next().unwrap_or_default();
    let value = match sex.to_lowercase().as_str() {
        "m" | "male" => "male".to_owned(),
        "f" | "female" => "female".to_owned(),
        "o" => "other".to_owned(),
        "n" | "u" => "unspecified".to_owned(),
        _ => sex,
    };
    let (value, more) = if value.is_empty() { (text, String::new()) } else { (value, text) };
    let known = draft.first("genders").map(|item| item.text("value").to_owned());
    match known {
        None => draft.add("genders", &property.name, Item::of("value", &value)),
        Some(first) if first == value => {}
        Some(_) => draft.add_custom(&property.name, &property.name, &value),
    }
    draft.add_custom(&property.name, &property.name, &more);
}

/// The type a relation or an event gets from a word of another program.
pub(super) fn kind_of(word: &str) -> String {
    types::from_label(word).unwrap_or_default()
}
