//! Contents of source contacts, kept in memory while a run needs them.
//!
//! A shortcut, never the truth: what is not here is read from the source. Nothing of it is stored.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use super::failure::{Stop, error};
use crate::domain::{ContactNumber, Content, Mirror, ResourceName, RunErrorCode, RunId, Time, display_name};
use crate::google::{Account, KeepToken, Known, Total};
use crate::sync::MirrorUpdate;

/// Names per `getBatchGet` (People API reference).
const PER_GET: usize = 200;
/// Contacts per page of a full list.
const PER_PAGE: usize = 1_000;

/// Contents of the runs in hand.
#[derive(Debug, Default)]
pub(super) struct Contents {
    runs: Mutex<BTreeMap<RunId, Arc<SourceContents>>>,
}

impl Contents {
    /// What is known for a run; empty at first.
    pub(super) fn of(&self, run: RunId) -> Arc<SourceContents> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(runs.entry(run).or_default())
    }

    /// The runs of which something is known.
    pub(super) fn runs(&self) -> Vec<RunId> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Forgets a run.
    pub(super) fn drop_run(&self, run: RunId) {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }
}

/// Contents of one run's source contacts.
#[derive(Debug, Default)]
pub(super) struct SourceContents {
    known: Mutex<BTreeMap<ContactNumber, Arc<Content>>>,
    /// When the progress of the run was last told.
    told_at: Mutex<Option<Time>>,
    /// Names of contacts that left the group.
    gone: Mutex<BTreeMap<ContactNumber, String>>,
    /// The record of the source group that a preview works with; it is stored nowhere.
    mirror: tokio::sync::OnceCell<Arc<Mirror>>,
    /// Of source contacts that no reading has shown, whether the source has them all the same.
    pub(super) unseen: tokio::sync::Mutex<BTreeMap<ContactNumber, bool>>,
    /// One reader at a time, so that destinations walked side by side do not read the same contacts twice.
    reading: tokio::sync::Mutex<()>,
}

impl SourceContents {
    /// Adds what a reading brought.
    pub(super) fn add(&self, update: MirrorUpdate) {
        self.add_contents(update.contents);
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).extend(update.gone);
    }

    fn add_contents(&self, contents: BTreeMap<ContactNumber, Content>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(contents.into_iter().map(|(number, content)| (number, Arc::new(content))));
    }

    /// Whether the progress of the run is to be told now: it was not within `pause`.
    pub(super) fn tells(&self, now: Time, pause: TimeDelta) -> bool {
        let mut told_at = self.told_at.lock().unwrap_or_else(PoisonError::into_inner);
        let tells = told_at.is_none_or(|told_at| now >= told_at + pause);
        if tells {
            *told_at = Some(now);
        }
        tells
    }

    /// The name of a source contact.
    pub(super) fn name(&self, number: ContactNumber) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
        let gone = || self.gone.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
        known.and_then(|content| display_name(&content)).or_else(gone)
    }

    /// The record of the source group for a preview, read once per run.
    pub(super) async fn preview_mirror(
        &self,
        read: impl AsyncFnOnce() -> Result<MirrorUpdate, Stop>,
    ) -> Result<Arc<Mirror>, Stop> {
        let read = async || {
            let update = read().await?;
            let mirror = Arc::new(update.mirror.clone());
            self.add(update);
            Ok(mirror)
        };
        self.mirror.get_or_try_init(read).await.cloned()
    }

    fn take(&self, numbers: &[ContactNumber]) -> (BTreeMap<ContactNumber, Arc<Content>>, Vec<ContactNumber>) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = numbers.iter().filter_map(|number| Some((*number, Arc::clone(known.get(number)?)))).collect();
        (found, numbers.iter().copied().filter(|number| !known.contains_key(number)).collect())
    }

    /// The contents of these contacts; those not known yet are read in as few calls as possible. A contact that was
    /// deleted at the source meanwhile is left out.
    pub(super) async fn get(
        &self,
        source: &Account,
        mirror: &Mirror,
        numbers: &[ContactNumber],
    ) -> Result<BTreeMap<ContactNumber, Arc<Content>>, Stop> {
        if self.take(numbers).1.is_empty() {
            return Ok(self.take(numbers).0);
        }
        let _one_reader = self.reading.lock().await;
        let (_, missing) = self.take(numbers);
        if !missing.is_empty() {
            self.add_contents(read(source, mirror, &missing).await.map_err(source_failed)?);
        }
        Ok(self.take(numbers).0)
    }
}

async fn read(
    source: &Account,
    mirror: &Mirror,
    missing: &[ContactNumber],
) -> Result<BTreeMap<ContactNumber, Content>, Stop> {
    let by_name: BTreeMap<&ResourceName, ContactNumber> =
        missing.iter().filter_map(|number| Some((&mirror.get(number)?.resource, *number))).collect();
    // The account holds at least the group, so its pages are at least these; a list also costs one call per page.
    let pages = mirror.values().filter(|entry| entry.is_present).count().div_ceil(PER_PAGE).max(1);
    if by_name.len().div_ceil(PER_GET) > pages {
        let known = Known { recorded: by_name.keys().copied().collect(), told: &[] };
        let list = source.list_people(KeepToken::No, &known, Total::MayDiffer).await?;
        let content = |person: crate::domain::Person| {
            let mut names = std::iter::once(&person.resource).chain(&person.previous);
            Some((*names.find_map(|name| by_name.get(name))?, person.content))
        };
        return Ok(list.items.into_iter().filter_map(content).collect());
    }
    let names: Vec<ResourceName> = by_name.keys().map(|&name| name.clone()).collect();
    let people = source.people(&names).await?;
    let content =
        |(name, person): (ResourceName, Option<crate::domain::Person>)| Some((*by_name.get(&name)?, person?.content));
    Ok(people.into_iter().filter_map(content).collect())
}

/// A failure at the source is not the destination's.
pub(super) fn source_failed(stop: Stop) -> Stop {
    use RunErrorCode as Code;
    match stop {
        Stop::ReadAgain => Stop::Retry(error(Code::UpstreamUnavailable, "The source changed while it was read.")),
        Stop::AccountGone(cause) => Stop::Fail(error(
            Code::SourceUserDeleted,
            format!(
                "The source user is gone ({}). Nothing was changed. Delete the job, or restore the user.",
                cause.message
            ),
        )),
        Stop::Fail(cause) if cause.code == Code::DestinationUserSuspended => Stop::Fail(error(
            Code::SourceUserSuspended,
            "The source user is suspended. Nothing was changed. Restore the user; the next run goes on.",
        )),
        Stop::Fail(cause) if cause.code == Code::InvalidDestinationUser => {
            Stop::Fail(error(Code::AccessDenied, format!("The source account cannot be read. {}", cause.message)))
        }
        other => other,
    }
}
