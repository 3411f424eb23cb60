//! Invented contacts: always the same, reachable nowhere, and in every script.

use std::collections::BTreeSet;

use sandbox::generate::contacts;
use serde_json::{Map, Value};

/// Collects all texts of a person with the name of their field.
fn texts<'json>(field: &'json str, value: &'json Value, found: &mut Vec<(&'json str, &'json str)>) {
    match value {
        Value::String(text) => found.push((field, text)),
        Value::Array(items) => items.iter().for_each(|item| texts(field, item, found)),
        Value::Object(parts) => parts.iter().for_each(|(_, part)| texts(field, part, found)),
        _ => {}
    }
}

fn all_texts(people: &[Map<String, Value>]) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for person in people {
        person.iter().for_each(|(field, value)| texts(field, value, &mut found));
    }
    found
}

/// The parts called `value` of one field.
fn values<'json>(people: &'json [Map<String, Value>], field: &str) -> Vec<&'json str> {
    let items = people.iter().filter_map(|person| person.get(field)).filter_map(Value::as_array).flatten();
    items.filter_map(|item| item["value"].as_str()).collect()
}

#[test]
fn a_seed_always_gives_the_same_contacts() {
    assert_eq!(contacts(7, 300), contacts(7, 300));
    assert_ne!(contacts(7, 300), contacts(8, 300));
}

#[test]
fn a_longer_list_begins_with_the_shorter_one() {
    assert_eq!(contacts(7, 50), contacts(7, 400)[..50]);
}

#[test]
fn there_are_as_many_as_asked_for_up_to_the_limit_of_an_account() {
    assert!(contacts(1, 0).is_empty());
    assert_eq!(contacts(1, 30_000).len(), 25_000);
}

#[test]
fn every_contact_says_something() {
    for person in contacts(3, 5_000) {
        let said = ["names", "emailAddresses", "organizations"].iter().any(|field| person.contains_key(*field));
        assert!(said, "{person:?}");
        assert!(person.values().all(|items| items.as_array().is_some_and(|items| !items.is_empty())));
    }
}

#[test]
fn only_singletons_and_writable_fields_of_google() {
    let people = contacts(4, 5_000);
    for person in &people {
        for field in ["names", "birthdays", "biographies", "genders"] {
            assert!(person.get(field).and_then(Value::as_array).is_none_or(|items| items.len() == 1));
        }
        for field in ["memberships", "metadata", "photos", "resourceName", "etag"] {
            assert!(!person.contains_key(field));
        }
    }
    let fields: BTreeSet<&str> = people.iter().flat_map(|person| person.keys()).map(String::as_str).collect();
    assert!(fields.len() >= 20, "{fields:?}");
}

#[test]
fn values_keep_to_the_limits_of_google() {
    let people = contacts(5, 5_000);
    for (field, text) in all_texts(&people) {
        assert!(!text.trim().is_empty(), "{field} is empty");
        assert!(field == "biographies" || text.chars().count() <= 1024, "{field}: {text}");
    }
}

#[test]
fn nobody_can_be_reached() {
    let people = contacts(6, 5_000);
    for address in values(&people, "emailAddresses") {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let reserved = domain.ends_with(".example") || ["example.com", "example.org", "example.net"].contains(&domain);
        assert!(reserved && address.is_ascii(), "{address}");
    }
    for number in values(&people, "phoneNumbers") {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let fiction = ["442079460", "447700900", "493023125", "491713920", "331990", "336399"];
        let american = digits.strip_prefix('1').unwrap_or(&digits).get(3..8) == Some("55501");
        assert!(american || fiction.iter().any(|range| digits.starts_with(range)), "{number}");
    }
    for (_, url) in all_texts(&people).iter().filter(|(_, text)| text.contains("://")) {
        let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        assert!(host.ends_with(".example") || host.contains("example."), "{url}");
    }
}

#[test]
fn mail_addresses_are_not_shared() {
    let people = contacts(9, 25_000);
    let addresses = values(&people, "emailAddresses");
    let different: BTreeSet<&str> = addresses.iter().copied().collect();
    assert!(addresses.len() - different.len() < 5, "{} of {}", different.len(), addresses.len());
}

#[test]
fn names_come_in_many_scripts() {
    let people = contacts(10, 2_000);
    let names: String = people.iter().filter_map(|person| person.get("names")?[0]["familyName"].as_str()).collect();
    let scripts = [
        ("diacritics", 'À'..='ž'),
        ("Greek", 'Ͱ'..='Ͽ'),
        ("Cyrillic", 'Ѐ'..='ӿ'),
        ("Hebrew", '\u{590}'..='\u{5ff}'),
        ("Arabic", '\u{600}'..='\u{6ff}'),
        ("Devanagari", '\u{900}'..='\u{97f}'),
        ("Thai", '\u{e00}'..='\u{e7f}'),
        ("Han", '一'..='鿿'),
        ("Hangul", '가'..='힣'),
    ];
    for (script, range) in scripts {
        assert!(names.chars().any(|c| range.contains(&c)), "no {script}");
    }
    let spoken: String =
        people.iter().filter_map(|person| person.get("names")?[0]["phoneticFamilyName"].as_str()).collect();
    assert!(spoken.chars().any(|c| ('ァ'..='ヶ').contains(&c)), "no Kana");
    let notes = values(&people, "biographies");
    assert!(notes.iter().any(|note| note.contains('\n')), "no note of several lines");
    assert!(notes.iter().any(|note| note.chars().any(|c| c > '\u{1f000}')), "no emoji");
}

#[test]
fn some_birthdays_have_no_year() {
    let people = contacts(11, 500);
    let birthdays: Vec<&Value> = people.iter().filter_map(|person| person.get("birthdays")).collect();
    assert!(birthdays.iter().any(|birthday| birthday[0]["date"].get("year").is_none()));
    assert!(birthdays.iter().any(|birthday| birthday[0]["date"].get("year").is_some()));
}
