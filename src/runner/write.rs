//! Applies a plan: creates, updates, deletes and memberships, in batches or single calls, each answer recorded before the
//! next call.

use std::collections::BTreeMap;
use std::sync::Arc;

use tracing::warn;

use super::attempt::Attempt;
use super::failure::Stop;
use super::names::Names;
use crate::domain::{
    ChangeAction, ContactChange, ContactNumber, Content, GSyncTag, Link, Mirror, Nonce, Person, ResourceName,
    RunErrorCode, display_name,
};
use crate::store::KeptGroup;
use crate::sync::{Action, Calls, Plan, Reading, Writes, calls, fingerprint};

/// Contacts per batch of creates or updates (People API reference).
pub(super) const PER_WRITE: usize = 200;

pub(super) type Contents = BTreeMap<ContactNumber, Arc<Content>>;

/// A create or an update, with what it takes to record its answer.
pub(super) struct Write<R> {
    pub(super) number: ContactNumber,
    pub(super) nonce: Nonce,
    pub(super) content: Arc<Content>,
    pub(super) request: R,
    pub(super) is_overwrite: bool,
    /// Has, or had, calendar addresses, which some accounts refuse.
    pub(super) has_calendar_urls: bool,
    pub(super) changed_fields: Vec<String>,
}

/// What Google refused, taken apart.
pub(super) struct Parts<'w, R> {
    /// To be sent again in these chunks.
    pub(super) chunks: Vec<Vec<&'w Write<R>>>,
    /// To be sent again alone, without calendar addresses.
    pub(super) bare: Vec<&'w Write<R>>,
}

impl<R> Write<R> {
    pub(super) fn change(&self, action: ChangeAction) -> ContactChange {
        let changed_fields = self.changed_fields.clone();
        ContactChange { action, display_name: display_name(&self.content), changed_fields }
    }
}

impl Attempt<'_> {
    /// Applies the plan in the order that loses nothing: records, creates, updates, deletes, memberships.
    pub(super) async fn apply(
        &self,
        mirror: &Mirror,
        group: &KeptGroup,
        plan: &Plan,
        reading: &Reading,
    ) -> Result<(), Stop> {
        self.apply_records(plan).await?;
        let contents = self.contents(mirror, plan).await?;
        // A full account takes no new contact; what changed or left the source is right all the same.
        let full = match self.apply_creates(group, plan, &contents).await {
            Err(Stop::Fail(cause)) if cause.code == RunErrorCode::ContactLimitReached => Err(Stop::Fail(cause)),
            created => Ok(created?),
        };
        for with_twin in [false, true] {
            self.apply_updates(plan, &contents, with_twin).await?;
        }
        self.apply_deletes(plan, reading).await?;
        self.apply_joins(plan, reading).await?;
        full
    }

    async fn apply_records(&self, plan: &Plan) -> Result<(), Stop> {
        let (mut links, mut gone) = (Vec::new(), Vec::new());
        for action in &plan.actions {
            match action {
                Action::Record { number, link } => links.push((*number, link.clone())),
                Action::Forget { number } => gone.push(*number),
                Action::Create { .. } | Action::Write { .. } | Action::Join { .. } | Action::Delete { .. } => {}
            }
        }
        if links.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.record(async |tx| {
            tx.record_links(self.destination.id, &links).await?;
            tx.forget_links(self.destination.id, &gone).await
        })
        .await
    }

    async fn contents(&self, mirror: &Mirror, plan: &Plan) -> Result<Contents, Stop> {
        let needed: Vec<ContactNumber> = plan
            .actions
            .iter()
            .filter_map(|action| match action {
                Action::Create { number } | Action::Write { number, .. } => Some(*number),
                Action::Join { .. } | Action::Record { .. } | Action::Delete { .. } | Action::Forget { .. } => None,
            })
            .collect();
        if needed.is_empty() {
            return Ok(Contents::new());
        }
        let known = self.runner.contents.of(self.claimed.run);
        let source = self.runner.source_account(self.job).await?;
        known.get(&source, mirror, &needed).await.map_err(super::contents::source_failed)
    }

    /// Takes a chunk apart that Google refused. Those with calendar addresses may have been refused for them alone: each gets
    /// another chance without, because what one account refuses another takes.
    pub(super) fn apart<'w, R>(&self, chunk: &[&'w Write<R>], items: &[usize], with_calendar: bool) -> Parts<'w, R> {
        let (chunks, refused) = without_refused(chunk, items);
        let (bare, refused): (Vec<_>, Vec<_>) =
            refused.into_iter().partition(|write| with_calendar && write.has_calendar_urls);
        if !bare.is_empty() {
            warn!(run.id = %self.claimed.run, contacts = bare.len(), "sent again without calendar addresses");
        }
        self.count(|counts| counts.failed += count(refused.len()));
        Parts { chunks, bare }
    }

    async fn apply_joins(&self, plan: &Plan, reading: &Reading) -> Result<(), Stop> {
        let mut by_group: BTreeMap<&ResourceName, Vec<ResourceName>> = BTreeMap::new();
        for action in &plan.actions {
            if let Action::Join { resource, group, .. } = action {
                by_group.entry(group).or_default().push(resource.clone());
            }
        }
        for (group, members) in by_group {
            self.join(group, &members).await?;
        }
        if plan.displaced == 0 {
            return Ok(());
        }
        self.count(|counts| counts.overwritten += count(plan.displaced));
        let known = self.runner.contents.of(self.claimed.run);
        let names = Names::new(&known, reading);
        let changes: Vec<_> = plan.displacements().into_iter().map(|change| names.named(change)).collect();
        self.record(async |tx| tx.record_changes(self.item.result, &changes).await).await
    }

    /// Puts contacts into a group.
    pub(super) async fn join(&self, group: &ResourceName, members: &[ResourceName]) -> Result<(), Stop> {
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        let joined = self.account.add_to_group(group, members).await;
        self.answered(joined).await?; // who is not found was deleted meanwhile: the next run sees it
        self.record(async |tx| tx.settle(self.destination.id).await).await
    }

    pub(super) fn tag(&self, contact: ContactNumber) -> GSyncTag {
        GSyncTag { job: self.job.number, contact }
    }

    /// Contacts per call.
    pub(super) fn size(&self, writes: Writes, count: usize, per_batch: usize) -> usize {
        let left = self.runner.google.daily_contact_writes_left();
        match calls(writes, count, per_batch, self.destinations, left) {
            Calls::Single => 1,
            Calls::Batches => per_batch,
        }
    }

    pub(super) fn links<R>(&self, chunk: &[&Write<R>], people: Vec<Person>) -> Vec<(ContactNumber, Link)> {
        let link = |(write, person): (&&Write<R>, Person)| {
            let link = Link {
                stored: fingerprint(&person.content),
                sent: fingerprint(&write.content),
                resource: person.resource,
                nonce: Some(write.nonce.clone()),
                etags: person.etags?,
            };
            Some((write.number, link))
        };
        chunk.iter().zip(people).filter_map(link).collect()
    }
}

/// What is left of a chunk that Google refused, and what it refused: the ones that it named; where it named none, the last
/// one of ever smaller halves.
pub(super) fn without_refused<W: Clone>(chunk: &[W], items: &[usize]) -> (Vec<Vec<W>>, Vec<W>) {
    match (chunk, items) {
        ([one], _) => (Vec::new(), vec![one.clone()]),
        (_, []) => {
            let (first, second) = chunk.split_at(chunk.len() / 2);
            (vec![first.to_vec(), second.to_vec()], Vec::new())
        }
        _ => {
            let (mut fine, mut refused) = (Vec::new(), Vec::new());
            for (position, write) in chunk.iter().enumerate() {
                if items.contains(&position) { &mut refused } else { &mut fine }.push(write.clone());
            }
            let chunks = if fine.is_empty() { Vec::new() } else { vec![fine] };
            (chunks, refused)
        }
    }
}

pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
