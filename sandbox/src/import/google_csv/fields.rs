//! From a row to a contact.

use super::row::{Group, Row, values};
use crate::import::DropReason;
use crate::import::dates::Date;
use crate::import::draft::{Draft, MAX_CHARACTERS};
use crate::import::item::Item;
use crate::import::types;

/// Parts of the name, with the columns of both dialects.
const NAME: [(&str, &[&str]); 8] = [
    ("givenName", &["First Name", "Given Name"]),
    ("middleName", &["Middle Name", "Additional Name"]),
    ("familyName", &["Last Name", "Family Name"]),
    ("honorificPrefix", &["Name Prefix"]),
    ("honorificSuffix", &["Name Suffix"]),
    ("phoneticGivenName", &["Phonetic First Name", "Given Name Yomi"]),
    ("phoneticMiddleName", &["Phonetic Middle Name", "Additional Name Yomi"]),
    ("phoneticFamilyName", &["Phonetic Last Name", "Family Name Yomi"]),
];

/// The contact a row describes.
pub(super) fn to_draft(row: &Row<'_>) -> Draft {
    let mut draft = Draft::default();
    name(&mut draft, row);
    organization(&mut draft, row);
    for group in row.groups() {
        if draft.is_full() {
            draft.drop(group.kind, DropReason::TooManyFields);
        } else {
            numbered(&mut draft, &group);
        }
    }
    for (column, cell) in row.singles() {
        // Notes are one text, whatever is in them.
        let values = if column == "Notes" { vec![cell] } else { values(cell) };
        for value in values {
            single(&mut draft, column, value);
        }
    }
    draft
}

fn name(draft: &mut Draft, row: &Row<'_>) {
    let mut item = Item::default();
    for (key, columns) in NAME {
        item.set(key, row.single(columns));
    }
    if !NAME[..5].iter().any(|(key, _)| item.has(key)) {
        item.set("unstructuredName", row.single(&["Name"]));
    }
    if !NAME[5..].iter().any(|(key, _)| item.has(key)) {
        item.set("phoneticFullName", row.single(&["Yomi Name"]));
    }
    draft.add("names", "Name", item);
}

/// The organisation of the new dialect, which has one per contact.
fn organization(draft: &mut Draft, row: &Row<'_>) {
    let item = Item::of("name", row.single(&["Organization Name"]))
        .with("title", row.single(&["Organization Title"]))
        .with("department", row.single(&["Organization Department"]));
    draft.add("organizations", "Organization Name", item);
}

fn numbered(draft: &mut Draft, group: &Group<'_>) {
    let column = group.kind;
    let mut label = group.label();
    let characters = label.chars().count();
    if characters > MAX_CHARACTERS {
        draft.drop(column, DropReason::TooLong { characters });
        label = "";
    }
    let kind = types::from_label(label);
    let value = group.part("Value");
    let simple = |key: &str| Item::of(key, value).with_some("type", kind.as_deref());
    match column {
        "E-mail" => draft.add_preferred("emailAddresses", column, simple("value"), group.is_primary),
        "Phone" => draft.add_preferred("phoneNumbers", column, simple("value"), group.is_primary),
        "Website" => draft.add_preferred("urls", column, simple("value"), group.is_primary),
        "Relation" => draft.add("relations", column, simple("person")),
        "External ID" => draft.add("externalIds", column, simple("value")),
        "Calendar Link" => draft.add("calendarUrls", column, simple("url")),
        "IM" => {
            let item = simple("username").with("protocol", types::protocol(group.part("Service")));
            draft.add_preferred("imClients", column, item, group.is_primary);
        }
        "Event" => event(draft, column, value, kind.as_deref().unwrap_or_default()),
        "Custom Field" => draft.add_custom(column, label, value),
        "Jot" => draft.add_custom(column, kind.as_deref().unwrap_or("Jot"), value),
        "Address" => {
            let item = Item::of("formattedValue", group.part("Formatted"))
                .with("streetAddress", group.part("Street"))
                .with("extendedAddress", group.part("Extended Address"))
                .with("city", group.part("City"))
                .with("region", group.part("Region"))
                .with("postalCode", group.part("Postal Code"))
                .with("poBox", group.part("PO Box"))
                .with("country", group.part("Country"))
                .with_some("type", kind);
            draft.add_preferred("addresses", column, item, group.is_primary);
        }
        "Organization" => {
            let item = Item::of("name", group.part("Name"))
                .with("phoneticName", group.part("Yomi Name"))
                .with("title", group.part("Title"))
                .with("department", group.part("Department"))
                .with("symbol", group.part("Symbol"))
                .with("location", group.part("Location"))
                .with("jobDescription", group.part("Job Description"))
                .with_some("type", kind);
            draft.add_preferred("organizations", column, item, group.is_primary);
        }
        _ => {
            for (part, value) in group.parts() {
                draft.add_custom(column, &format!("{column} {} - {part}", group.number), value);
            }
        }
    }
}

fn event(draft: &mut Draft, column: &str, value: &str, kind: &str) {
    match date(value) {
        Some(date) => draft.add("events", column, Item::of("type", kind).with_json("date", date.to_json())),
        None => draft.add_custom(column, if kind.is_empty() { column } else { kind }, value),
    }
}

fn date(value: &str) -> Option<Date> {
    Date::parse(value.strip_prefix("0000").map(|rest| format!("-{rest}")).as_deref().unwrap_or(value))
}

fn single(draft: &mut Draft, column: &str, value: &str) {
    match column {
        "Nickname" => draft.add_nickname(column, value, None),
        "Initials" => draft.add_nickname(column, value, Some("INITIALS")),
        "Short Name" => draft.add_nickname(column, value, Some("SHORT_NAME")),
        "Maiden Name" => draft.add_nickname(column, value, Some("MAIDEN_NAME")),
        "Birthday" => {
            let item = match date(value) {
                Some(date) => Item::default().with_json("date", date.to_json()),
                None => Item::of("text", value),
            };
            match draft.first("birthdays") {
                None => draft.add("birthdays", column, item),
                Some(_) => event(draft, column, value, "birthday"),
            }
        }
        "Gender" if draft.first("genders").is_none() => {
            draft.add("genders", column, Item::of("value", value.to_lowercase()));
        }
        "Location" => draft.add("locations", column, Item::of("value", value)),
        "Occupation" => draft.add("occupations", column, Item::of("value", value)),
        "Hobby" => draft.add("interests", column, Item::of("value", value)),
        "Language" => draft.add("locales", column, Item::of("value", value)),
        "Notes" => draft.add_note(value),
        "Billing Information" => keyword(draft, column, value, "OUTLOOK_BILLING_INFORMATION"),
        "Directory Server" => keyword(draft, column, value, "OUTLOOK_DIRECTORY_SERVER"),
        "Mileage" => keyword(draft, column, value, "OUTLOOK_MILEAGE"),
        "Sensitivity" => keyword(draft, column, value, "OUTLOOK_SENSITIVITY"),
        "Priority" => keyword(draft, column, value, "OUTLOOK_PRIORITY"),
        "Subject" => keyword(draft, column, value, "OUTLOOK_SUBJECT"),
        "Labels" | "Group Membership" => draft.add_label(column, value),
        "Photo" => draft.drop(column, DropReason::Media),
        "Name" | "Yomi Name" | "Organization Name" | "Organization Title" | "Organization Department" => {}
        _ if NAME.iter().any(|(_, columns)| columns.contains(&column)) => {}
        _ => draft.add_custom(column, column, value),
    }
}

/// The columns Google took over from Outlook are keywords of their own types.
fn keyword(draft: &mut Draft, column: &str, value: &str, kind: &str) {
    draft.add("miscKeywords", column, Item::of("value", value).with("type", kind));
}
