//! Creating, changing, deleting and restoring contacts.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Account, CONTACT_LIMIT, Stored, Trashed};
use crate::{ids, person::draft::Draft, refusal::Refusal};

impl Account {
    /// Refuses `count` more contacts where the account would be too full; the trash counts.
    pub(crate) fn room_for(&self, count: usize) -> Result<(), Refusal> {
        if self.contacts.len() + self.trash.len() + count <= CONTACT_LIMIT {
            return Ok(());
        }
        Err(Refusal::people(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded: MY_CONTACTS_OVERFLOW_COUNT. The account has too many contacts.",
        ))
    }

    /// Creates a contact; without memberships it is in "My Contacts".
    pub(crate) fn create(&mut self, draft: Draft, now: DateTime<Utc>) -> u64 {
        let mut id = ids::contact_id();
        while self.contacts.contains_key(&id) || self.trash.contains_key(&id) {
            id = ids::contact_id();
        }
        let groups = draft.groups.unwrap_or_else(|| BTreeSet::from(["myContacts".to_owned()]));
        let seq = self.next_seq();
        let contact =
            Stored { id, person: draft.fields, groups, etag: ids::etag(), updated: now, seq, names: Vec::new() };
        self.note(None, Some(&contact), now);
        self.reorder(id, None, Some(seq));
        self.contacts.insert(id, Arc::new(contact));
        id
    }

    /// Changes a contact. Nothing happens where `change` leaves it as it is.
    pub(crate) fn change(&mut self, id: u64, now: DateTime<Utc>, change: impl FnOnce(&mut Stored)) {
        let Some(old) = self.contacts.get(&id).cloned() else { return };
        let mut new = Stored::clone(&old);
        change(&mut new);
        if new.person == old.person && new.groups == old.groups && new.names == old.names {
            return;
        }
        new.seq = self.next_seq();
        new.etag = ids::etag();
        new.updated = now;
        self.note(Some(&old), Some(&new), now);
        self.reorder(id, Some(old.seq), Some(new.seq));
        self.contacts.insert(id, Arc::new(new));
        self.previous.insert(id, (now, old));
    }

    /// Gives a contact another resource name, as happens when it is linked to a profile; the old ones still lead to it.
    pub(crate) fn rename_resource(&mut self, id: u64, now: DateTime<Utc>) {
        let name = ids::contact_id();
        self.change(id, now, |contact| contact.names.push(name));
        self.index_name(name, id);
    }

    /// A contact as reads see it that lag so much behind.
    pub(crate) fn seen(&self, id: u64, now: DateTime<Utc>, lag: TimeDelta) -> Option<&Arc<Stored>> {
        let current = self.contacts.get(&id)?;
        let old = self.previous.get(&id).filter(|(changed, _)| *changed > now - lag);
        Some(old.map_or(current, |(_, old)| old))
    }

    /// Moves a contact to the trash; says whether there was one.
    pub(crate) fn delete(&mut self, id: u64, now: DateTime<Utc>) -> bool {
        let Some(contact) = self.contacts.remove(&id) else { return false };
        let seq = self.next_seq();
        self.note(Some(&contact), None, now);
        self.reorder(id, Some(contact.seq), Some(seq));
        self.trash.insert(id, Trashed { contact, at: now, seq });
        true
    }

    /// Takes a contact out of the trash; labels that are gone meanwhile are dropped.
    pub(crate) fn restore(&mut self, id: u64, now: DateTime<Utc>) -> bool {
        let Some(trashed) = self.trash.remove(&id) else { return false };
        let mut contact = Stored::clone(&trashed.contact);
        contact.groups.retain(|group| super::is_system(group) || self.labels.contains_key(group));
        contact.seq = self.next_seq();
        contact.etag = ids::etag();
        contact.updated = now;
        self.note(None, Some(&contact), now);
        self.reorder(id, Some(trashed.seq), Some(contact.seq));
        self.contacts.insert(id, Arc::new(contact));
        true
    }

    /// Empties the trash of what has been there for thirty days.
    pub(crate) fn purge(&mut self, now: DateTime<Utc>) {
        let horizon = now - TimeDelta::days(30);
        let old: Vec<_> =
            self.trash.iter().filter(|(_, t)| t.at <= horizon).map(|(id, trashed)| (*id, trashed.seq)).collect();
        for (id, seq) in old {
            self.trash.remove(&id);
            self.reorder(id, Some(seq), None);
        }
        self.gone_labels.retain(|_, gone| gone.at > horizon);
    }

    /// Is anything in the trash old enough to go?
    pub(crate) fn has_expired_trash(&self, now: DateTime<Utc>) -> bool {
        self.trash.values().any(|trashed| trashed.at <= now - TimeDelta::days(30))
    }
}
