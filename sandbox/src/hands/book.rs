//! Many contacts at once, with their groups: an address book that is imported.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value};

use super::refused;
use crate::{
    HandError, Sandbox,
    account::{Account, SYSTEM, is_deprecated},
    person::draft,
};

/// A contact to add, and the names of its groups.
pub type NewContact = (Map<String, Value>, Vec<String>);

/// A label that a contact could not get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedLabel {
    /// Index of the contact.
    pub contact: usize,
    /// Name of one of Google's own groups that takes no contacts any more.
    pub label: String,
}

impl Sandbox {
    /// Adds contacts to an account, each to the groups of its labels, to `group` if one is named, and to My Contacts: all of
    /// them, or none. Groups that are missing are made; Google's own are found by the name people see. `progress` is told
    /// the contacts checked so far.
    ///
    /// # Errors
    /// There is no such user, `group` takes no contacts, the account has too little room, or a contact is not one the
    /// People API would take.
    pub fn add_contacts(
        &self,
        email: &str,
        group: Option<&str>,
        contacts: &[NewContact],
        progress: impl Fn(usize),
    ) -> Result<Vec<DroppedLabel>, HandError> {
        if let Some(Place::Nowhere | Place::Deprecated) = group.map(place) {
            let text = format!("the group '{}' takes no contacts; name another one", group.unwrap_or_default());
            return Err(HandError::Refused(text));
        }
        let mut drafts = Vec::with_capacity(contacts.len());
        let mut dropped = Vec::new();
        for (index, (person, labels)) in contacts.iter().enumerate() {
            let draft = draft::by_hand(&Value::Object(person.clone()));
            let draft = draft.map_err(|error| HandError::Refused(format!("contact {}: {error}", index + 1)))?;
            let mut names = BTreeSet::new();
            let mut groups = BTreeSet::from(["myContacts".to_owned()]);
            for label in labels.iter().map(String::as_str).chain(group) {
                match place(label) {
                    Place::Nowhere => {}
                    Place::Deprecated => dropped.push(DroppedLabel { contact: index, label: label.trim().to_owned() }),
                    Place::System(id) => drop(groups.insert(id.to_owned())),
                    Place::Label(name) => drop(names.insert(name)),
                }
            }
            drafts.push((draft, groups, names));
            progress(index + 1);
        }
        self.change(|core, now| {
            let mut account = Account::clone(core.state.account(email)?);
            account.room_for(drafts.len()).map_err(|_| {
                let text = format!("{} contacts are more than {email} has room for, the trash included", drafts.len());
                HandError::Refused(text)
            })?;
            let mut labels = labels_by_name(&account);
            for (mut draft, mut groups, names) in drafts {
                for name in names {
                    let known = labels.get(name).cloned();
                    let id = match known {
                        Some(id) => id,
                        None => account.create_label(name, Vec::new(), now).map_err(refused)?,
                    };
                    labels.insert(name.to_owned(), id.clone());
                    groups.insert(id);
                }
                draft.groups = Some(groups);
                account.create(draft, now);
            }
            account.settle(now, core.lags());
            core.state.accounts.insert(account.user.id.clone(), Arc::new(account));
            Ok(dropped)
        })
    }
}

/// Where a label leads.
enum Place<'a> {
    /// Nothing but space.
    Nowhere,
    /// One of Google's own groups.
    System(&'static str),
    /// One of Google's own groups that takes nobody.
    Deprecated,
    /// A label of the user's.
    Label(&'a str),
}

fn place(name: &str) -> Place<'_> {
    let name = name.trim();
    match SYSTEM.iter().find(|(id, shown)| *id == name || *shown == name) {
        _ if name.is_empty() => Place::Nowhere,
        Some((id, _)) if is_deprecated(id) => Place::Deprecated,
        Some((id, _)) => Place::System(id),
        None => Place::Label(name),
    }
}

fn labels_by_name(account: &Account) -> BTreeMap<String, String> {
    account.labels.values().map(|label| (label.name.clone(), label.id.clone())).collect()
}
