//! Notes, labels, interests, and every property without a field of its own.

use super::card::{Card, LABEL};
use super::property::Property;
use crate::import::DropReason;
use crate::import::draft::{Draft, MAX_CHARACTERS};
use crate::import::item::Item;

/// Pictures, sounds and keys.
const MEDIA: [&str; 4] = ["PHOTO", "LOGO", "SOUND", "KEY"];

/// What the exporting program keeps for itself.
const BOOKKEEPING: [&str; 27] = [
    "VERSION",
    "UID",
    "REV",
    "PRODID",
    "PROFILE",
    "CLASS",
    "SOURCE",
    "NAME",
    "KIND",
    "CLIENTPIDMAP",
    "XML",
    "CREATED",
    "JSPROP",
    "MEMBER",
    "X-ABUID",
    "X-ABSHOWAS",
    "X-ADDRESSBOOKSERVER-KIND",
    "X-ADDRESSBOOKSERVER-MEMBER",
    "X-GENERATOR",
    "X-ID",
    "X-ETAG",
    "X-IMAGEHASH",
    "X-IMAGETYPE",
    "X-PRODID",
    "X-MS-OL-DESIGN",
    "X-MS-OL-DEFAULT-POSTAL-ADDRESS",
    "X-COUCHDB-APPLICATION-ANNOTATIONS",
];

/// Reads whatever the other modules did not: nothing with a text value is lost, it becomes a custom field.
pub(super) fn read(draft: &mut Draft, card: &Card, property: &Property) -> bool {
    let name = property.name.as_str();
    let text = property.text();
    match name {
        "NOTE" => draft.add_note(&text),
        "CATEGORIES" => {
            for label in property.parts(',') {
                draft.add_label(name, &label);
            }
        }
        "LANG" | "LANGUAGE" => {
            draft.add_preferred("locales", name, Item::of("value", text), property.is_preferred());
        }
        "HOBBY" | "INTEREST" | "X-HOBBY" | "X-INTEREST" => {
            draft.add("interests", name, Item::of("value", text));
        }
        "X-JOT" => draft.add_custom(name, "Jot", &text),
        // A label belongs to the property of its group; without one it labels nothing.
        LABEL if card.has_labelled(property) => {
            let characters = text.chars().count();
            if characters > MAX_CHARACTERS {
                draft.drop(name, DropReason::TooLong { characters });
            }
        }
        LABEL => draft.add_custom(name, name, &text),
        // vCards say their version once, that is no loss.
        "VERSION" => {}
        _ if MEDIA.contains(&name) => draft.drop(name, DropReason::Media),
        _ if BOOKKEEPING.contains(&name) => draft.drop(name, DropReason::Bookkeeping),
        _ => draft.add_custom(name, &card.label_type(property).unwrap_or_else(|| name.to_owned()), &text),
    }
    true
}
