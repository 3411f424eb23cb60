//! Google CSV in both dialects.

use sandbox::import::{DropReason, read};
use serde_json::json;

use super::{fixture, list, person};

#[test]
fn the_dialect_of_today() {
    let book = fixture("gmail.csv");
    assert_eq!(book.contacts.len(), 3);
    let expected = json!({
        "names": [{
            "givenName": "Imogen", "middleName": "Rose", "familyName": "Thistlewood", "honorificPrefix": "Dame",
            "honorificSuffix": "OBE", "phoneticGivenName": "IM-uh-jen", "phoneticFamilyName": "THIS-ul-wood",
        }],
        "nicknames": [{ "value": "Immy" }],
        "emailAddresses": [
            { "value": "imogen@corp.example", "type": "work" },
            { "value": "imogen@example.com", "type": "home" },
            { "value": "immy@example.org", "type": "home" },
        ],
        "phoneNumbers": [
            { "value": "+44 7700 900456", "type": "mobile" },
            { "value": "+44 7700 900457", "type": "mobile" },
            { "value": "+44 20 7946 0333", "type": "workFax" },
        ],
        "addresses": [{
            "formattedValue": "Queen's Parade 3\nLittle Wexcombe\nSN99 9ZZ", "streetAddress": "Queen's Parade 3",
            "extendedAddress": "Flat 2", "city": "Little Wexcombe", "poBox": "12", "region": "Wiltshire",
            "postalCode": "SN99 9ZZ", "country": "GB", "type": "home",
        }],
        "organizations": [{ "name": "Quarry & Quill Ltd", "title": "Chair", "department": "Board" }],
        "birthdays": [{ "date": { "year": 1951, "month": 4, "day": 9 } }],
        "events": [{ "type": "anniversary", "date": { "year": 1977, "month": 8, "day": 20 } }],
        "urls": [{ "value": "https://imogen.example", "type": "homePage" }],
        "relations": [{ "person": "Rhys Yardley", "type": "assistant" }],
        "userDefined": [
            { "key": "Table", "value": "by the window" },
            { "key": "File As", "value": "Thistlewood, Imogen" },
        ],
        "biographies": [{ "value": "Two sugars ☕\nSays \"no\" often, kindly.", "contentType": "TEXT_PLAIN" }],
    });
    assert_eq!(person(&book.contacts[0]), expected);
    assert_eq!(book.contacts[0].labels, ["Board", "Patrons", "starred"]);
    assert!(book.dropped.iter().any(|d| d.contact == 0 && d.property == "Photo" && d.reason == DropReason::Media));
    let second = &book.contacts[1];
    assert_eq!(list(second, "birthdays"), json!([{ "date": { "month": 9, "day": 28 } }]));
    assert_eq!(list(second, "emailAddresses"), json!([{ "value": "xiaoyan@example.com" }]));
    assert_eq!(list(second, "phoneNumbers")[0]["type"], "googleVoice");
    assert_eq!(list(second, "userDefined"), json!([{ "key": "house move", "value": "spring" }]));
    assert_eq!(
        person(&book.contacts[2]),
        json!({
            "organizations": [{ "name": "Station Road Garage" }],
            "phoneNumbers": [{ "value": "+44 20 7946 0444", "type": "main" }],
        })
    );
}

#[test]
fn the_old_dialect_in_utf_16() {
    let book = fixture("gmail-old.csv");
    assert_eq!(book.contacts.len(), 2);
    let expected = json!({
        "names": [{
            "givenName": "Ondřej", "familyName": "Říha", "honorificPrefix": "Prof.", "phoneticGivenName": "ondrej",
        }],
        "nicknames": [
            { "value": "OŘ", "type": "INITIALS" },
            { "value": "Ondra" },
            { "value": "Dvořáček", "type": "MAIDEN_NAME" },
        ],
        "emailAddresses": [
            { "value": "ondrej@example.org", "type": "work" },
            { "value": "riha@archive.example", "type": "archive" },
        ],
        "phoneNumbers": [{ "value": "+1 617-555-0120", "type": "homeFax" }],
        "addresses": [
            { "formattedValue": "Dlouhá 1, Brno", "streetAddress": "Dlouhá 1", "city": "Brno", "type": "work" },
            { "formattedValue": "Krátká 2, Praha", "streetAddress": "Krátká 2", "city": "Praha", "type": "work" },
        ],
        "organizations": [{
            "name": "Archiv Říčany", "title": "Head", "department": "Maps", "symbol": "ARC", "location": "Cellar",
            "jobDescription": "Keeps maps, dry",
        }],
        "birthdays": [{ "date": { "year": 1970, "month": 10, "day": 5 } }],
        "events": [{ "type": "anniversary", "date": { "year": 1999, "month": 9, "day": 9 } }],
        "urls": [{ "value": "https://maps.example", "type": "blog" }],
        "relations": [{ "person": "Žaneta", "type": "domesticPartner" }],
        "imClients": [
            { "username": "ondra@chat.example", "protocol": "googleTalk", "type": "home" },
            { "username": "ondra2@chat.example", "protocol": "googleTalk", "type": "home" },
        ],
        "genders": [{ "value": "male" }],
        "interests": [{ "value": "chess" }, { "value": "rowing" }],
        "occupations": [{ "value": "Archivist" }],
        "locales": [{ "value": "cs" }],
        "locations": [{ "value": "Brno" }],
        "miscKeywords": [{ "value": "net 30", "type": "OUTLOOK_BILLING_INFORMATION" }],
        "userDefined": [{ "key": "Shelf", "value": "12-B" }],
        "biographies": [{ "value": "Call ::: do not write", "contentType": "TEXT_PLAIN" }],
    });
    assert_eq!(person(&book.contacts[0]), expected);
    assert_eq!(book.contacts[0].labels, ["Library"]);
    assert_eq!(list(&book.contacts[1], "names"), json!([{ "unstructuredName": "Night porter" }]));
}

#[test]
fn a_column_nobody_knows_becomes_a_custom_field() {
    let text = "First Name,Labels,Star sign,Pet 1 - Kind,Phone 1 - Value\nJo,,Leo,Cat,1\n";
    let book = read("new.csv", text.as_bytes()).expect("an address book");
    assert_eq!(
        list(&book.contacts[0], "userDefined"),
        json!([{ "key": "Pet 1 - Kind", "value": "Cat" }, { "key": "Star sign", "value": "Leo" }])
    );
}

#[test]
fn blank_rows_are_no_contacts() {
    let book = read("blank.csv", b"First Name,Labels,Phone 1 - Value\nJo,,1\n,,\n").expect("an address book");
    assert_eq!(book.contacts.len(), 1);
}
