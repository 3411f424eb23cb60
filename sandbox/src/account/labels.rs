//! Labels, and the groups Google makes.

use chrono::{DateTime, Utc};

use super::{Account, GoneLabel, Label};
use crate::{ids, refusal::Refusal};

/// Groups Google makes, in the order of a list, with the name people see.
pub(crate) const SYSTEM: [(&str, &str); 8] = [
    ("starred", "Starred"),
    ("friends", "Friends"),
    ("family", "Family"),
    ("coworkers", "Coworkers"),
    ("myContacts", "My Contacts"),
    ("chatBuddies", "Chat contacts"),
    ("all", "All Contacts"),
    ("blocked", "Blocked"),
];

/// Was the group made by Google?
pub(crate) fn is_system(id: &str) -> bool {
    SYSTEM.iter().any(|(system, _)| *system == id)
}

/// Is it one nobody may be added to any more?
pub(crate) fn is_deprecated(id: &str) -> bool {
    is_system(id) && !matches!(id, "myContacts" | "starred")
}

impl Account {
    /// Makes a label and gives its id.
    pub(crate) fn create_label(
        &mut self,
        name: &str,
        client_data: Vec<(String, String)>,
        now: DateTime<Utc>,
    ) -> Result<String, Refusal> {
        let name = self.free_name(name, None)?;
        let mut id = ids::group_id();
        while self.labels.contains_key(&id) || self.gone_labels.contains_key(&id) {
            id = ids::group_id();
        }
        let seq = self.next_seq();
        let label = Label {
            id: id.clone(),
            name,
            client_data,
            client_data_at: now,
            etag: ids::etag(),
            created: now,
            updated: now,
            seq,
        };
        self.labels.insert(id.clone(), label);
        Ok(id)
    }

    /// Changes name, client data or both. The caller has checked that the label exists.
    pub(crate) fn change_label(
        &mut self,
        id: &str,
        name: Option<&str>,
        client_data: Option<Vec<(String, String)>>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let name = name.map(|name| self.free_name(name, Some(id))).transpose()?;
        let seq = self.next_seq();
        let label = self.labels.get_mut(id).ok_or_else(Refusal::not_found)?;
        if let Some(name) = name {
            label.name = name;
        }
        if let Some(client_data) = client_data.filter(|data| *data != label.client_data) {
            label.client_data = client_data;
            label.client_data_at = now;
        }
        label.etag = ids::etag();
        label.updated = now;
        label.seq = seq;
        Ok(())
    }

    /// Deletes a label, with or without its members. Members that stay may be left without any group.
    pub(crate) fn delete_label(&mut self, id: &str, with_contacts: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.labels.remove(id).ok_or_else(Refusal::not_found)?;
        for contact in self.current_members(id) {
            if with_contacts {
                self.delete(contact, now);
            } else {
                self.change(contact, now, |contact| {
                    contact.groups.remove(id);
                });
            }
        }
        let seq = self.next_seq();
        self.gone_labels.insert(id.to_owned(), GoneLabel { at: now, seq });
        Ok(())
    }

    /// The name without surrounding space, if nobody has it. Case matters; names of system groups are taken.
    fn free_name(&self, name: &str, own: Option<&str>) -> Result<String, Refusal> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Refusal::invalid("Contact group name must not be empty."));
        }
        let system = SYSTEM.iter().any(|(id, shown)| *id == name || *shown == name);
        let label = self.labels.values().any(|label| label.name == name && Some(label.id.as_str()) != own);
        if system || label {
            return Err(Refusal::people(409, "ALREADY_EXISTS", "Contact group name already exists."));
        }
        Ok(name.to_owned())
    }
}
