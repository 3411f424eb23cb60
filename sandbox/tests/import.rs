//! Reads our own address books and damaged ones; and, where the environment names a folder, real ones.

#[path = "import/account.rs"]
mod account;
#[path = "import/complete.rs"]
mod complete;
#[path = "import/csv.rs"]
mod csv;
#[path = "import/damaged.rs"]
mod damaged;
#[path = "import/vcard.rs"]
mod vcard;

use sandbox::import::{AddressBook, ImportedContact, read};
use serde_json::{Value, json};

/// One of our own files.
fn fixture(name: &str) -> AddressBook {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    read(name, &std::fs::read(path).expect("the fixture exists")).expect("the fixture is an address book")
}

/// The only contact of a text.
fn only(text: &str) -> ImportedContact {
    let mut book = read("test", text.as_bytes()).expect("an address book");
    assert_eq!(book.contacts.len(), 1);
    book.contacts.remove(0)
}

/// The only contact of a vCard 3.0 with these lines.
fn card(lines: &str) -> ImportedContact {
    only(&format!("BEGIN:VCARD\nVERSION:3.0\n{lines}\nEND:VCARD\n"))
}

/// The whole person as JSON.
fn person(contact: &ImportedContact) -> Value {
    Value::Object(contact.person.clone())
}

/// One list of a person.
fn list(contact: &ImportedContact, name: &str) -> Value {
    contact.person.get(name).cloned().unwrap_or_else(|| json!([]))
}
