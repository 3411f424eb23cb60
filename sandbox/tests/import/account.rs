//! Address books in an account: whole or not at all, and everything that a Google contact can hold.

use std::collections::BTreeSet;
use std::path::Path;

use sandbox::import::read;
use sandbox::{HandError, NewContact, Options, Sandbox, Workspace};
use serde_json::{Map, Value, json};

use crate::complete::{BESIDE, FOLDER};

const ANN: &str = "ann@corp.example";

async fn sandbox() -> Sandbox {
    Sandbox::start(Options::default(), Workspace::sample()).await.expect("a sandbox")
}

fn person(name: &str) -> Map<String, Value> {
    json!({ "names": [{ "givenName": name }] }).as_object().expect("an object").clone()
}

fn contact(name: &str, labels: &[&str]) -> NewContact {
    (person(name), labels.iter().map(|label| (*label).to_owned()).collect())
}

/// Names of the groups that have members, each with how many.
fn groups(sandbox: &Sandbox) -> Vec<(String, usize)> {
    let groups = sandbox.groups(ANN).expect("an account").into_iter();
    let groups = groups.filter(|group| group.name != "all" && !group.members.is_empty());
    groups.map(|group| (group.name, group.members.len())).collect()
}

#[tokio::test]
async fn every_real_address_book_arrives_in_an_account() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures").to_owned();
    let beside = std::env::var(FOLDER).unwrap_or_else(|_| BESIDE.to_owned());
    for folder in [fixtures, beside].into_iter().filter(|folder| Path::new(folder).exists()) {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            let is_book = path.extension().is_some_and(|extension| extension == "vcf" || extension == "csv");
            if is_book {
                arrives(&path).await;
            }
        }
    }
}

async fn arrives(path: &Path) {
    let name = path.display().to_string();
    let book = read(&name, &std::fs::read(path).expect("a readable file")).unwrap_or_else(|error| panic!("{error}"));
    let sandbox = sandbox().await;
    let contacts: Vec<NewContact> =
        book.contacts.iter().map(|contact| (contact.person.clone(), contact.labels.clone())).collect();
    let dropped = sandbox
        .add_contacts(ANN, Some("Imported"), &contacts, |_| {})
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let stored = sandbox.contacts(ANN).expect("an account");
    let imported = sandbox.groups(ANN).expect("an account").into_iter().find(|group| group.name == "Imported");
    assert_eq!(
        (stored.len(), imported.map(|group| group.members.len())),
        (contacts.len(), Some(contacts.len())),
        "{name}"
    );
    let words = |value: &Value| -> BTreeSet<String> {
        let text = value.to_string();
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).map(str::to_owned).collect()
    };
    let in_account = words(&stored.iter().map(|contact| Value::Object(contact.person.clone())).collect());
    for (person, labels) in &contacts {
        // `unstructuredName` is split, and what is always there has no words of its own.
        let mut missing = words(&Value::Object(person.clone()));
        missing.retain(|word| !in_account.contains(word) && word != "unstructuredName");
        assert!(missing.is_empty(), "{name}: {missing:?}");
        let known: BTreeSet<String> =
            sandbox.groups(ANN).expect("an account").into_iter().map(|group| group.name).collect();
        let told = |label: &String| dropped.iter().any(|dropped| dropped.label == label.trim());
        assert!(labels.iter().all(|label| known.contains(label.trim()) || told(label)), "{name}: {labels:?}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn labels_find_googles_own_groups_and_differ_in_more_than_space() {
    let sandbox = sandbox().await;
    let mine = sandbox.create_group(ANN, "Suppliers").expect("a group");
    let contacts = [
        contact("Ada", &["Friends", "My Contacts", " Suppliers ", ""]),
        contact("Ben", &["Starred", "Family", "Suppliers", "New\u{a0}"]),
        contact("Cleo", &["Coworkers", "Blocked", "New", "  "]),
    ];
    let dropped = sandbox.add_contacts(ANN, Some("Book"), &contacts, |_| {}).expect("room for all");
    let dropped: Vec<_> = dropped.iter().map(|dropped| (dropped.contact, dropped.label.as_str())).collect();
    assert_eq!(dropped, [(0, "Friends"), (1, "Family"), (2, "Coworkers"), (2, "Blocked")]);
    let mut found = groups(&sandbox);
    found.sort();
    let expected = [("Book", 3), ("New", 2), ("Suppliers", 2), ("myContacts", 3), ("starred", 1)];
    assert_eq!(found, expected.map(|(name, members)| (name.to_owned(), members)));
    let suppliers = sandbox.groups(ANN).expect("an account").into_iter().find(|group| group.name == "Suppliers");
    assert_eq!(suppliers.map(|group| group.resource_name), Some(mine));
}

#[tokio::test]
async fn a_book_with_one_bad_contact_leaves_the_account_as_it_was() {
    let sandbox = sandbox().await;
    sandbox.add_contacts(ANN, Some("Before"), &[contact("Ada", &[])], |_| {}).expect("room for one");
    let before = (groups(&sandbox), sandbox.contacts(ANN).expect("an account").len());
    let mut bad = contact("Ben", &["Of the bad one"]);
    bad.0.insert("shoeSize".to_owned(), json!(5));
    let refused = |group: Option<&str>, contacts: &[NewContact], said: &str| {
        let refused = sandbox.add_contacts(ANN, group, contacts, |_| {});
        let Err(HandError::Refused(text)) = refused else { panic!("{refused:?}") };
        assert!(text.contains(said), "{text}");
        assert_eq!((groups(&sandbox), sandbox.contacts(ANN).expect("an account").len()), before);
    };
    refused(Some("New"), &[contact("Cleo", &["Of the good one"]), bad], "contact 2:");
    refused(Some("Friends"), &[contact("Cleo", &[])], "takes no contacts");
    refused(Some(" "), &[contact("Cleo", &[])], "takes no contacts");
    let many: Vec<NewContact> = (0..25_000).map(|n| contact(&n.to_string(), &[])).collect();
    refused(Some("New"), &many, "room");
    assert!(sandbox.add_contacts(ANN, None, &many[1..], |_| {}).is_ok(), "the account is exactly full");
    let unknown = sandbox.add_contacts("nobody@corp.example", None, &[contact("Ada", &[])], |_| {});
    assert!(matches!(unknown, Err(HandError::UnknownUser(_))));
}

/// A card with as many phones, and a note.
fn card(phones: usize, note: usize) -> String {
    let phones: String = (0..phones).map(|n| format!("TEL:{n}{}\r\n", "5".repeat(200))).collect();
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Big;Bob\r\n{phones}NOTE:{}\r\nEND:VCARD\r\n", "n".repeat(note))
}

#[tokio::test]
async fn what_is_too_much_for_a_contact_is_told_and_the_rest_arrives() {
    for (phones, note, reason) in [
        (499, 10, "more than 500 fields"),
        (498, 60_000, "larger than 128 KB"),
        (3, 200_000, "more than Google accepts"),
    ] {
        let book = read("big.vcf", card(phones, note).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let told: Vec<String> = book.dropped.iter().map(|dropped| dropped.reason.to_string()).collect();
        assert!(told.iter().any(|told| told.contains(reason)), "{reason}: {told:?}");
        let contacts: Vec<NewContact> =
            book.contacts.into_iter().map(|contact| (contact.person, contact.labels)).collect();
        let sandbox = sandbox().await;
        sandbox.add_contacts(ANN, None, &contacts, |_| {}).unwrap_or_else(|error| panic!("{reason}: {error}"));
        let stored = sandbox.contacts(ANN).expect("an account").remove(0).person;
        let phones = stored["phoneNumbers"].as_array().map_or(0, Vec::len);
        let has_note = stored.contains_key("biographies");
        assert!(phones >= 3 && (has_note || note == 200_000), "{reason}: {phones} phones");
    }
}
