//! What holds for every file, whoever wrote it.

use serde_json::Value;

use super::{AddressBook, google_csv, read, text};
use crate::person::draft;

/// Every text of a person, in whatever it is nested.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(parts) => parts.values().for_each(|part| texts(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A file is refused with its name and a line it has, or gives contacts that an account takes, and reports that fit them.
fn address_book(bytes: &[u8]) -> Option<AddressBook> {
    let book = match read("book", bytes) {
        Ok(book) => book,
        Err(error) => {
            let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{error}");
            assert!(error.to_string().starts_with("book"), "{error}");
            return None;
        }
    };
    assert!(!book.contacts.is_empty());
    for contact in &book.contacts {
        let person = Value::Object(contact.person.clone());
        draft::by_hand(&person).unwrap_or_else(|error| panic!("an account refuses the contact: {error}: {person}"));
        let mut found: Vec<&str> = contact.labels.iter().map(String::as_str).collect();
        texts(&person, &mut found);
        for text in found {
            assert!(!text.is_empty() && text.trim() == text, "{text:?}");
            assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
        }
    }
    for dropped in &book.dropped {
        assert!(dropped.contact < book.contacts.len(), "{dropped:?}");
        assert!(!dropped.property.chars().any(char::is_control), "{dropped:?}");
    }
    Some(book)
}

#[test]
fn fuzz_vcard() {
    fuzz::check("vcard", |bytes| {
        let Some(book) = address_book(bytes) else { return };
        let text = text::normalise(bytes).expect("it was read");
        let lines =
            text.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.trim_ascii().is_empty()).count();
        let is_csv = google_csv::recognises(&text::first_line(&text));
        assert!(is_csv || 2 * book.contacts.len() <= lines, "a contact has a beginning and an end");
    });
}

#[test]
fn fuzz_google_csv() {
    fuzz::check("google_csv", |bytes| {
        let Some(book) = address_book(bytes) else { return };
        let text = text::normalise(bytes).expect("it was read");
        if google_csv::recognises(&text::first_line(&text)) {
            let text = text::decode(&text, None);
            let rows = csv::Reader::from_reader(text.as_bytes()).into_records().flatten();
            let filled = rows.filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).count();
            assert_eq!(book.contacts.len(), filled, "a row is a contact");
        }
    });
}
