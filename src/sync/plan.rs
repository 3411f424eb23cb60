//! The plan for one destination: what brings it into step with the source group.

use std::collections::{BTreeMap, BTreeSet};

use super::identify::{Identified, Seen, identify, twin};
use super::{AtDestination, AtSource, Decision, Reading, decide, fingerprint};
use crate::domain::{
    ChangeAction, ContactNumber, Etags, Field, Fingerprint, GSYNC, GSYNC_NONCE, GSyncTag, Intent, JobNumber, Link,
    Links, MY_CONTACTS, Mirror, Nonce, Person, ResourceName,
};

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// Number of the job.
    pub job: JobNumber,
    /// Complete record of the source group; an empty one removes everything of ours.
    pub mirror: &'a Mirror,
    /// Our records of the account.
    pub links: &'a Links,
    /// Creates whose answers were not recorded.
    pub intents: &'a [Intent],
    /// Complete reading of the account.
    pub reading: &'a Reading,
    /// The synced group there.
    pub group: &'a ResourceName,
    /// Synced contacts also belong in My Contacts.
    pub my_contacts: bool,
    /// Additions known so far.
    pub additions: &'a BTreeSet<ResourceName>,
}

/// What brings one destination into step. Data: applying it is the runner's task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What to do, at most one writing action per contact.
    pub actions: Vec<Action>,
    /// Contacts that the user added to the group.
    pub additions: BTreeSet<ResourceName>,
    /// Members that the synced group must have had when it was read; any others mean that the reading missed something.
    pub members: BTreeSet<ResourceName>,
    /// Synced contacts that are right.
    pub unchanged: usize,
    /// Synced contacts that are right but for a group they were taken out of.
    pub displaced: usize,
    /// Contacts of ours that were on no record are put on it.
    pub adopts: bool,
    /// Source contacts that no reading of the source has ever shown, whose copies go.
    pub unseen: Vec<ContactNumber>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Create the copy of this source contact.
    Create {
        /// Source contact.
        number: ContactNumber,
    },
    /// Write the source's content over the copy.
    Write {
        /// Source contact.
        number: ContactNumber,
        /// The copy.
        resource: ResourceName,
        /// Its etags.
        etags: Etags,
        /// It was edited or untagged there; otherwise it only changed at the source.
        is_overwrite: bool,
        /// Names of the fields that change.
        changed_fields: Vec<String>,
        /// Has, or had, calendar addresses, which some accounts refuse in a mask.
        has_calendar_urls: bool,
        /// Mark of the create that made it.
        nonce: Option<Nonce>,
        /// The twin is missing: other applications' `clientData`, to be written back beside a new twin.
        other_client_data: Option<Vec<(String, String)>>,
    },
    /// Put the copy back into a group.
    Join {
        /// Source contact.
        number: ContactNumber,
        /// The copy.
        resource: ResourceName,
        /// The synced group or My Contacts.
        group: ResourceName,
    },
    /// Record the copy as it now is; nothing is written there.
    Record {
        /// Source contact.
        number: ContactNumber,
        /// The record.
        link: Link,
    },
    /// Delete a contact of ours, and its record if there is one.
    Delete {
        /// Source contact, if the contact is on record.
        number: Option<ContactNumber>,
        /// The contact.
        resource: ResourceName,
    },
    /// Drop the record of a contact that is gone on both sides.
    Forget {
        /// Source contact.
        number: ContactNumber,
    },
}

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

/// Makes the plan.
#[must_use]
pub fn plan(input: PlanInput<'_>) -> Plan {
    let identified = identify(input.job, input.mirror, input.links, input.intents, input.reading, input.group);
    let mut plan = Plan {
        members: members(&input, &identified),
        adopts: !identified.adoptable.is_empty(),
        unseen: identified.adoptable.keys().filter(|number| !input.mirror.contains_key(number)).copied().collect(),
        ..Plan::default()
    };
    for (&number, &seen) in &identified.linked {
        if !identified.adoptable.contains_key(&number) {
            plan.contact(&input, number, input.links.get(&number), seen);
        }
    }
    for (&number, &person) in &identified.adoptable {
        plan.contact(&input, number, None, Seen::Is(person));
    }
    for (&number, entry) in input.mirror {
        let is_known = identified.linked.contains_key(&number) || identified.adoptable.contains_key(&number);
        if entry.is_present && !is_known {
            plan.contact(&input, number, None, Seen::Missing);
        }
    }
    for person in &identified.surplus {
        plan.actions.push(Action::Delete { number: None, resource: person.resource.clone() });
    }
    plan.additions = additions(&input, &identified);
    plan
}

impl Plan {
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

    fn contact(&mut self, input: &PlanInput<'_>, number: ContactNumber, link: Option<&Link>, seen: Seen<'_>) {
        let entry = input.mirror.get(&number).filter(|entry| entry.is_present);
        let look = match (link, seen) {
            (_, Seen::Is(person)) => Some(Look::at(input, number, link, person, entry.map(|entry| &entry.content))),
            (_, Seen::Unread | Seen::Missing) => None,
        };
        let there = match (link, seen, &look) {
            (None, Seen::Is(_), _) => AtDestination::Adoptable,
            (None, Seen::Unread | Seen::Missing, _) => AtDestination::Unlinked,
            (Some(_), Seen::Missing, _) => AtDestination::Deleted,
            (Some(_), _, None) => AtDestination::AsWeLeftIt,
            (Some(_), _, Some(look)) if !look.content_is_ours => AtDestination::Edited,
            (Some(_), _, Some(look)) if !look.marks_are_right || !look.missing_groups.is_empty() => {
                AtDestination::Untagged
            }
            (Some(_), _, Some(_)) => AtDestination::AsWeLeftIt,
        };
        let source = match entry {
            None => AtSource::Gone,
            Some(entry) => {
                let is_as_sent = link.is_none_or(|link| link.sent == entry.content);
                let is_as_wanted = look.as_ref().is_some_and(|look| look.content_is_wanted);
                if is_as_sent || is_as_wanted { AtSource::Present } else { AtSource::Changed }
            }
        };
        match decide(source, there) {
            Decision::Nothing => {
                self.unchanged += 1;
                self.refresh(number, link, look.as_ref());
            }
            Decision::Create | Decision::CreateAgain => self.actions.push(Action::Create { number }),
            Decision::Update => self.write(input, number, link, look.as_ref(), false),
            Decision::Overwrite => {
                let Some(look) = look else { return };
                if look.content_is_ours && look.marks_are_right && source == AtSource::Present {
                    self.displaced += 1;
                    self.refresh(number, link, Some(&look));
                } else {
                    self.write(input, number, link, Some(&look), true);
                }
                self.join(number, &look);
            }
            Decision::Adopt => {
                let Some(look) = look else { return };
                if look.content_is_wanted && look.marks_are_right {
                    self.unchanged += 1;
                    self.refresh(number, link, Some(&look));
                } else {
                    self.write(input, number, link, Some(&look), true);
                }
                self.join(number, &look);
            }
            Decision::Delete => {
                let resource = match (seen, link) {
                    (Seen::Is(person), _) => &person.resource,
                    (_, Some(link)) => &link.resource,
                    (_, None) => return,
                };
                let number = link.map(|_| number);
                self.actions.push(Action::Delete { number, resource: resource.clone() });
            }
            Decision::Forget => self.actions.push(Action::Forget { number }),
        }
    }

    fn write(
        &mut self,
        input: &PlanInput<'_>,
        number: ContactNumber,
        link: Option<&Link>,
        look: Option<&Look<'_>>,
        is_overwrite: bool,
    ) {
        let Some((resource, etags)) = look
            .map(|look| (look.person.resource.clone(), look.etags.clone()))
            .or_else(|| link.map(|link| (link.resource.clone(), link.etags.clone())))
        else {
            return;
        };
        let has_calendar_urls = input.mirror.get(&number).is_some_and(|entry| entry.content.has(Field::CalendarUrls))
            || link.is_some_and(|link| link.sent.has(Field::CalendarUrls))
            || look.is_some_and(|look| look.content.has(Field::CalendarUrls));
        let others = |look: &Look<'_>| {
            let theirs = look.person.client_data.iter().filter(|(key, _)| key != GSYNC && key != GSYNC_NONCE);
            theirs.cloned().collect()
        };
        self.actions.push(Action::Write {
            number,
            resource,
            etags,
            is_overwrite,
            changed_fields: changed_fields(input, number, link, look),
            has_calendar_urls,
            nonce: look.and_then(|look| look.nonce.clone()).or_else(|| link.and_then(|link| link.nonce.clone())),
            other_client_data: look.filter(|look| !look.twin_is_right).map(others),
        });
    }

    /// Records what was seen where it differs from the record.
    fn refresh(&mut self, number: ContactNumber, link: Option<&Link>, look: Option<&Look<'_>>) {
        let Some(look) = look else { return };
        let sent = match (link, look.wanted) {
            (_, Some(wanted)) if look.content_is_wanted => wanted.clone(),
            (Some(link), _) => link.sent.clone(),
            (None, _) => look.content.clone(),
        };
        let seen = Link {
            resource: look.person.resource.clone(),
            nonce: look.nonce.clone(),
            etags: look.etags.clone(),
            sent,
            stored: look.content.clone(),
        };
        if link != Some(&seen) {
            self.actions.push(Action::Record { number, link: seen });
        }
    }

    fn join(&mut self, number: ContactNumber, look: &Look<'_>) {
        for group in &look.missing_groups {
            self.actions.push(Action::Join { number, resource: look.person.resource.clone(), group: group.clone() });
        }
    }
}

/// Field of a contact that lists its groups.
const MEMBERSHIPS: &str = "memberships";

/// In what the copy differs from what is written over it.
fn changed_fields(
    input: &PlanInput<'_>,
    number: ContactNumber,
    link: Option<&Link>,
    look: Option<&Look<'_>>,
) -> Vec<String> {
    let wanted = input.mirror.get(&number).map(|entry| &entry.content);
    let there = look.map(|look| &look.content).or_else(|| link.map(|link| &link.sent));
    let mut fields = match (wanted, there) {
        (Some(wanted), Some(there)) => there.differing(wanted),
        (None, _) | (_, None) => Vec::new(),
    };
    if look.is_some_and(|look| !look.marks_are_right) && !fields.iter().any(|field| field == TAG_FIELD) {
        fields.push(TAG_FIELD.to_owned());
    }
    if look.is_some_and(|look| !look.missing_groups.is_empty()) {
        fields.push(MEMBERSHIPS.to_owned());
    }
    fields
}

/// Field of a contact that carries our tag.
const TAG_FIELD: &str = "userDefined";

/// A contact of ours, as it now is.
struct Look<'a> {
    person: &'a Person,
    etags: Etags,
    content: Fingerprint,
    wanted: Option<&'a Fingerprint>,
    /// As Google stored it after our last write, or as the source is.
    content_is_ours: bool,
    /// As the source is.
    content_is_wanted: bool,
    /// Tag and twin are as we set them.
    marks_are_right: bool,
    twin_is_right: bool,
    nonce: Option<Nonce>,
    missing_groups: Vec<ResourceName>,
}

impl<'a> Look<'a> {
    fn at(
        input: &PlanInput<'a>,
        number: ContactNumber,
        link: Option<&Link>,
        person: &'a Person,
        wanted: Option<&'a Fingerprint>,
    ) -> Self {
        let tag = GSyncTag { job: input.job, contact: number };
        let content = fingerprint(&person.content);
        let content_is_wanted = wanted == Some(&content);
        let nonce_there = twin(person, tag);
        let nonce = link.and_then(|link| link.nonce.clone()).or_else(|| nonce_there.clone());
        let twin_is_right = nonce_there.is_some() && nonce_there == nonce;
        let my_contacts = ResourceName::new(MY_CONTACTS);
        let wanted_groups = std::iter::once(input.group.clone()).chain(input.my_contacts.then_some(my_contacts));
        Self {
            person,
            etags: person.etags.clone().unwrap_or_else(|| Etags { person: String::new(), source: String::new() }),
            content_is_ours: content_is_wanted || link.is_some_and(|link| link.stored == content),
            content_is_wanted,
            marks_are_right: person.tags == [tag.to_string()] && twin_is_right,
            twin_is_right,
            nonce,
            missing_groups: wanted_groups.filter(|group| !person.groups.contains(group)).collect(),
            content,
            wanted,
        }
    }
}

fn additions(input: &PlanInput<'_>, identified: &Identified<'_>) -> BTreeSet<ResourceName> {
    let mut additions = match input.reading {
        Reading::Full(_) => BTreeSet::new(),
        Reading::Changes { present, deleted } => {
            let mut additions = input.additions.clone();
            additions.retain(|name| !deleted.contains(name));
            for name in present.iter().flat_map(|person| person.previous.iter().chain([&person.resource])) {
                additions.remove(name); // decided anew below
            }
            additions
        }
    };
    let in_group = identified.others.iter().filter(|person| person.groups.contains(input.group));
    additions.extend(in_group.map(|person| person.resource.clone()));
    additions
}

fn members(input: &PlanInput<'_>, identified: &Identified<'_>) -> BTreeSet<ResourceName> {
    let mut members = additions(input, identified);
    for (number, seen) in &identified.linked {
        let member = match (seen, input.links.get(number)) {
            (Seen::Unread, Some(link)) => Some(&link.resource),
            (Seen::Is(person), _) if person.groups.contains(input.group) => Some(&person.resource),
            (Seen::Unread | Seen::Is(_) | Seen::Missing, _) => None,
        };
        members.extend(member.cloned());
    }
    let unrecorded = identified.adoptable.values().chain(&identified.surplus);
    let unrecorded = unrecorded.filter(|person| person.groups.contains(input.group));
    members.extend(unrecorded.map(|person| person.resource.clone()));
    members
}
