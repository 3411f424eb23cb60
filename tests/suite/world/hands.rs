//! What people do in their accounts, and what they see there.

use std::collections::BTreeMap;

use sandbox::{Contact, Group};
use serde_json::{Map, Value, json};

use super::World;

/// The source user of tests.
pub const SOURCE: &str = "desk@corp.example";
/// Google's group of all contacts that a user sees at once.
pub const MY_CONTACTS: &str = "contactGroups/myContacts";
/// Google's group of contacts with a star.
pub const STARRED: &str = "contactGroups/starred";

impl World {
    /// A group of the source user with these contacts; their resource names come back in order.
    pub fn source_group(&self, group: &str, names: &[&str]) -> (String, Vec<String>) {
        let group = self.sandbox.create_group(SOURCE, group).unwrap();
        let contacts = names.iter().map(|name| self.add_contact(SOURCE, &group, name)).collect();
        (group, contacts)
    }

    /// A new contact of a user, in a group.
    pub fn add_contact(&self, user: &str, group: &str, name: &str) -> String {
        let contact = self.sandbox.create_contact(user, person(name)).unwrap();
        self.sandbox.add_to_group(user, group, &contact).unwrap();
        contact
    }

    pub fn edit(&self, user: &str, contact: &str, field: &str, items: Value) {
        let change = |person: &mut Map<String, Value>| {
            person.insert(field.to_owned(), items);
        };
        self.sandbox.edit_contact(user, contact, change).unwrap();
    }

    pub fn rename(&self, user: &str, contact: &str, name: &str) {
        self.edit(user, contact, "names", json!([{ "givenName": name }]));
    }

    pub fn group_named(&self, user: &str, name: &str) -> Option<Group> {
        self.sandbox.groups(user).unwrap().into_iter().find(|group| group.name == name && !group.is_system)
    }

    /// The group that a sync made, by its mark.
    pub fn synced_group(&self, user: &str) -> Option<Group> {
        self.sandbox.groups(user).unwrap().into_iter().find(|group| marker(group).is_some())
    }

    pub fn members(&self, user: &str, group: &str) -> Vec<Contact> {
        let contacts = self.sandbox.contacts(user).unwrap();
        contacts.into_iter().filter(|contact| contact.groups.contains(group)).collect()
    }

    /// Given names of the members of the synced group, sorted.
    pub fn synced_names(&self, user: &str) -> Vec<String> {
        let Some(group) = self.synced_group(user) else { return Vec::new() };
        let mut names: Vec<String> = self.members(user, &group.resource_name).iter().map(given_name).collect();
        names.sort();
        names
    }

    /// The one contact of this given name.
    pub fn contact(&self, user: &str, name: &str) -> Contact {
        let contacts = self.sandbox.contacts(user).unwrap();
        let mut found: Vec<Contact> = contacts.into_iter().filter(|contact| given_name(contact) == name).collect();
        assert_eq!(found.len(), 1, "{user} has {} contacts named {name}", found.len());
        found.remove(0)
    }

    /// All contents of an account by resource name, to compare later.
    pub fn snapshot(&self, user: &str) -> BTreeMap<String, Contact> {
        let contacts = self.sandbox.contacts(user).unwrap();
        contacts.into_iter().map(|contact| (contact.resource_name.clone(), contact)).collect()
    }
}

fn person(name: &str) -> Value {
    json!({
        "names": [{ "givenName": name }],
        "phoneNumbers": [{ "value": phone(name), "type": "work" }],
        "emailAddresses": [{ "value": format!("{}@supplier.example", name.to_lowercase()), "type": "work" }],
    })
}

fn phone(name: &str) -> String {
    format!("+1 555 01{:02}", name.bytes().map(usize::from).sum::<usize>() % 100)
}

pub fn given_name(contact: &Contact) -> String {
    let name = contact.person.get("names").and_then(|names| names[0]["givenName"].as_str());
    name.unwrap_or_default().to_owned()
}

/// The gSync tag of a contact.
pub fn tag(contact: &Contact) -> Option<String> {
    let fields = contact.person.get("userDefined")?.as_array()?;
    fields.iter().find(|field| field["key"] == "gSync")?["value"].as_str().map(str::to_owned)
}

/// The invisible twin of the tag, on what a sync made.
pub fn twin(contact: &Contact) -> Option<&str> {
    let pairs = contact.person.get("clientData")?.as_array()?;
    pairs.iter().find(|pair| pair["key"] == "gSync")?["value"].as_str()
}

/// The number of the job that made a group.
pub fn marker(group: &Group) -> Option<&str> {
    group.client_data.iter().find(|(key, _)| key == "gSync").map(|(_, value)| value.as_str())
}

/// What a contact says, without the marks of a sync.
pub fn content(contact: &Contact) -> String {
    let mut person = contact.person.clone();
    person.remove("clientData");
    if let Some(fields) = person.get_mut("userDefined").and_then(Value::as_array_mut) {
        fields.retain(|field| field["key"] != "gSync");
    }
    for (field, derived) in [("addresses", "formattedValue"), ("names", "unstructuredName")] {
        for item in
            person.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
        {
            // Google makes it of the other parts; only where there are none it is copied.
            if item.keys().any(|part| part != derived && part != "type") {
                item.remove(derived);
            }
        }
    }
    person.retain(|_, items| items.as_array().is_none_or(|items| !items.is_empty()));
    Value::Object(person).to_string()
}
