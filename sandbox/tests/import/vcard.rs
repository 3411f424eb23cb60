//! vCards of each program, and single properties.

use sandbox::import::{DropReason, read};
use serde_json::json;

use super::{card, fixture, list, only, person};

#[test]
fn gmail_a_full_contact() {
    let book = fixture("gmail.vcf");
    assert_eq!(book.contacts.len(), 12);
    let expected = json!({
        "names": [{
            "givenName": "Amara", "middleName": "Ifeoma", "familyName": "Lindqvist-Okoye",
            "honorificPrefix": "Dr.", "honorificSuffix": "PhD",
            "phoneticGivenName": "uh-MAH-ruh", "phoneticFamilyName": "LIND-kvist oh-KOY-eh",
        }],
        "nicknames": [{ "value": "Mara" }],
        "emailAddresses": [
            { "value": "amara.lindqvist@corp.example", "type": "work" },
            { "value": "amara@example.com", "type": "home" },
        ],
        "phoneNumbers": [
            { "value": "+44 7700 900123", "type": "mobile" },
            { "value": "+44 20 7946 0101", "type": "work" },
            { "value": "+44 20 7946 0102", "type": "workFax" },
        ],
        "addresses": [{
            "poBox": "PO Box 7", "extendedAddress": "Floor 3", "streetAddress": "1 Harbour Street",
            "city": "Fairhaven", "region": "Kent", "postalCode": "CT99 9ZZ", "country": "United Kingdom", "type": "work",
        }],
        "organizations": [{ "name": "Quarry & Quill Ltd", "department": "Editorial", "title": "Managing Editor" }],
        "birthdays": [{ "date": { "year": 1979, "month": 2, "day": 28 } }],
        "events": [{ "type": "anniversary", "date": { "year": 2006, "month": 6, "day": 17 } }],
        "urls": [{ "value": "https://www.example.com/editorial?desk=3", "type": "work" }],
        "relations": [{ "person": "Jonas Lindqvist-Okoye", "type": "spouse" }],
        "biographies": [{
            "value": "Prefers mail to calls.\nOut on Fridays; deputy: Tomasz.", "contentType": "TEXT_PLAIN",
        }],
    });
    assert_eq!(person(&book.contacts[0]), expected);
    assert_eq!(book.contacts[0].labels, ["Editorial", "Board"]);
}

#[test]
fn gmail_companies_mailboxes_and_custom_labels() {
    let book = fixture("gmail.vcf");
    assert_eq!(list(&book.contacts[1], "birthdays"), json!([{ "date": { "month": 5, "day": 3 } }]));
    let company = &book.contacts[7];
    assert!(!company.person.contains_key("names"));
    assert_eq!(list(company, "organizations"), json!([{ "name": "Fairbrook Couriers" }]));
    assert_eq!(list(company, "phoneNumbers")[1]["type"], "night desk");
    assert_eq!(person(&book.contacts[8]), json!({ "emailAddresses": [{ "value": "press@example.com" }] }));
    let custom = &book.contacts[9];
    assert_eq!(list(custom, "emailAddresses")[0]["type"], "narrowboat");
    assert_eq!(list(custom, "phoneNumbers")[0]["type"], "googleVoice");
    assert_eq!(list(custom, "events")[0]["type"], "first cruise");
    assert_eq!(list(custom, "relations")[0]["type"], "lock keeper");
    assert_eq!(custom.labels, ["Board", "starred"]);
    assert!(book.dropped.is_empty());
}

#[test]
fn iphone() {
    let book = fixture("iphone.vcf");
    assert_eq!(book.contacts.len(), 2);
    let hazel = &book.contacts[0];
    assert_eq!(
        list(hazel, "names"),
        json!([{
            "givenName": "Hazel", "middleName": "Philip Paul", "familyName": "Calloway",
            "honorificPrefix": "Ms.", "honorificSuffix": "Jr., M.D.", "phoneticGivenName": "HAY-zul",
        }])
    );
    assert_eq!(
        list(hazel, "nicknames"),
        json!([{ "value": "Hazy" }, { "value": "Stonebridge", "type": "MAIDEN_NAME" }])
    );
    assert_eq!(list(hazel, "emailAddresses")[0], json!({ "value": "hazel.calloway@corp.example", "type": "work" }));
    let types: Vec<String> = list(hazel, "phoneNumbers")
        .as_array()
        .expect("numbers")
        .iter()
        .map(|number| number["type"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(types, ["mobile", "mobile", "homeFax", "main", "AssistantPhone"]);
    assert_eq!(
        list(hazel, "organizations"),
        json!([{
            "name": "Quarry, Quill & Co", "department": "Field Office, Team 2", "title": "Surveyor", "phoneticName": "quorry",
        }])
    );
    assert_eq!(list(hazel, "addresses")[0]["streetAddress"], "12 Maple Avenue\nUnit 4, rear");
    assert_eq!(list(hazel, "addresses")[0]["countryCode"], "US");
    assert_eq!(list(hazel, "birthdays"), json!([{ "date": { "month": 7, "day": 21 } }]));
    assert_eq!(
        list(hazel, "imClients"),
        json!([
            { "username": "hazel@chat.example", "protocol": "jabber", "type": "home" },
            { "username": "hazel.demo", "protocol": "skype", "type": "work" },
        ])
    );
    assert_eq!(list(hazel, "urls")[1], json!({ "value": "https://social.example/@hazel", "type": "mastodon" }));
    assert_eq!(hazel.labels, ["Field crew"]);
    assert!(!book.contacts[1].person.contains_key("names"));
    let summary: Vec<String> = book.summary().into_keys().map(|(property, _)| property).collect();
    for property in ["PHOTO", "PRODID", "REV", "UID", "X-ABUID", "X-ABSHOWAS"] {
        assert!(summary.iter().any(|known| known == property), "{property} is not reported");
    }
}

#[test]
fn outlook_with_windows_1252_and_quoted_printable() {
    let book = fixture("outlook.vcf");
    let contact = &book.contacts[0];
    assert_eq!(list(contact, "names")[0]["familyName"], "Bäumler");
    assert_eq!(list(contact, "organizations")[0]["title"], "Entwicklungsleiter – Süd");
    assert_eq!(
        list(contact, "biographies")[0]["value"],
        "Spricht „fließend“ Französisch.\nKosten: 100 €; Rückruf erbeten\n\nGruß"
    );
    assert_eq!(list(contact, "addresses")[0]["formattedValue"], "Gebäude 7\nAm Mühlbach 12\n00099 Musterstadt");
    assert_eq!(
        list(contact, "relations"),
        json!([
            { "person": "Käthe", "type": "spouse" },
            { "person": "Karl-Heinz Altweg", "type": "manager" },
            { "person": "Lutz", "type": "assistant" },
        ])
    );
    assert_eq!(list(contact, "events")[0]["date"], json!({ "year": 1990, "month": 6, "day": 15 }));
    assert_eq!(
        list(contact, "calendarUrls"),
        json!([{ "url": "http://calendar.example/juergen", "type": "freeBusy" }])
    );
    assert_eq!(list(contact, "occupations"), json!([{ "value": "Ingenieur" }]));
    let reason = |property: &str| book.dropped.iter().find(|d| d.property == property).map(|d| d.reason);
    assert_eq!(reason("PHOTO"), Some(DropReason::Media));
    assert_eq!(reason("KEY"), Some(DropReason::Media));
    assert_eq!(reason("X-MS-OL-DESIGN"), Some(DropReason::Bookkeeping));
}

#[test]
fn android_with_rows_of_its_database() {
    let book = fixture("android.vcf");
    assert_eq!(book.contacts.len(), 2);
    let contact = &book.contacts[0];
    assert_eq!(list(contact, "names")[0]["familyName"], "Τριανταφύλλου");
    assert_eq!(list(contact, "nicknames"), json!([{ "value": "Babis" }]));
    let types: Vec<_> =
        list(contact, "phoneNumbers").as_array().expect("numbers").iter().map(|n| n["type"].clone()).collect();
    assert_eq!(types, ["mobile", "workFax", "Boat", "γραφείο"]);
    assert_eq!(list(contact, "emailAddresses")[1]["type"], "σχολείο");
    assert_eq!(list(contact, "addresses")[0]["city"], "Νεάπολη");
    assert_eq!(list(contact, "biographies")[0]["value"], "Πρώτη γραμμή\nΔεύτερη; γραμμή = τέλος 🏛");
    assert_eq!(list(contact, "events")[0]["type"], "anniversary");
    assert_eq!(list(contact, "events")[1]["type"], "name day");
    assert_eq!(
        list(contact, "relations"),
        json!([{ "person": "Myrto", "type": "spouse" }, { "person": "Kyriakos", "type": "godfather" }])
    );
    assert_eq!(list(contact, "sipAddresses"), json!([{ "value": "babis@sip.example" }]));
    assert!(contact.labels.is_empty());
}

#[test]
fn a_second_value_of_what_a_contact_has_once_finds_another_place() {
    let contact = card(
        "N:Doe;Jo;;;\nN:Roe;Jo;;;\nFN:Jo Doe\nFN:Captain Jo\nBDAY:1990-01-02\nBDAY:1991-01-02\nNOTE:one\nNOTE:two\nGENDER:F\nX-GENDER:other",
    );
    let nicknames = list(&contact, "nicknames");
    assert_eq!(nicknames[0], json!({ "value": "Jo Roe", "type": "ALTERNATE_NAME" }));
    assert_eq!(nicknames[1]["value"], "Captain Jo");
    assert_eq!(list(&contact, "birthdays")[0]["date"]["year"], 1990);
    assert_eq!(
        list(&contact, "events"),
        json!([{ "type": "birthday", "date": { "year": 1991, "month": 1, "day": 2 } }])
    );
    assert_eq!(list(&contact, "biographies")[0]["value"], "one\n\ntwo");
    assert_eq!(list(&contact, "genders"), json!([{ "value": "female" }]));
    assert_eq!(list(&contact, "userDefined"), json!([{ "key": "X-GENDER", "value": "other" }]));
}

#[test]
fn a_name_without_parts_is_kept_as_it_is_written() {
    assert_eq!(list(&card("FN:The Porter"), "names"), json!([{ "unstructuredName": "The Porter" }]));
    let joined = card("N:渡邊;雪乃;;;\nFN:渡邊雪乃");
    assert!(!joined.person.contains_key("nicknames"), "the formatted name says nothing new");
}

#[test]
fn version_4() {
    let contact = only(
        "BEGIN:VCARD\nVERSION:4.0\nN:Doe;Jo;;;\nTEL;VALUE=uri;TYPE=\"work,fax\":tel:+1-202-555-0100\nBDAY;VALUE=text:circa 1800\n\
         ANNIVERSARY:20090808T143000Z\nRELATED;TYPE=friend;VALUE=text:Sam\nLANG;PREF=2:de\nLANG;PREF=1:en\nHOBBY:chess\nEXPERTISE:maps\n\
         GEO:geo:1.5,2.5\nADR;LABEL=\"1 Road^nTown\";TYPE=home:;;1 Road;Town;;;\nIMPP:sip:jo@sip.example\nX-CUSTOM:a\\, b\nEND:VCARD",
    );
    assert_eq!(list(&contact, "phoneNumbers"), json!([{ "value": "+1-202-555-0100", "type": "workFax" }]));
    assert_eq!(list(&contact, "birthdays"), json!([{ "text": "circa 1800" }]));
    assert_eq!(list(&contact, "relations"), json!([{ "person": "Sam", "type": "friend" }]));
    assert_eq!(list(&contact, "locales"), json!([{ "value": "en" }, { "value": "de" }]));
    assert_eq!(list(&contact, "addresses")[0]["formattedValue"], "1 Road\nTown");
    assert_eq!(list(&contact, "sipAddresses"), json!([{ "value": "jo@sip.example" }]));
    assert_eq!(
        list(&contact, "userDefined"),
        json!([
            { "key": "anniversary", "value": "20090808T143000Z" },
            { "key": "EXPERTISE", "value": "maps" },
            { "key": "GEO", "value": "geo:1.5,2.5" },
            { "key": "X-CUSTOM", "value": "a, b" },
        ])
    );
}

#[test]
fn an_agent_is_a_relation() {
    let nested = only("BEGIN:VCARD\nN:Doe;Jo\nAGENT:\nBEGIN:VCARD\nFN:Sam Roe\nTEL:1\nEND:VCARD\nTEL:2\nEND:VCARD");
    assert_eq!(list(&nested, "relations"), json!([{ "person": "Sam Roe", "type": "assistant" }]));
    assert_eq!(list(&nested, "phoneNumbers"), json!([{ "value": "2" }]));
    let inline = card("N:Doe;Jo\nAGENT:BEGIN:VCARD\\nFN:Sam Roe\\nEND:VCARD");
    assert_eq!(list(&inline, "relations")[0]["person"], "Sam Roe");
}

#[test]
fn values_too_long_for_google_are_reported() {
    let long = "x".repeat(1025);
    let text = format!("BEGIN:VCARD\nN:Doe;Jo\nURL:{long}\nADR:;;{long};Town;;;\nNOTE:{long}\nEND:VCARD");
    let book = read("long.vcf", text.as_bytes()).expect("an address book");
    let contact = &book.contacts[0];
    assert!(!contact.person.contains_key("urls"));
    assert_eq!(list(contact, "addresses"), json!([{ "city": "Town" }]));
    assert_eq!(list(contact, "biographies")[0]["value"], long);
    assert!(book.dropped.iter().all(|dropped| dropped.reason == DropReason::TooLong { characters: 1025 }));
    assert_eq!(book.dropped.len(), 2);
}

#[test]
fn more_fields_than_google_keeps_are_reported() {
    let numbers: String = (0..600).map(|number| format!("TEL:{number}\n")).collect();
    let book = read("many.vcf", format!("BEGIN:VCARD\n{numbers}END:VCARD").as_bytes()).expect("an address book");
    assert_eq!(list(&book.contacts[0], "phoneNumbers").as_array().map(Vec::len), Some(500));
    assert_eq!(
        book.summary().into_iter().map(|((property, _), count)| (property, count)).collect::<Vec<_>>(),
        [("TEL".to_owned(), 100)]
    );
}

#[test]
fn character_sets() {
    let utf16: Vec<u8> =
        "\u{feff}BEGIN:VCARD\r\nN:Ёлкина;Юлия\r\nEND:VCARD\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let book = read("utf16.vcf", &utf16).expect("an address book");
    assert_eq!(list(&book.contacts[0], "names")[0]["familyName"], "Ёлкина");
    let latin =
        read("latin.vcf", b"BEGIN:VCARD\nN;CHARSET=ISO-8859-2:\xafr\xf3d\xb3o\nEND:VCARD").expect("an address book");
    assert_eq!(list(&latin.contacts[0], "names")[0]["familyName"], "Żródło");
    let folded =
        read("folded.vcf", b"\xef\xbb\xbfBEGIN:VCARD\nN:M\xc3\n \xbcller\nEND:VCARD").expect("an address book");
    assert_eq!(list(&folded.contacts[0], "names")[0]["familyName"], "Müller");
    let declared = only("BEGIN:VCARD\nN;CHARSET=ISO-8859-1:Müller\nEND:VCARD");
    assert_eq!(list(&declared, "names")[0]["familyName"], "Müller", "UTF-8 whose declaration is out of date");
}
