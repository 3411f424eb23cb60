//! The plan for one destination: what brings it into step with the source group.

use std::collections::{BTreeMap, BTreeSet};

use super::identify::{Identified, Seen, identify};
use super::look::{Look, changed_fields};
use super::{Action, AtDestination, AtSource, Decision, Reading, decide};
use crate::domain::{ContactNumber, Field, GSYNC, GSYNC_NONCE, Intent, JobNumber, Link, Links, Mirror, ResourceName};

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
    /// Source contacts that no reading of the source has ever shown, and their copies, which go.
    pub unseen: BTreeMap<ContactNumber, ResourceName>,
}

/// Makes the plan.
#[must_use]
pub fn plan(input: PlanInput<'_>) -> Plan {
    let identified = identify(input.job, input.mirror, input.links, input.intents, input.reading, input.group);
    let mut plan = Plan {
        members: members(&input, &identified),
        adopts: !identified.adoptable.is_empty(),
        unseen: unseen(&input, &identified),
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

fn unseen(input: &PlanInput<'_>, identified: &Identified<'_>) -> BTreeMap<ContactNumber, ResourceName> {
    let unseen = identified.adoptable.iter().filter(|(number, _)| !input.mirror.contains_key(number));
    unseen.map(|(number, person)| (*number, person.resource.clone())).collect()
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
