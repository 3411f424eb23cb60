//! What a plan comes to: for the guard, for counts, and for people.

use std::collections::{BTreeMap, BTreeSet};

use super::look::MEMBERSHIPS;
use super::{Action, Plan};
use crate::domain::{ChangeAction, ContactNumber, ResourceName};

/// What a plan does to one contact, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// What happens.
    pub action: ChangeAction,
    /// Source contact. `None` for a contact of ours that is on no record.
    pub number: Option<ContactNumber>,
    /// The copy. `None` where it is still to be created.
    pub resource: Option<ResourceName>,
    /// Names of the fields that change.
    pub changed_fields: Vec<String>,
}

impl Plan {
    /// Leaves the copies of these unseen source contacts as they are.
    pub fn spare(&mut self, numbers: &BTreeSet<ContactNumber>) {
        let spared: BTreeSet<ResourceName> = numbers.iter().filter_map(|number| self.unseen.remove(number)).collect();
        self.actions
            .retain(|action| !matches!(action, Action::Delete { number: None, resource } if spared.contains(resource)));
    }

    /// Contacts that the plan deletes.
    pub fn deleted(&self) -> impl Iterator<Item = &ResourceName> {
        self.actions.iter().filter_map(|action| match action {
            Action::Delete { resource, .. } => Some(resource),
            Action::Create { .. }
            | Action::Write { .. }
            | Action::Join { .. }
            | Action::Record { .. }
            | Action::Forget { .. } => None,
        })
    }

    /// Contacts that the plan creates.
    #[must_use]
    pub fn creates(&self) -> usize {
        self.actions.iter().filter(|action| matches!(action, Action::Create { .. })).count()
    }

    /// What the plan does, one entry per contact.
    #[must_use]
    pub fn changes(&self) -> Vec<PlannedChange> {
        let mut changes: Vec<PlannedChange> = Vec::new();
        for action in &self.actions {
            let (action, number, resource, changed_fields) = match action {
                Action::Create { number } => (ChangeAction::Create, Some(*number), None, Vec::new()),
                Action::Write { number, resource, is_overwrite, changed_fields, .. } => {
                    let action = if *is_overwrite { ChangeAction::Overwrite } else { ChangeAction::Update };
                    (action, Some(*number), Some(resource.clone()), changed_fields.clone())
                }
                Action::Delete { number, resource } => {
                    (ChangeAction::Delete, *number, Some(resource.clone()), Vec::new())
                }
                Action::Join { .. } | Action::Record { .. } | Action::Forget { .. } => continue,
            };
            changes.push(PlannedChange { action, number, resource, changed_fields });
        }
        changes.extend(self.displacements());
        changes
    }

    /// Contacts that only go back into a group.
    #[must_use]
    pub fn displacements(&self) -> Vec<PlannedChange> {
        let mut written: BTreeSet<ContactNumber> = BTreeSet::new();
        let mut displaced: BTreeMap<ContactNumber, &ResourceName> = BTreeMap::new();
        for action in &self.actions {
            match action {
                Action::Write { number, .. } => drop(written.insert(*number)),
                Action::Join { number, resource, .. } => drop(displaced.insert(*number, resource)),
                Action::Create { .. } | Action::Record { .. } | Action::Delete { .. } | Action::Forget { .. } => {}
            }
        }
        displaced.retain(|number, _| !written.contains(number));
        let change = |(number, resource): (ContactNumber, &ResourceName)| PlannedChange {
            action: ChangeAction::Overwrite,
            number: Some(number),
            resource: Some(resource.clone()),
            changed_fields: vec![MEMBERSHIPS.to_owned()],
        };
        displaced.into_iter().map(change).collect()
    }

    /// Synced contacts that the plan knows of, those it deletes included.
    #[must_use]
    pub fn synced(&self) -> usize {
        let touched = |action: &&Action| match action {
            Action::Write { .. } | Action::Delete { .. } => true,
            Action::Create { .. } | Action::Join { .. } | Action::Record { .. } | Action::Forget { .. } => false,
        };
        self.unchanged + self.displaced + self.actions.iter().filter(touched).count()
    }

    /// The contacts on record that the plan deletes, by the names that they have now.
    pub fn numbers(&self) -> impl Iterator<Item = (&ResourceName, ContactNumber)> {
        self.actions.iter().filter_map(|action| match action {
            Action::Delete { number: Some(number), resource } => Some((resource, *number)),
            _ => None,
        })
    }

    /// Contacts of ours that the plan deletes though they are on no record: nobody could have counted them before.
    #[must_use]
    pub fn unrecorded_deletions(&self) -> usize {
        self.actions.iter().filter(|action| matches!(action, Action::Delete { number: None, .. })).count()
    }
}
