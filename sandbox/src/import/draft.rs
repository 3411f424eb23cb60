//! A contact while its file is being read: collects fields, keeps Google's limits and notes what did not fit.

use serde_json::{Map, Value, json};

use super::item::Item;
use super::labels::{self, Label};
use super::{DropReason, ImportedContact};

/// Most fields a contact may have; more labels than that are damage, too.
pub(super) const MAX_FIELDS: usize = 500;
/// Most characters of a field other than the notes, and of a label.
pub(super) const MAX_CHARACTERS: usize = 1024;
/// Most bytes of a whole contact, the notes included.
const MAX_BYTES: usize = 128 * 1024;
/// Most bytes of the notes: there must be room for who the contact is.
const MAX_NOTE_BYTES: usize = 100 * 1024;
const NOTE_TYPE: &str = "TEXT_PLAIN";

/// The lists of a person in the order the People API documents them.
const LISTS: [&str; 21] = [
    "names",
    "nicknames",
    "emailAddresses",
    "phoneNumbers",
    "addresses",
    "organizations",
    "birthdays",
    "events",
    "urls",
    "relations",
    "imClients",
    "sipAddresses",
    "calendarUrls",
    "externalIds",
    "genders",
    "interests",
    "occupations",
    "locales",
    "locations",
    "miscKeywords",
    "userDefined",
];

/// An item with the property it came from.
#[derive(Debug)]
struct Entry {
    list: &'static str,
    property: String,
    preferred: bool,
    item: Item,
}

/// A contact under construction.
#[derive(Debug, Default)]
pub(super) struct Draft {
    entries: Vec<Entry>,
    notes: Vec<String>,
    labels: Vec<String>,
    dropped: Vec<(String, DropReason)>,
}

impl Draft {
    /// Adds an item to a list of the person.
    pub(super) fn add(&mut self, list: &'static str, property: &str, item: Item) {
        self.add_preferred(list, property, item, false);
    }

    /// Adds an item; a preferred one comes before the others of its list, as Google takes the first as primary.
    pub(super) fn add_preferred(&mut self, list: &'static str, property: &str, mut item: Item, preferred: bool) {
        if let Some(characters) = item.remove_longer_than(MAX_CHARACTERS) {
            self.drop(property, DropReason::TooLong { characters });
        }
        let known = |entry: &Entry| entry.list == list && entry.item == item;
        if self.is_full() {
            self.drop(property, DropReason::TooManyFields);
        } else if item.has_content() && !self.entries.iter().any(known) {
            self.entries.push(Entry { list, property: property.to_owned(), preferred, item });
        }
    }

    /// Whether nothing more could stay; a damaged file must not make the search for repetitions slow.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() > 4 * MAX_FIELDS
    }

    /// Adds a custom field.
    pub(super) fn add_custom(&mut self, property: &str, key: &str, value: &str) {
        self.add("userDefined", property, Item::of("key", key).with("value", value));
    }

    /// Adds a nickname unless the contact has it already.
    pub(super) fn add_nickname(&mut self, property: &str, value: &str, kind: Option<&str>) {
        let value = super::text::clean(value);
        if self.is_full() || self.items("nicknames").all(|item| item.text("value") != value) {
            self.add("nicknames", property, Item::of("value", &value).with_some("type", kind));
        }
    }

    /// Adds a note; the notes become one biography.
    pub(super) fn add_note(&mut self, note: &str) {
        let note = super::text::clean(note);
        if self.notes.len() > 4 * MAX_FIELDS {
            self.drop("NOTE", DropReason::TooManyFields); // as in `add_preferred`
        } else if !note.is_empty() && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Adds a label, or reports it when it is a group that takes no contacts.
    pub(super) fn add_label(&mut self, property: &str, label: &str) {
        let characters = label.trim().chars().count();
        if characters > MAX_CHARACTERS {
            return self.drop(property, DropReason::TooLong { characters });
        }
        let name = match labels::label(label) {
            Label::Own(name) => name,
            Label::Starred => "starred".to_owned(),
            Label::MyContacts => return,
            Label::Deprecated => return self.drop(property, DropReason::SystemGroup),
        };
        match name.is_empty() || self.labels.contains(&name) {
            true => {}
            false if self.labels.len() == MAX_FIELDS => self.drop(property, DropReason::TooManyFields),
            false => self.labels.push(name),
        }
    }

    /// Notes that a property was not kept.
    pub(super) fn drop(&mut self, property: &str, reason: DropReason) {
        self.dropped.push((property.to_owned(), reason));
    }

    /// The items of a list so far.
    pub(super) fn items(&self, list: &'static str) -> impl Iterator<Item = &Item> {
        self.entries.iter().filter(move |entry| entry.list == list).map(|entry| &entry.item)
    }

    /// The first item of a list.
    pub(super) fn first(&self, list: &'static str) -> Option<&Item> {
        self.entries.iter().find(|entry| entry.list == list).map(|entry| &entry.item)
    }

    /// The first item of a list that fits, to complete it.
    pub(super) fn find_mut(&mut self, list: &'static str, fits: impl Fn(&Item) -> bool) -> Option<&mut Item> {
        let entry = self.entries.iter_mut().find(|entry| entry.list == list && fits(&entry.item));
        entry.map(|entry| &mut entry.item)
    }

    /// The contact, and what was dropped from it.
    pub(super) fn finish(mut self) -> (ImportedContact, Vec<(String, DropReason)>) {
        let mut person = Map::new();
        let note = self.note();
        let mut fields = usize::from(note.is_some());
        let mut bytes = note.as_ref().map_or(0, |note| note.len() + NOTE_TYPE.len());
        for list in LISTS {
            let (mut entries, rest): (Vec<_>, Vec<_>) = self.entries.into_iter().partition(|entry| entry.list == list);
            self.entries = rest;
            entries.sort_by_key(|entry| !entry.preferred);
            let mut values = Vec::new();
            for mut entry in entries {
                if let Some(characters) = entry.item.remove_longer_than(MAX_CHARACTERS) {
                    self.dropped.push((entry.property.clone(), DropReason::TooLong { characters }));
                }
                if !entry.item.has_content() {
                    continue;
                }
                if fields == MAX_FIELDS {
                    self.dropped.push((entry.property, DropReason::TooManyFields));
                    continue;
                }
                if bytes + entry.item.bytes() > MAX_BYTES {
                    self.dropped.push((entry.property, DropReason::TooLarge));
                    continue;
                }
                fields += 1;
                bytes += entry.item.bytes();
                values.push(entry.item.into_value());
            }
            if !values.is_empty() {
                person.insert(list.to_owned(), Value::Array(values));
            }
        }
        if let Some(note) = note {
            person.insert("biographies".to_owned(), json!([{ "value": note, "contentType": NOTE_TYPE }]));
        }
        (ImportedContact { person, labels: self.labels }, self.dropped)
    }

    /// The notes as one text that a contact can hold beside a few other fields.
    fn note(&mut self) -> Option<String> {
        let note = self.notes.join("\n\n");
        if note.len() > MAX_NOTE_BYTES {
            self.drop("NOTE", DropReason::TooLong { characters: note.chars().count() });
            return None;
        }
        (!note.is_empty()).then_some(note)
    }
}
