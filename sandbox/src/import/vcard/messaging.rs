//! Messaging accounts and internet telephony.

use percent_encoding::percent_decode_str;

use super::card::Card;
use super::property::Property;
use crate::import::draft::Draft;
use crate::import::item::Item;
use crate::import::types;

/// Services that have a property of their own: `X-AIM` and so on.
const SERVICES: [&str; 25] = [
    "AIM",
    "GADUGADU",
    "GADU-GADU",
    "GOOGLE-TALK",
    "GROUPWISE",
    "GTALK",
    "HANGOUTS",
    "ICQ",
    "IRC",
    "JABBER",
    "MATRIX",
    "MSN",
    "NETMEETING",
    "QQ",
    "SIGNAL",
    "SKYPE",
    "SKYPE-USERNAME",
    "TELEGRAM",
    "THREEMA",
    "TWITTER",
    "WECHAT",
    "WHATSAPP",
    "XMPP",
    "YAHOO",
    "ZEPHYR",
];

/// Reads the property if it is one of this module.
pub(super) fn read(draft: &mut Draft, card: &Card, property: &Property) -> bool {
    let name = property.name.as_str();
    let text = property.text();
    match name {
        "IMPP" => {
            let (scheme, rest) = text.split_once(':').unwrap_or(("", &text));
            let username = percent_decode_str(rest).decode_utf8().map_or_else(|_| rest.to_owned(), Into::into);
            if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
                add_sip(draft, card, property, &username);
                return true;
            }
            let service = property.param("X-SERVICE-TYPE").or_else(|| property.param("SERVICE-TYPE"));
            let generic = ["im", "x-apple"].iter().any(|generic| scheme.eq_ignore_ascii_case(generic));
            let service = service.or((!generic).then_some(scheme)).unwrap_or_default();
            add(draft, card, property, service, &username);
        }
        "X-SIP" => add_sip(draft, card, property, text.strip_prefix("sip:").unwrap_or(&text)),
        "X-MS-IMADDRESS" | "X-IM" | "X-KADDRESSBOOK-X-IMADDRESS" => add(draft, card, property, "", &text),
        _ => match name.strip_prefix("X-").filter(|service| SERVICES.contains(service)) {
            Some(service) => add(draft, card, property, &spelled(service), &text),
            None => return false,
        },
    }
    true
}

fn add(draft: &mut Draft, card: &Card, property: &Property, service: &str, username: &str) {
    let item = Item::of("username", username)
        .with("protocol", types::protocol(service))
        .with_some("type", card.type_of(property));
    draft.add_preferred("imClients", &property.name, item, property.is_preferred());
}

fn add_sip(draft: &mut Draft, card: &Card, property: &Property, address: &str) {
    let item = Item::of("value", address).with_some("type", card.type_of(property));
    draft.add_preferred("sipAddresses", &property.name, item, property.is_preferred());
}

/// `GADU-GADU` as a service that has no predefined name would be shown: `Gadu-Gadu`.
fn spelled(service: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase())
    };
    service.split('-').map(word).collect::<Vec<_>>().join("-")
}
