//! How to reach a contact: mail, phone, postal addresses, web pages, calendars.

use std::collections::HashMap;

use super::card::Card;
use super::property::Property;
use crate::import::draft::Draft;
use crate::import::item::Item;
use crate::import::types;

/// The order of `ADR`.
const ADDRESS_PARTS: [&str; 7] =
    ["poBox", "extendedAddress", "streetAddress", "city", "region", "postalCode", "country"];

/// Reads the property if it is one of this module.
pub(super) fn read(draft: &mut Draft, card: &Card, property: &Property) -> bool {
    let name = property.name.as_str();
    let kind = card.type_of(property);
    let preferred = property.is_preferred();
    match name {
        "EMAIL" => {
            let text = property.text();
            let item = Item::of("value", text.strip_prefix("mailto:").unwrap_or(&text)).with_some("type", kind);
            draft.add_preferred("emailAddresses", name, item, preferred);
        }
        "TEL" | "X-MS-TEL" => {
            let text = property.text();
            if let Some(address) = text.strip_prefix("sip:") {
                draft.add("sipAddresses", name, Item::of("value", address).with_some("type", kind));
                return true;
            }
            let number = text.strip_prefix("tel:").unwrap_or(&text);
            let kind = card.label_type(property).or_else(|| types::phone(&property.types()));
            draft.add_preferred("phoneNumbers", name, Item::of("value", number).with_some("type", kind), preferred);
        }
        "ADR" => draft.add_preferred("addresses", name, address(property).with_some("type", kind), preferred),
        "URL"
        | "X-EVOLUTION-BLOG-URL"
        | "X-EVOLUTION-VIDEO-URL"
        | "SOCIALPROFILE"
        | "X-SOCIALPROFILE"
        | "CONTACT-URI" => {
            let kind = kind.or_else(|| match name {
                "X-EVOLUTION-BLOG-URL" => Some("blog".to_owned()),
                "SOCIALPROFILE" => property.param("SERVICE-TYPE").map(str::to_owned),
                _ => None,
            });
            draft.add_preferred("urls", name, Item::of("value", property.text()).with_some("type", kind), preferred);
        }
        "CALURI" | "FBURL" | "CALADRURI" | "X-EVOLUTION-FREEBUSY" => {
            let default = (name == "FBURL" || name == "X-EVOLUTION-FREEBUSY").then(|| "freeBusy".to_owned());
            let item = Item::of("url", property.text()).with_some("type", kind.or(default));
            draft.add_preferred("calendarUrls", name, item, preferred);
        }
        // Added to the addresses by `complete`.
        "LABEL" | "X-ABADR" => {}
        _ => return false,
    }
    true
}

fn address(property: &Property) -> Item {
    let mut components = property.parts(';');
    if components.len() > ADDRESS_PARTS.len() {
        // The finer parts of RFC 9554 repeat the seven; only what is new in them is kept.
        let extra = components.split_off(ADDRESS_PARTS.len());
        let new = extra.into_iter().filter(|part| !components.iter().any(|known| known.contains(part.as_str())));
        let mut extended: Vec<String> = vec![components[1].clone()];
        extended.extend(new);
        extended.retain(|part| !part.is_empty());
        components[1] = extended.join(", ");
    }
    let mut item = Item::default();
    for (key, part) in ADDRESS_PARTS.iter().zip(&components) {
        item.set(key, part);
    }
    item.with_some("formattedValue", property.param("LABEL").map(|label| label.replace("\\n", "\n")))
}

/// Adds formatted addresses to the structured ones they describe, or as addresses of their own.
pub(super) fn complete(draft: &mut Draft, card: &Card) {
    let mut groups: HashMap<Option<&str>, Vec<Item>> = HashMap::new();
    for other in card.all("ADR") {
        let item = address(other).with_some("type", card.type_of(other));
        groups.entry(other.group.as_deref()).or_default().push(item);
    }
    for property in card.all("X-ABADR") {
        let text = property.text();
        let parts = groups.get(&property.group.as_deref()).map(Vec::as_slice).unwrap_or_default();
        let found = draft.find_mut("addresses", |item| parts.contains(item));
        match found {
            // Usually a country code; some programs write the whole address.
            Some(item) if text.len() == 2 => item.set("countryCode", &text.to_uppercase()),
            Some(item) if !item.has("formattedValue") => item.set("formattedValue", &text),
            _ => draft.add_custom("X-ABADR", "X-ABADR", &text),
        }
    }
    for property in card.all("LABEL") {
        let text = property.text();
        let kind = card.type_of(property).unwrap_or_default();
        let same = draft.find_mut("addresses", |item| item.text("type") == kind && !item.has("formattedValue"));
        match same {
            Some(item) => item.set("formattedValue", &text),
            None => draft.add("addresses", "LABEL", Item::of("formattedValue", text).with("type", kind)),
        }
    }
}
