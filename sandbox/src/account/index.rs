//! Orders and sets that follow from the contacts, so that no request has to scan for them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Account, Late, Stored};
use crate::core::Lags;

/// What follows from the contacts.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Contact ids, living and in the trash, by number of their last change.
    changes: BTreeMap<u64, u64>,
    /// Living members by group id.
    members: BTreeMap<String, BTreeSet<u64>>,
    /// Contact ids by the numbers of later resource names.
    names: BTreeMap<u64, u64>,
}

impl Account {
    /// Builds the index anew.
    pub(crate) fn reindex(&mut self) {
        let mut index = Index::default();
        for contact in self.contacts.values() {
            index.changes.insert(contact.seq, contact.id);
            for group in &contact.groups {
                index.members.entry(group.clone()).or_default().insert(contact.id);
            }
        }
        for contact in self.contacts.values().chain(self.trash.values().map(|trashed| &trashed.contact)) {
            index.names.extend(contact.names.iter().map(|name| (*name, contact.id)));
        }
        index.changes.extend(self.trash.iter().map(|(id, trashed)| (trashed.seq, *id)));
        self.index = index;
    }

    /// Notes a new resource name.
    pub(super) fn index_name(&mut self, name: u64, id: u64) {
        self.index.names.insert(name, id);
    }

    /// The id of a contact, living or not, by the number in one of its resource names.
    pub(crate) fn id_of(&self, number: u64) -> u64 {
        self.index.names.get(&number).copied().unwrap_or(number)
    }

    /// Notes that a contact changed from `old` to `new`, either of which may be absent.
    pub(super) fn note(&mut self, old: Option<&Stored>, new: Option<&Stored>, now: DateTime<Utc>) {
        let empty = BTreeSet::new();
        let before = old.map_or(&empty, |contact| &contact.groups);
        let after = new.map_or(&empty, |contact| &contact.groups);
        let Some(id) = new.or(old).map(|contact| contact.id) else { return };
        for group in before.difference(after) {
            if let Some(members) = self.index.members.get_mut(group) {
                members.remove(&id);
            }
            self.late.push_back(Late { at: now, group: group.clone(), contact: id, added: false });
        }
        for group in after.difference(before) {
            self.index.members.entry(group.clone()).or_default().insert(id);
            self.late.push_back(Late { at: now, group: group.clone(), contact: id, added: true });
        }
    }

    /// Moves a contact to another place in the order of changes.
    pub(super) fn reorder(&mut self, id: u64, from: Option<u64>, to: Option<u64>) {
        if let Some(from) = from {
            self.index.changes.remove(&from);
        }
        if let Some(to) = to {
            self.index.changes.insert(to, id);
        }
    }

    /// Ids of living and trashed contacts changed after change number `after`, oldest change first.
    pub(crate) fn changed_after(&self, after: u64) -> impl DoubleEndedIterator<Item = (u64, u64)> + '_ {
        self.index.changes.range(after.saturating_add(1)..).map(|(seq, id)| (*seq, *id))
    }

    /// Number of the last change that is at least `lag` old, so that everything up to it may be told.
    pub(crate) fn settled_seq(&self, now: DateTime<Utc>, lag: TimeDelta) -> u64 {
        if lag <= TimeDelta::zero() {
            return self.seq;
        }
        let horizon = now - lag;
        let contacts = self.index.changes.iter().rev().map_while(|(seq, id)| {
            let at = match (self.contacts.get(id), self.trash.get(id)) {
                (Some(contact), _) => contact.updated,
                (None, Some(trashed)) => trashed.at,
                (None, None) => return None,
            };
            (at > horizon).then_some(*seq)
        });
        let labels = self.labels.values().filter(|label| label.updated > horizon).map(|label| label.seq);
        let gone = self.gone_labels.values().filter(|label| label.at > horizon).map(|label| label.seq);
        contacts.chain(labels).chain(gone).min().map_or(self.seq, |first| first - 1)
    }

    /// Members of a group as they were `lag` ago.
    pub(crate) fn members(&self, group: &str, now: DateTime<Utc>, lag: TimeDelta) -> BTreeSet<u64> {
        let mut members =
            if group == "all" { self.contacts.keys().copied().collect() } else { self.current_members(group) };
        for late in self.late.iter().rev().take_while(|late| late.at > now - lag).filter(|late| late.group == group) {
            if late.added {
                members.remove(&late.contact);
            } else if self.contacts.contains_key(&late.contact) {
                members.insert(late.contact);
            }
        }
        members
    }

    /// How many members a group has, as of `lag` ago.
    pub(crate) fn member_count(&self, group: &str, now: DateTime<Utc>, lag: TimeDelta) -> usize {
        if lag.is_zero() && group != "all" {
            return self.index.members.get(group).map_or(0, BTreeSet::len);
        }
        self.members(group, now, lag).len()
    }

    /// Members of a group at this moment.
    pub(super) fn current_members(&self, group: &str) -> BTreeSet<u64> {
        self.index.members.get(group).cloned().unwrap_or_default()
    }

    /// Forgets what nobody can be late for any more.
    pub(crate) fn settle(&mut self, now: DateTime<Utc>, lags: Lags) {
        while self.late.front().is_some_and(|late| late.at <= now - lags.group_members) {
            self.late.pop_front();
        }
        self.previous.retain(|_, (changed, _)| *changed > now - lags.read);
    }
}
