//! Reading contacts.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::call::{Call, Effect};
use super::pace::Cost;
use super::token::CONTACTS;
use super::{Account, GoogleError, person};
use crate::domain::{Change, CompleteRead, Field, Person, ResourceName, SyncToken};

/// Contacts per page (People API reference).
const PAGE_SIZE: &str = "1000";
/// Names per `getBatchGet` (People API reference).
const PER_GET: usize = 200;
/// A list shows at most this many addresses and phones of a contact; `get` shows all (People API reference).
const SHOWN_IN_LIST: usize = 100;
/// Contact data alone: no profiles, no directory.
const SOURCES: (&str, &str) = ("sources", "READ_SOURCE_TYPE_CONTACT");

/// Whether a list is to bring a sync token. The first page of a list that does has a quota of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepToken {
    /// The token will be stored.
    Yes,
    /// Nobody needs it.
    No,
}

/// What a list is worth that is shorter than its total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Nothing: what it does not show may be there.
    MustAgree,
    /// As much as another one, when Google says the same twice: it may count what it never lists.
    MayDiffer,
}

/// Contacts that must be in the account, unless they were deleted.
#[derive(Debug)]
pub struct Known<'a> {
    /// On our record.
    pub recorded: BTreeSet<&'a ResourceName>,
    /// Told by the contact group as its members.
    pub told: &'a [ResourceName],
}

/// What came of asking for a contact by name.
#[derive(Debug)]
pub enum Looked {
    /// It is there.
    Found(Box<Person>),
    /// Google says that it is not there.
    Missing,
    /// Nobody knows whether it is there.
    Unreadable,
}

/// The fields that are read: all that are written, and what tells whose a contact is.
pub(super) fn read_mask() -> String {
    let fields = Field::ALL.iter().map(|field| field.path()).chain(["clientData", "memberships", "metadata"]);
    fields.collect::<Vec<_>>().join(",")
}

pub(super) fn parameters_hash() -> String {
    let mut hash = Sha256::new();
    for part in [&read_mask(), PAGE_SIZE, SOURCES.1] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Account {
    /// All contacts of the account. One critical read per thousand.
    ///
    /// A list may be minutes behind what was written ("sync requests", People API reference), so that `known` contacts that it
    /// does not show are asked for by name, two hundred per critical read: what is taken for deleted is made again, or deleted
    /// everywhere.
    ///
    /// # Errors
    /// `Incomplete` when the pages and the total disagree twice, and not in the same way or not as `total` allows: what came is
    /// then not the whole.
    pub async fn list_people(
        &self,
        keep: KeepToken,
        known: &Known<'_>,
        total: Total,
    ) -> Result<CompleteRead<Person>, GoogleError> {
        let extra: &[(&str, &str)] = match keep {
            KeepToken::Yes => &[("requestSyncToken", "true")],
            KeepToken::No => &[],
        };
        let mut pages = self.pages(extra).await?;
        if !pages.agree() {
            // Contacts may have come and gone between two pages.
            let first = std::mem::replace(&mut pages, self.pages(extra).await?);
            let (came, told) = (pages.items.len(), pages.total.unwrap_or_default());
            let is_same = (first.names(), first.total) == (pages.names(), pages.total);
            if !pages.agree() && (total == Total::MustAgree || !is_same) {
                return Err(GoogleError::Incomplete(format!("{came} contacts came, the total says {told}")));
            }
            if !pages.agree() {
                warn!("{came} contacts came twice, and no others, though Google counts {told}");
            }
        }
        let present = |change| match change {
            Change::Present(person) => Some(person),
            Change::Deleted(_) => None,
        };
        // Of a contact that was changed between two pages the last version counts.
        let mut items: BTreeMap<ResourceName, Person> =
            pages.items.into_iter().filter_map(present).map(|person| (person.resource.clone(), person)).collect();
        for (name, person) in self.unlisted(known, &items).await? {
            let Some(mut person) = person else { continue };
            // One that was merged or renamed answers to its former names, which a list does not tell.
            let former = std::mem::take(&mut person.previous).into_iter().chain([name]);
            let person = items.entry(person.resource.clone()).or_insert(person);
            for name in former {
                if name != person.resource && !person.previous.contains(&name) {
                    person.previous.push(name);
                }
            }
        }
        Ok(CompleteRead { items: items.into_values().collect(), token: pages.token })
    }

    /// The known contacts that a list does not show.
    async fn unlisted(
        &self,
        known: &Known<'_>,
        listed: &BTreeMap<ResourceName, Person>,
    ) -> Result<Vec<(ResourceName, Option<Person>)>, GoogleError> {
        let is_unlisted = |name: &ResourceName| !listed.contains_key(name);
        let recorded = known.recorded.iter().filter(|name| is_unlisted(name));
        let recorded: Vec<ResourceName> = recorded.map(|name| (*name).clone()).collect();
        let told = known.told.iter().filter(|name| is_unlisted(name) && !known.recorded.contains(name));
        let told: BTreeSet<ResourceName> = told.cloned().collect();
        let told: Vec<ResourceName> = told.into_iter().collect();
        let mut people = self.people(&recorded).await?;
        // Nothing follows from a member that cannot be read: groups also count what is in the trash, and such a name may break
        // the call each time.
        let members = match self.look_up(&told).await {
            Err(GoogleError::Outage(_)) => {
                warn!("{} members of a contact group are in no list and could not be read", told.len());
                Vec::new()
            }
            looked => looked?,
        };
        let found = |(name, looked)| match looked {
            Looked::Found(person) => Some((name, Some(*person))),
            Looked::Missing | Looked::Unreadable => None,
        };
        people.extend(members.into_iter().filter_map(found));
        Ok(people)
    }

    /// What has changed since a token was issued. One critical read per thousand changes, one if there are none.
    ///
    /// # Errors
    /// `StartOver` when the token is not accepted any more.
    pub async fn list_changes(&self, since: &SyncToken) -> Result<CompleteRead<Change>, GoogleError> {
        let pages = self.pages(&[("requestSyncToken", "true"), ("syncToken", since.as_str())]).await;
        match pages {
            Ok(pages) => Ok(CompleteRead { items: pages.items, token: pages.token }),
            // Other parameters than the token's are answered with a plain "invalid argument".
            Err(GoogleError::Refused { .. } | GoogleError::NotFound) => Err(GoogleError::StartOver),
            Err(failure) => Err(failure),
        }
    }

    /// These contacts, in the order asked for; one that does not exist is `None`. One critical read per two hundred.
    ///
    /// # Errors
    /// Those of any read; `Outage` where one can neither be read nor is missing.
    pub async fn people(&self, names: &[ResourceName]) -> Result<Vec<(ResourceName, Option<Person>)>, GoogleError> {
        let mut people = Vec::with_capacity(names.len());
        for chunk in names.chunks(PER_GET) {
            for (name, looked) in self.chunk(chunk).await? {
                let person = match looked {
                    Looked::Found(person) => Some(*person),
                    Looked::Missing => None,
                    Looked::Unreadable => {
                        return Err(GoogleError::Outage("a contact that was asked for could not be read".into()));
                    }
                };
                people.push((name, person));
            }
        }
        Ok(people)
    }

    /// What Google says of names that may be nobody's: one that it does not take spoils no other. One critical read per two
    /// hundred, and more only to find such a name.
    ///
    /// # Errors
    /// Those of any read but a refusal.
    pub async fn look_up(&self, names: &[ResourceName]) -> Result<Vec<(ResourceName, Looked)>, GoogleError> {
        let mut people = Vec::with_capacity(names.len());
        let mut parts: Vec<&[ResourceName]> = names.chunks(PER_GET).collect();
        while let Some(part) = parts.pop() {
            match self.chunk(part).await {
                Ok(looked) => people.extend(looked),
                Err(GoogleError::Refused { .. } | GoogleError::NotFound) if part.len() > 1 => {
                    parts.extend(<[_; 2]>::from(part.split_at(part.len() / 2)));
                }
                Err(GoogleError::Refused { .. } | GoogleError::NotFound) => {
                    warn!("Google does not take the name of a contact");
                    people.extend(part.iter().map(|name| (name.clone(), Looked::Unreadable)));
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(people)
    }

    async fn chunk(&self, names: &[ResourceName]) -> Result<Vec<(ResourceName, Looked)>, GoogleError> {
        let mask = read_mask();
        let mut query = vec![("personFields", mask.as_str()), SOURCES];
        query.extend(names.iter().map(|name| ("resourceNames", name.as_str())));
        let answer = self.read("google.get_people", "/v1/people:batchGet", &query, Cost::READ).await?;
        let responses = answer["responses"].as_array().map(Vec::as_slice).unwrap_or_default();
        let looked = |name: &ResourceName| {
            let response = responses.iter().find(|response| response["requestedResourceName"] == name.as_str());
            let looked = match (response, response.and_then(|response| person::read(&response["person"]))) {
                (_, Some(Change::Present(person))) => Looked::Found(Box::new(person)),
                (_, Some(Change::Deleted(_))) => Looked::Missing,
                (Some(response), None) if is_not_found(response) => Looked::Missing,
                (_, None) => Looked::Unreadable,
            };
            (name.clone(), looked)
        };
        Ok(names.iter().map(looked).collect())
    }

    async fn pages(&self, extra: &[(&str, &str)]) -> Result<Pages, GoogleError> {
        let mask = read_mask();
        let mut pages = Pages::default();
        let mut page_token: Option<String> = None;
        loop {
            let mut query = vec![("personFields", mask.as_str()), SOURCES, ("pageSize", PAGE_SIZE)];
            query.extend(extra);
            query.extend(page_token.as_deref().map(|token| ("pageToken", token)));
            let answer = self.read("google.list_people", "/v1/people/me/connections", &query, Cost::READ).await?;
            let listed = answer["connections"].as_array().map(Vec::as_slice).unwrap_or_default();
            pages.items.extend(listed.iter().filter_map(person::read));
            pages.total = answer["totalItems"].as_u64().or(pages.total);
            pages.token = answer["nextSyncToken"].as_str().map(SyncToken::new).or(pages.token);
            match answer["nextPageToken"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => page_token = Some(token.to_owned()),
                None => break,
            }
        }
        self.complete(&mut pages.items).await?;
        Ok(pages)
    }

    /// Reads again those whose addresses or phones a list may have cut.
    async fn complete(&self, items: &mut [Change]) -> Result<(), GoogleError> {
        let is_cut = |person: &Person| {
            [Field::EmailAddresses, Field::PhoneNumbers]
                .iter()
                .any(|field| person.content.items(*field).len() == SHOWN_IN_LIST)
        };
        let cut: BTreeSet<ResourceName> = items
            .iter()
            .filter_map(|change| match change {
                Change::Present(person) if is_cut(person) => Some(person.resource.clone()),
                Change::Present(_) | Change::Deleted(_) => None,
            })
            .collect();
        if cut.is_empty() {
            return Ok(());
        }
        for (name, person) in self.people(&cut.into_iter().collect::<Vec<_>>()).await? {
            let whole = person.map_or_else(|| Change::Deleted(name.clone()), Change::Present);
            let is_it = |change: &&mut Change| matches!(change, Change::Present(person) if person.resource == name);
            for place in items.iter_mut().filter(is_it) {
                *place = whole.clone();
            }
        }
        Ok(())
    }

    pub(super) async fn read(
        &self,
        name: &'static str,
        path: &str,
        query: &[(&str, &str)],
        cost: Cost,
    ) -> Result<Value, GoogleError> {
        let url = self.line.people_url(path, query);
        let call = Call {
            name,
            method: Method::GET,
            url,
            body: None,
            cost,
            effect: Effect::Read,
            scope: CONTACTS,
            names: vec![],
        };
        self.line.send(&self.user, call).await
    }
}

#[derive(Default)]
struct Pages {
    items: Vec<Change>,
    total: Option<u64>,
    token: Option<SyncToken>,
}

impl Pages {
    /// The total, where Google told one, is what came, each contact once.
    fn agree(&self) -> bool {
        self.total.is_none_or(|total| total == self.names().len() as u64)
    }

    fn names(&self) -> BTreeSet<&ResourceName> {
        let names = self.items.iter().map(|change| match change {
            Change::Present(person) => &person.resource,
            Change::Deleted(name) => name,
        });
        names.collect()
    }
}

/// `NOT_FOUND` (google.rpc.Code); with any other code nobody knows whether the contact is there.
fn is_not_found(response: &Value) -> bool {
    response["status"]["code"] == 5 || response["httpStatusCode"] == 404
}
