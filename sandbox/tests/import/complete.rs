//! Nothing is lost: compares a naive scan of the lines of a file with what the importer made of it.

use std::collections::HashSet;
use std::path::Path;

use calcard::vcard::{VCardEntry, VCardProperty};
use calcard::{Entry, Parser};
use sandbox::import::{AddressBook, read};
use serde_json::Value;

/// Names a folder with real address books.
pub(crate) const FOLDER: &str = "CONTACT_SYNC_TEST_ADDRESS_BOOKS";
/// Where they are looked for otherwise: beside the project.
pub(crate) const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/addressbooks");

#[test]
fn our_own_vcards_are_complete() {
    for name in ["gmail.vcf", "iphone.vcf", "outlook.vcf", "android.vcf"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        assert_complete(name, &std::fs::read(path).expect("the fixture exists"));
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "says why the test did nothing")]
fn real_vcards_are_complete() {
    let folder = std::env::var(FOLDER).unwrap_or_else(|_| BESIDE.to_owned());
    if !Path::new(&folder).exists() {
        eprintln!("skipped: set {FOLDER} to a folder with .vcf files to check them");
        return;
    }
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder exists") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("vcf")) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            assert_complete(&name, &std::fs::read(&path).expect("a readable file"));
            files += 1;
        }
    }
    assert!(files > 0, "no .vcf file in {folder}");
}

/// Every word of every line of the file is in the contact its card became, or its property is reported as dropped.
fn assert_complete(name: &str, bytes: &[u8]) {
    let book = read(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Enough of windows-1252 for the words of our files.
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // Group cards are labels of the contacts.
    let cards: Vec<&str> = text.split("BEGIN:VCARD").skip(1).filter(|card| !card.contains("KIND:group")).collect();
    assert_eq!(book.contacts.len(), cards.len(), "{name}: number of contacts");
    for (index, card) in cards.iter().enumerate() {
        let haystack = haystack(&book, index);
        let mut missing = Vec::new();
        for (property, value) in scan(card).into_iter().chain(second_opinion(card)) {
            let dropped = book.dropped.iter().any(|dropped| dropped.contact == index && dropped.property == property);
            if dropped || matches!(property.as_str(), "VERSION" | "END") {
                continue;
            }
            let value = said(&property, &value);
            let lost = words(&value).filter(|word| !haystack.contains(word));
            missing.extend(lost.map(|word| format!("{property}: {word}")));
        }
        assert!(missing.is_empty(), "{name}, contact {}: lost {missing:?}", index + 1);
    }
}

/// What a contact says when it says the value in Google's words.
fn said(property: &str, value: &str) -> String {
    let behind = |separator: char| value.split_once(separator).map_or(value, |(_, rest)| rest);
    match property {
        // The scheme of a messaging address is its protocol.
        "IMPP" => behind(':').replace("%40", "@"),
        // The kind of row is the field it became, a number the type.
        "X-ANDROID-CUSTOM" => {
            behind(';').split(';').filter(|column| column.parse::<u8>().is_err()).collect::<Vec<_>>().join(";")
        }
        "GENDER" if value == "M" => "male".to_owned(),
        "GENDER" if value == "F" => "female".to_owned(),
        _ => value.to_owned(),
    }
}

/// What an independent vCard library finds in a card; it does not report what it could not read, so it cannot stand
/// alone.
fn second_opinion(card: &str) -> Vec<(String, String)> {
    let Entry::VCard(card) = Parser::new(&format!("BEGIN:VCARD{card}")).entry() else { return Vec::new() };
    let told =
        |entry: &VCardEntry| matches!(entry.name, VCardProperty::Email | VCardProperty::Tel | VCardProperty::Title);
    let values = card.entries.iter().filter(|entry| told(entry)).flat_map(|entry| {
        entry.values.iter().filter_map(|value| Some((entry.name.as_str().to_owned(), value.as_text()?.to_owned())))
    });
    values.collect()
}

/// Everything a contact says, in small letters and without punctuation inside of words.
fn haystack(book: &AddressBook, index: usize) -> HashSet<String> {
    let contact = &book.contacts[index];
    let mut all = contact.labels.join(" ");
    all.push_str(" myContacts My Contacts "); // where every contact of an account is put
    collect(&Value::Object(contact.person.clone()), &mut all);
    // These mean the same.
    if all.contains("googleVoice") {
        all.push_str(" GRAND_CENTRAL");
    }
    words(&all).collect()
}

fn collect(value: &Value, all: &mut String) {
    match value {
        Value::String(text) => *all += &format!(" {text}"),
        Value::Array(values) => values.iter().for_each(|value| collect(value, all)),
        Value::Object(object) => {
            let number = |key: &str| object.get(key).and_then(Value::as_u64);
            if let (Some(month), Some(day)) = (number("month"), number("day")) {
                let year = number("year").map_or_else(|| "1604".to_owned(), |year| format!("{year:04}"));
                *all += &format!(" {year}{month:02}{day:02} --{month:02}{day:02}");
            }
            object.values().for_each(|value| collect(value, all));
        }
        _ => {}
    }
}

/// The words of a value: letters and digits only, so that escapes and separators do not matter.
fn words(value: &str) -> impl Iterator<Item = String> {
    let value = value.replace("\\n", " ").replace("\\N", " ");
    let separators = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '/');
    let words: Vec<String> = value
        .split(separators)
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.into_iter()
}

/// Property and value of each line, the simple way.
fn scan(card: &str) -> Vec<(String, String)> {
    let unfolded = card.replace("\n ", "").replace("\n\t", "");
    let mut found: Vec<(String, String)> = Vec::new();
    let mut soft_break = false;
    let mut base64 = false;
    let mut windows_1252 = false;
    for line in unfolded.lines() {
        if soft_break {
            if let Some((_, value)) = found.last_mut() {
                value.push_str(line);
            }
        } else if let Some((header, value)) = line.split_once(':') {
            let header = header.to_uppercase();
            let (header, value) = match header.matches('"').count() % 2 {
                // The colon was in a quoted parameter.
                1 => (header.clone(), value.split_once("\":").map_or(value, |(_, value)| value)),
                _ => (header, value),
            };
            let name = header.split(';').next().unwrap_or_default();
            let name = name.rsplit('.').next().unwrap_or_default().trim().to_owned();
            base64 = header.contains("BASE64") || header.contains("ENCODING=B");
            found.push((name, value.to_owned()));
            soft_break = header.contains("QUOTED-PRINTABLE");
            windows_1252 = header.contains("WINDOWS-1252");
        } else if !base64 && !line.trim().is_empty() {
            found.push(("(line)".to_owned(), line.to_owned()));
        }
        let quoted_printable = soft_break;
        soft_break = quoted_printable && line.ends_with('=');
        if let Some((_, value)) = found.last_mut().filter(|_| quoted_printable) {
            if soft_break {
                value.pop();
            } else {
                *value = decode(value, windows_1252);
            }
        }
    }
    found
}

fn decode(quoted_printable: &str, windows_1252: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = quoted_printable;
    while let Some(c) = rest.chars().next() {
        let hex = rest.get(1..3).filter(|_| c == '=').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.to_string().as_bytes()),
        }
        rest = &rest[if hex.is_some() { 3 } else { c.len_utf8() }..];
    }
    if windows_1252 {
        return bytes.iter().map(|byte| char::from(*byte)).collect();
    }
    // A character cut in half is no word.
    String::from_utf8_lossy(&bytes).into_owned()
}
