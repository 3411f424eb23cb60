//! Subfields Google fills in.

use serde_json::{Map, Value};

/// Adds to one item of `field` what follows from the rest of it.
pub(crate) fn derive(field: &str, item: &mut Map<String, Value>) {
    if let Some(kind) = text(item, "type")
        && !matches!(field, "nicknames" | "locations")
    {
        item.insert("formattedType".to_owned(), Value::from(label(&kind)));
    }
    match field {
        "names" => name(item),
        "phoneNumbers" => set(item, "canonicalForm", text(item, "value").and_then(|value| canonical(&value))),
        "genders" => set(item, "formattedValue", text(item, "value").map(|value| label(&value))),
        "imClients" => set(item, "formattedProtocol", text(item, "protocol").map(|value| label(&value))),
        "addresses" if !item.contains_key("formattedValue") => set(item, "formattedValue", address(item)),
        _ => {}
    }
}

fn set(item: &mut Map<String, Value>, key: &str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        item.insert(key.to_owned(), Value::from(value));
    }
}

fn text(item: &Map<String, Value>, key: &str) -> Option<String> {
    item.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn joined(item: &Map<String, Value>, keys: &[&str], with: &str) -> String {
    keys.iter().filter_map(|key| item.get(*key).and_then(Value::as_str)).collect::<Vec<_>>().join(with)
}

fn name(item: &mut Map<String, Value>) {
    let whole = joined(item, &["honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix"], " ");
    if whole.is_empty() {
        return;
    }
    let first = joined(item, &["honorificPrefix", "givenName", "middleName"], " ");
    let parts =
        [text(item, "familyName").unwrap_or_default(), first, text(item, "honorificSuffix").unwrap_or_default()];
    let reversed = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    set(item, "displayNameLastFirst", Some(reversed));
    set(item, "unstructuredName", Some(whole.clone()));
    set(item, "displayName", Some(whole));
}

fn address(item: &Map<String, Value>) -> Option<String> {
    let lines = [
        joined(item, &["streetAddress"], ""),
        joined(item, &["extendedAddress"], ""),
        joined(item, &["poBox"], ""),
        {
            let city = joined(item, &["city", "region"], ", ");
            [city, joined(item, &["postalCode"], "")]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        },
        joined(item, &["country"], ""),
    ];
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Digits with a plus, where the number says its country itself.
fn canonical(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let international =
        if number.trim_start().starts_with('+') { digits } else { digits.strip_prefix("00")?.to_owned() };
    (international.len() >= 7).then(|| format!("+{international}"))
}

const WORDS: &[&str] = &[
    "home",
    "work",
    "other",
    "mobile",
    "main",
    "homeFax",
    "workFax",
    "otherFax",
    "pager",
    "workMobile",
    "workPager",
    "googleVoice",
    "school",
    "anniversary",
    "spouse",
    "child",
    "mother",
    "father",
    "parent",
    "brother",
    "sister",
    "friend",
    "relative",
    "domesticPartner",
    "manager",
    "assistant",
    "referredBy",
    "partner",
    "homePage",
    "blog",
    "profile",
    "ftp",
    "reservations",
    "appInstallPage",
    "account",
    "customer",
    "loginId",
    "network",
    "organization",
    "male",
    "female",
    "unspecified",
    "aim",
    "msn",
    "yahoo",
    "skype",
    "qq",
    "googleTalk",
    "icq",
    "jabber",
    "netMeeting",
    "freeBusy",
    "desk",
    "grewUp",
    "unknown",
];

/// A predefined type in words; any other text as it is.
fn label(kind: &str) -> String {
    if !WORDS.contains(&kind) {
        return kind.to_owned();
    }
    let mut label = String::with_capacity(kind.len() + 2);
    for (index, c) in kind.chars().enumerate() {
        if index == 0 {
            label.push(c.to_ascii_uppercase());
            continue;
        }
        if c.is_ascii_uppercase() {
            label.push(' ');
        }
        label.push(c);
    }
    label
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn derived(field: &str, item: Value) -> Value {
        let mut item = item.as_object().unwrap().clone();
        derive(field, &mut item);
        Value::Object(item)
    }

    #[test]
    fn names_get_three_forms() {
        let name = derived(
            "names",
            json!({ "honorificPrefix": "Dr.", "givenName": "John", "middleName": "Jay", "familyName": "Doe", "honorificSuffix": "III" }),
        );
        assert_eq!(name["displayName"], "Dr. John Jay Doe III");
        assert_eq!(name["displayNameLastFirst"], "Doe, Dr. John Jay, III");
        assert_eq!(name["unstructuredName"], "Dr. John Jay Doe III");
    }

    #[test]
    fn types_and_numbers_are_spelled_out() {
        assert_eq!(
            derived("phoneNumbers", json!({ "value": "+34 666 12 34 90", "type": "homeFax" })),
            json!({
                "value": "+34 666 12 34 90", "type": "homeFax", "formattedType": "Home Fax", "canonicalForm": "+34666123490"
            })
        );
        assert_eq!(derived("phoneNumbers", json!({ "value": "12", "type": "my desk" }))["formattedType"], "my desk");
        assert_eq!(derived("nicknames", json!({ "value": "x", "type": "INITIALS" })).get("formattedType"), None);
    }

    #[test]
    fn an_address_is_written_out_unless_given() {
        let address = derived("addresses", json!({ "streetAddress": "1 Road", "city": "Town", "postalCode": "99" }));
        assert_eq!(address["formattedValue"], "1 Road\nTown 99");
        assert_eq!(derived("addresses", json!({ "city": "T", "formattedValue": "own" }))["formattedValue"], "own");
    }
}
