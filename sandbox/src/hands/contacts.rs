//! A user's hands on contacts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::refused;
use crate::{
    Contact, HandError, Sandbox,
    account::{Account, Stored},
    ids,
    person::draft,
};

impl Sandbox {
    /// Creates a contact from a People API `Person`, memberships included, and gives its resource name.
    ///
    /// # Errors
    /// There is no such user or group, or the person is not one the People API would take.
    pub fn create_contact(&self, email: &str, person: Value) -> Result<String, HandError> {
        let draft = draft::by_hand(&person)?;
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            account.room_for(1).map_err(refused)?;
            let mut groups = draft.groups.iter().flatten();
            if let Some(id) = groups.find(|id| !account.has_group(id)) {
                return Err(HandError::UnknownGroup { user: email.to_owned(), resource: ids::group_name(id) });
            }
            Ok(ids::contact_name(account.create(draft, now)))
        })
    }

    /// Changes the writable fields of a contact; memberships are not among them.
    ///
    /// # Errors
    /// There is no such contact, or the result is not one the People API would take.
    pub fn edit_contact(
        &self,
        email: &str,
        resource_name: &str,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let id = find(account, email, resource_name)?;
            let mut person = account.contacts.get(&id).map(|contact| contact.person.clone()).unwrap_or_default();
            change(&mut person);
            let draft = draft::by_hand(&Value::Object(person))?;
            account.change(id, now, |contact| contact.person = draft.fields);
            Ok(())
        })
    }

    /// Moves a contact to the trash.
    ///
    /// # Errors
    /// There is no such user or contact.
    pub fn delete_contact(&self, email: &str, resource_name: &str) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let id = find(account, email, resource_name)?;
            account.delete(id, now);
            Ok(())
        })
    }

    /// Gives a contact another resource name, as Google does when a contact is linked to a profile or unlinked. The old name
    /// still leads to it.
    ///
    /// # Errors
    /// There is no such user or contact.
    pub fn change_resource_name(&self, email: &str, resource_name: &str) -> Result<String, HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let id = find(account, email, resource_name)?;
            account.rename_resource(id, now);
            Ok(account.contacts.get(&id).map(|contact| contact.resource_name()).unwrap_or_default())
        })
    }

    /// Takes a contact out of the trash, with the groups that still exist.
    ///
    /// # Errors
    /// There is no such user, or no such contact in the trash.
    pub fn restore_contact(&self, email: &str, resource_name: &str) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let restored = ids::parse_contact_name(resource_name);
            let restored = restored.is_some_and(|number| account.restore(account.id_of(number), now));
            if restored { Ok(()) } else { Err(unknown(email, resource_name)) }
        })
    }

    /// The user's contacts, by id.
    ///
    /// # Errors
    /// There is no such user.
    pub fn contacts(&self, email: &str) -> Result<Vec<Contact>, HandError> {
        self.with(|core, _| {
            let account = core.state.account(email)?;
            Ok(account.contacts.values().map(|contact| shown(contact)).collect())
        })
    }

    /// What is in the user's trash.
    ///
    /// # Errors
    /// There is no such user.
    pub fn trash(&self, email: &str) -> Result<Vec<Contact>, HandError> {
        self.with(|core, now| {
            let account = core.state.account_mut(email)?;
            account.purge(now);
            Ok(account.trash.values().map(|trashed| shown(&trashed.contact)).collect())
        })
    }
}

/// The id of a living contact.
pub(super) fn find(account: &Account, email: &str, resource: &str) -> Result<u64, HandError> {
    account.contact_id(resource).ok_or_else(|| unknown(email, resource))
}

fn unknown(email: &str, resource: &str) -> HandError {
    HandError::UnknownContact { user: email.to_owned(), resource: resource.to_owned() }
}

fn shown(contact: &Stored) -> Contact {
    Contact {
        resource_name: contact.resource_name(),
        person: contact.person.clone(),
        groups: contact.groups.iter().map(|id| ids::group_name(id)).collect::<BTreeSet<_>>(),
        etag: contact.etag.clone(),
        updated: contact.updated,
    }
}
