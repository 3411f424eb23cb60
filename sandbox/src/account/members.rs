//! Adding contacts to groups and taking them out.

use chrono::{DateTime, Utc};

use super::{Account, is_system};
use crate::ids;

/// What could not be done; everything else was.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Modified {
    /// No such contacts.
    pub(crate) not_found: Vec<String>,
    /// Contacts that have no other group.
    pub(crate) last_group: Vec<String>,
}

impl Account {
    /// Is there such a group?
    pub(crate) fn has_group(&self, id: &str) -> bool {
        is_system(id) || self.labels.contains_key(id)
    }

    /// Adds and removes contacts by resource name. A contact always keeps one group.
    pub(crate) fn modify_members(
        &mut self,
        group: &str,
        add: &[String],
        remove: &[String],
        now: DateTime<Utc>,
    ) -> Modified {
        let mut outcome = Modified::default();
        for name in add {
            match self.contact_id(name) {
                Some(id) => self.change(id, now, |contact| {
                    contact.groups.insert(group.to_owned());
                }),
                None => outcome.not_found.push(name.clone()),
            }
        }
        for name in remove {
            let Some(id) = self.contact_id(name) else {
                outcome.not_found.push(name.clone());
                continue;
            };
            let only = self.contacts.get(&id).is_some_and(|c| c.groups.len() == 1 && c.groups.contains(group));
            if only {
                outcome.last_group.push(name.clone());
                continue;
            }
            self.change(id, now, |contact| {
                contact.groups.remove(group);
            });
        }
        outcome
    }

    /// The id of a living contact.
    pub(crate) fn contact_id(&self, name: &str) -> Option<u64> {
        ids::parse_contact_name(name).map(|number| self.id_of(number)).filter(|id| self.contacts.contains_key(id))
    }
}
