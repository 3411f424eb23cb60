//! Tells whose the contacts of a destination account are: ours, ours once too often, or the user's.
//!
//! Nothing is ours without a link, or a tag *and* its twin of this job; a copy that the user made is the user's.

use std::collections::{BTreeMap, BTreeSet};

use super::Reading;
use crate::domain::{
    ContactNumber, GSYNC, GSYNC_NONCE, GSyncTag, Intent, JobNumber, Link, Links, Mirror, Nonce, Person, ResourceName,
};

/// What was read of a contact that we have on record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'a> {
    /// Not among the changes: it is as we left it.
    Unread,
    /// As it is now.
    Is(&'a Person),
    /// Not there any more.
    Missing,
}

/// The contacts of an account, told apart.
#[derive(Debug)]
pub(super) struct Identified<'a> {
    /// Of each link, what was read.
    pub(super) linked: BTreeMap<ContactNumber, Seen<'a>>,
    /// Ours, though not on record.
    pub(super) adoptable: BTreeMap<ContactNumber, &'a Person>,
    /// Second contacts of ours for one source contact.
    pub(super) surplus: Vec<&'a Person>,
    /// The user's own.
    pub(super) others: Vec<&'a Person>,
}

/// Nonce in the twin of this tag, if the contact has one.
pub(super) fn twin(person: &Person, tag: GSyncTag) -> Option<Nonce> {
    let text = tag.to_string();
    let has_tag = person.client_data.iter().any(|(key, value)| key == GSYNC && *value == text);
    let nonce = person.client_data.iter().find(|(key, _)| key == GSYNC_NONCE);
    nonce.filter(|_| has_tag).map(|(_, value)| Nonce::from(value.clone()))
}

struct Candidate<'a> {
    person: &'a Person,
    nonce: Option<Nonce>,
    /// It carries the visible tag; the twin alone is enough to adopt, never to delete.
    is_tagged: bool,
}

pub(super) fn identify<'a>(
    job: JobNumber,
    mirror: &Mirror,
    links: &Links,
    intents: &[Intent],
    reading: &'a Reading,
    group: &ResourceName,
) -> Identified<'a> {
    let mut linked = linked(job, links, reading);
    let (candidates, mut others) = unlinked(job, &linked, reading);
    // A copy that its user kept when ours were removed carries the tag too, but it is in no group of ours.
    let is_unknown = links.is_empty() && intents.is_empty();
    let mut adoptable = BTreeMap::new();
    let mut surplus = Vec::new();
    for (number, mut candidates) in candidates {
        let link = links.get(&number);
        let keeps = link.is_some() && !matches!(linked.get(&number), Some(Seen::Missing));
        let mut kept_nonce = link.and_then(|link| link.nonce.clone());
        if !keeps {
            let is_wanted = mirror.get(&number).is_some_and(|entry| entry.is_present);
            let deleted_nonce = kept_nonce.take();
            let may_adopt = |candidate: &Candidate<'_>| match candidate.nonce {
                Some(_) => is_wanted || candidate.is_tagged,
                None => is_wanted && is_unknown && candidate.person.groups.contains(group),
            };
            let choice = choose(&candidates, intents, deleted_nonce.as_ref(), may_adopt, group);
            if let Some(position) = choice {
                let chosen = candidates.remove(position);
                kept_nonce = chosen.nonce.clone();
                adoptable.insert(number, chosen.person);
            } else if let Some(position) = moved(&candidates, deleted_nonce.as_ref(), reading) {
                let chosen = candidates.remove(position);
                kept_nonce = chosen.nonce.clone();
                linked.insert(number, Seen::Is(chosen.person));
            } else {
                kept_nonce = deleted_nonce;
            }
        }
        for candidate in candidates {
            match &candidate.nonce {
                Some(nonce) if candidate.is_tagged && Some(nonce) != kept_nonce.as_ref() => {
                    surplus.push(candidate.person)
                }
                _ => others.push(candidate.person),
            }
        }
    }
    Identified { linked, adoptable, surplus, others }
}

/// The contacts that are no link's: by number those with a tag of this job, and the others.
fn unlinked<'a>(
    job: JobNumber,
    linked: &BTreeMap<ContactNumber, Seen<'a>>,
    reading: &'a Reading,
) -> (BTreeMap<ContactNumber, Vec<Candidate<'a>>>, Vec<&'a Person>) {
    let resource = |seen: &Seen<'a>| match seen {
        Seen::Is(person) => Some(&person.resource),
        Seen::Unread | Seen::Missing => None,
    };
    let taken: BTreeSet<&ResourceName> = linked.values().filter_map(resource).collect();
    let mut candidates: BTreeMap<ContactNumber, Vec<Candidate<'a>>> = BTreeMap::new();
    let mut others = Vec::new();
    for person in reading.people().iter().filter(|person| !taken.contains(&person.resource)) {
        match tag_of(person, job) {
            Some(tag) => {
                let is_tagged = person.tags.contains(&tag.to_string());
                let nonce = twin(person, tag);
                candidates.entry(tag.contact).or_default().push(Candidate { person, nonce, is_tagged });
            }
            None => others.push(person),
        }
    }
    (candidates, others)
}

/// What was read of each link, at most one link per contact. A user who merges synced contacts leaves one contact that
/// answers to the names of several: it stays the copy whose name it has, else the one whose tag it carries; the others are
/// gone. Were it every one of them, each run would write one over the other.
fn linked<'a>(job: JobNumber, links: &Links, reading: &'a Reading) -> BTreeMap<ContactNumber, Seen<'a>> {
    let people = || reading.people().iter();
    let former = people().flat_map(|person| person.previous.iter().map(move |name| (name, person)));
    let present = people().map(|person| (&person.resource, person));
    let by_name: BTreeMap<&ResourceName, &'a Person> = former.chain(present).collect(); // a present name hides a former one

    let mut owners: BTreeMap<&ResourceName, (bool, bool, ContactNumber)> = BTreeMap::new();
    for (&contact, link) in links {
        let Some(person) = by_name.get(&link.resource) else { continue };
        let is_tagged = person.tags.contains(&GSyncTag { job, contact }.to_string());
        let claim = (person.resource != link.resource, !is_tagged, contact);
        owners.entry(&person.resource).and_modify(|owner| *owner = claim.min(*owner)).or_insert(claim);
    }
    let is_owner = |person: &Person, number: ContactNumber| {
        owners.get(&person.resource).is_some_and(|(_, _, owner)| *owner == number)
    };
    let seen = |number: ContactNumber, link: &Link| match (by_name.get(&link.resource), reading) {
        (Some(&person), _) if is_owner(person, number) => Seen::Is(person),
        (Some(_), _) | (None, Reading::Full(_)) => Seen::Missing,
        (None, Reading::Changes { deleted, .. }) if deleted.contains(&link.resource) => Seen::Missing,
        (None, Reading::Changes { .. }) => Seen::Unread,
    };
    links.iter().map(|(number, link)| (*number, seen(*number, link))).collect()
}

/// The tag of this job on the contact: visible, or left in its twin after the user took the visible one away.
fn tag_of(person: &Person, job: JobNumber) -> Option<GSyncTag> {
    let twins = person.client_data.iter().filter(|(key, _)| key == GSYNC).map(|(_, value)| value);
    person.tags.iter().chain(twins).filter_map(|text| GSyncTag::parse(text)).find(|tag| tag.job == job)
}

/// Which contact to adopt: the one of an intent, else one with a twin, else (all records lost) one in the group; in the group
/// first, then the lowest name. A copy of the contact that the user deleted is the user's.
fn choose(
    candidates: &[Candidate<'_>],
    intents: &[Intent],
    deleted: Option<&Nonce>,
    may_adopt: impl Fn(&Candidate<'_>) -> bool,
    group: &ResourceName,
) -> Option<usize> {
    let rank = |candidate: &Candidate<'_>| {
        let intended = intents.iter().any(|intent| Some(&intent.nonce) == candidate.nonce.as_ref());
        let class = match &candidate.nonce {
            _ if !may_adopt(candidate) => return None,
            Some(_) if intended => 0,
            Some(nonce) if Some(nonce) == deleted => return None,
            Some(_) => 1,
            None => 2,
        };
        Some((class, !candidate.person.groups.contains(group), candidate.person.resource.clone()))
    };
    let ranked = candidates.iter().enumerate().filter_map(|(position, candidate)| Some((rank(candidate)?, position)));
    ranked.min().map(|(_, position)| position)
}

/// In a full reading Google does not tell former names: a contact that carries the mark of one that is missing is it.
fn moved(candidates: &[Candidate<'_>], missing: Option<&Nonce>, reading: &Reading) -> Option<usize> {
    let missing = missing.filter(|_| matches!(reading, Reading::Full(_)))?;
    let same = candidates.iter().enumerate().filter(|(_, candidate)| candidate.nonce.as_ref() == Some(missing));
    same.min_by_key(|(_, candidate)| candidate.person.resource.clone()).map(|(position, _)| position)
}
