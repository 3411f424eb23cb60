//! Applies a plan: creates, updates, deletes and memberships, in batches or single calls, each answer recorded before the
//! next call.

use std::collections::BTreeMap;
use std::sync::Arc;

use tracing::warn;

use super::attempt::Attempt;
use super::failure::Stop;
use super::names::Names;
use crate::domain::{
    ChangeAction, ContactChange, ContactNumber, Content, Field, GSYNC, GSYNC_NONCE, GSyncTag, Intent, Link,
    MY_CONTACTS, Mirror, Nonce, Person, ResourceName, RunErrorCode, display_name,
};
use crate::google::{GoogleError, NewPerson, PersonUpdate, UpdateMask};
use crate::store::KeptGroup;
use crate::sync::{Action, Calls, Plan, Reading, Writes, calls, fingerprint};

/// Contacts per batch of creates or updates (People API reference).
pub(super) const PER_WRITE: usize = 200;
/// Contacts per batch of deletes (People API reference).
const PER_DELETE: usize = 500;

type Contents = BTreeMap<ContactNumber, Arc<Content>>;

/// A create or an update, with what it takes to record its answer.
struct Write<R> {
    number: ContactNumber,
    nonce: Nonce,
    content: Arc<Content>,
    request: R,
    is_overwrite: bool,
    /// Has, or had, calendar addresses, which some accounts refuse.
    has_calendar_urls: bool,
    changed_fields: Vec<String>,
}

/// What Google refused, taken apart.
struct Parts<'w, R> {
    /// To be sent again in these chunks.
    chunks: Vec<Vec<&'w Write<R>>>,
    /// To be sent again alone, without calendar addresses.
    bare: Vec<&'w Write<R>>,
}

impl<R> Write<R> {
    fn change(&self, action: ChangeAction) -> ContactChange {
        let changed_fields = self.changed_fields.clone();
        ContactChange { action, display_name: display_name(&self.content), changed_fields }
    }
}

impl Write<NewPerson> {
    /// The same without the calendar addresses, which some accounts refuse.
    fn without_calendar_urls(&self) -> Self {
        let mut request = self.request.clone();
        request.content.set(Field::CalendarUrls, Vec::new());
        Self {
            number: self.number,
            nonce: self.nonce.clone(),
            content: Arc::clone(&self.content),
            request,
            is_overwrite: false,
            has_calendar_urls: false,
            changed_fields: Vec::new(),
        }
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

    async fn apply_creates(&self, group: &KeptGroup, plan: &Plan, contents: &Contents) -> Result<(), Stop> {
        let my_contacts = self.job.add_to_my_contacts.then(|| ResourceName::new(MY_CONTACTS));
        let groups: Vec<ResourceName> = std::iter::once(group.resource.clone()).chain(my_contacts).collect();
        let create = |action: &Action| {
            let Action::Create { number } = action else { return None };
            let content = contents.get(number)?; // deleted at the source meanwhile: the next run knows
            let (nonce, tag) = (Nonce::random(), self.tag(*number));
            let request =
                NewPerson { content: Content::clone(content), tag, nonce: nonce.clone(), groups: groups.clone() };
            let has_calendar_urls = !content.items(Field::CalendarUrls).is_empty();
            let (content, changed_fields) = (Arc::clone(content), Vec::new());
            let is_overwrite = false;
            Some(Write { number: *number, nonce, content, request, is_overwrite, has_calendar_urls, changed_fields })
        };
        let creates: Vec<Write<NewPerson>> = plan.actions.iter().filter_map(create).collect();
        let size = self.size(Writes::Contents, creates.len(), PER_WRITE);
        let creates: Vec<&Write<NewPerson>> = creates.iter().collect();
        for chunk in creates.chunks(size) {
            self.create(chunk).await?;
        }
        Ok(())
    }

    async fn create(&self, chunk: &[&Write<NewPerson>]) -> Result<(), Stop> {
        let intent = |write: &&Write<NewPerson>| Intent { nonce: write.nonce.clone(), number: write.number };
        let intents: Vec<Intent> = chunk.iter().map(intent).collect();
        self.record(async |tx| {
            tx.begin_write(self.destination.id).await?;
            tx.intend_creates(self.destination.id, &intents).await
        })
        .await?;
        let requests: Vec<NewPerson> = chunk.iter().map(|write| write.request.clone()).collect();
        let created = match requests.as_slice() {
            [one] => self.account.create_person(one).await.map(|person| vec![person]),
            several => self.account.create_people(several).await,
        };
        match created {
            Ok(people) => {
                let links = self.links(chunk, people);
                let changes: Vec<_> = chunk.iter().map(|write| write.change(ChangeAction::Create)).collect();
                self.count(|counts| counts.created += count(links.len()));
                self.record(async |tx| {
                    tx.settle(self.destination.id).await?;
                    tx.drop_intents(self.destination.id, &intents).await?;
                    tx.record_links(self.destination.id, &links).await?;
                    tx.record_changes(self.item.result, &changes).await
                })
                .await
            }
            Err(GoogleError::Refused { items, .. }) => {
                self.record(async |tx| {
                    tx.settle(self.destination.id).await?;
                    tx.drop_intents(self.destination.id, &intents).await
                })
                .await?;
                let parts = self.apart(chunk, &items, true);
                for part in parts.chunks {
                    Box::pin(self.create(&part)).await?;
                }
                for one in parts.bare {
                    Box::pin(self.create(&[&one.without_calendar_urls()])).await?;
                }
                Ok(())
            }
            Err(failure @ GoogleError::Uncertain(_)) => Err(failure.into()),
            Err(failure) => {
                self.record(async |tx| {
                    tx.settle(self.destination.id).await?;
                    tx.drop_intents(self.destination.id, &intents).await
                })
                .await?;
                Err(failure.into())
            }
        }
    }

    async fn apply_updates(&self, plan: &Plan, contents: &Contents, with_twin: bool) -> Result<(), Stop> {
        let mut updates: Vec<Write<PersonUpdate>> = Vec::new();
        for action in &plan.actions {
            let Action::Write {
                number,
                resource,
                etags,
                is_overwrite,
                changed_fields,
                has_calendar_urls,
                nonce,
                other_client_data,
            } = action
            else {
                continue;
            };
            let Some(content) = contents.get(number).filter(|_| other_client_data.is_some() == with_twin) else {
                continue;
            };
            let nonce = nonce.clone().unwrap_or_else(Nonce::random);
            let tag = self.tag(*number);
            let client_data = other_client_data.as_ref().map(|others| {
                let twin = [(GSYNC.to_owned(), tag.to_string()), (GSYNC_NONCE.to_owned(), nonce.as_str().to_owned())];
                others.iter().cloned().chain(twin).collect()
            });
            let request = PersonUpdate {
                resource: resource.clone(),
                etags: etags.clone(),
                content: Content::clone(content),
                tag: Some(tag),
                client_data,
            };
            updates.push(Write {
                number: *number,
                nonce,
                content: Arc::clone(content),
                request,
                is_overwrite: *is_overwrite,
                has_calendar_urls: *has_calendar_urls,
                changed_fields: changed_fields.clone(),
            });
        }
        let size = self.size(Writes::Contents, updates.len(), PER_WRITE);
        let updates: Vec<&Write<PersonUpdate>> = updates.iter().collect();
        for chunk in updates.chunks(size) {
            let calendar_urls = chunk.iter().any(|write| write.has_calendar_urls);
            self.update(chunk, &UpdateMask { calendar_urls, client_data: with_twin, only: None }).await?;
        }
        Ok(())
    }

    async fn update(&self, chunk: &[&Write<PersonUpdate>], mask: &UpdateMask) -> Result<(), Stop> {
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        let requests: Vec<PersonUpdate> = chunk.iter().map(|write| write.request.clone()).collect();
        let updated = match requests.as_slice() {
            [one] => self.account.update_person(one, mask).await.map(|person| vec![person]),
            several => self.account.update_people(several, mask).await,
        };
        if let Err(GoogleError::Refused { items, .. }) = &updated {
            self.record(async |tx| tx.settle(self.destination.id).await).await?;
            let bare = UpdateMask { calendar_urls: false, ..mask.clone() };
            let (with, without): (Vec<_>, Vec<_>) = chunk.iter().copied().partition(|write| write.has_calendar_urls);
            let parts = if mask.calendar_urls && !with.is_empty() && !without.is_empty() {
                Parts { chunks: vec![without, with], bare: Vec::new() } // the mask may have been refused, for all of them
            } else {
                self.apart(chunk, items, mask.calendar_urls)
            };
            for part in parts.chunks {
                let has_calendar_urls = part.iter().any(|write| write.has_calendar_urls);
                Box::pin(self.update(&part, if has_calendar_urls { mask } else { &bare })).await?;
            }
            for one in parts.bare {
                Box::pin(self.update(&[one], &bare)).await?;
            }
            return Ok(());
        }
        let links = self.links(chunk, self.answered(updated).await?);
        let action = |write: &Write<_>| if write.is_overwrite { ChangeAction::Overwrite } else { ChangeAction::Update };
        let changes: Vec<_> = chunk.iter().map(|write| write.change(action(write))).collect();
        let overwritten = chunk.iter().filter(|write| write.is_overwrite).count();
        self.count(|counts| {
            counts.overwritten += count(overwritten);
            counts.updated += count(chunk.len() - overwritten);
        });
        self.record(async |tx| {
            tx.settle(self.destination.id).await?;
            tx.record_links(self.destination.id, &links).await?;
            tx.record_changes(self.item.result, &changes).await
        })
        .await
    }

    /// Takes a chunk apart that Google refused. Those with calendar addresses may have been refused for them alone: each gets
    /// another chance without, because what one account refuses another takes.
    fn apart<'w, R>(&self, chunk: &[&'w Write<R>], items: &[usize], with_calendar: bool) -> Parts<'w, R> {
        let (chunks, refused) = without_refused(chunk, items);
        let (bare, refused): (Vec<_>, Vec<_>) =
            refused.into_iter().partition(|write| with_calendar && write.has_calendar_urls);
        if !bare.is_empty() {
            warn!(run.id = %self.claimed.run, contacts = bare.len(), "sent again without calendar addresses");
        }
        self.count(|counts| counts.failed += count(refused.len()));
        Parts { chunks, bare }
    }

    /// Deletes what the plan says.
    pub(super) async fn apply_deletes(&self, plan: &Plan, reading: &Reading) -> Result<(), Stop> {
        let delete = |action: &Action| match action {
            Action::Delete { number, resource } => Some((*number, resource.clone())),
            Action::Create { .. }
            | Action::Write { .. }
            | Action::Join { .. }
            | Action::Record { .. }
            | Action::Forget { .. } => None,
        };
        let deletes: Vec<(Option<ContactNumber>, ResourceName)> = plan.actions.iter().filter_map(delete).collect();
        if deletes.is_empty() {
            return Ok(());
        }
        let known = self.runner.contents.of(self.claimed.run);
        let names = Names::new(&known, reading);
        let size = self.size(Writes::Deletes, deletes.len(), PER_DELETE);
        for chunk in deletes.chunks(size) {
            self.delete(chunk, &names).await?;
        }
        Ok(())
    }

    async fn delete(&self, chunk: &[(Option<ContactNumber>, ResourceName)], names: &Names<'_>) -> Result<(), Stop> {
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        let copies: Vec<ResourceName> = chunk.iter().map(|(_, copy)| copy.clone()).collect();
        let deleted = match copies.as_slice() {
            [one] => self.account.delete_person(one).await,
            several => self.account.delete_people(several).await,
        };
        if matches!(deleted, Err(GoogleError::NotFound)) && chunk.len() > 1 {
            // One that the user deleted meanwhile fails the whole batch; a single delete takes "not found" for success.
            self.record(async |tx| tx.settle(self.destination.id).await).await?;
            for one in chunk.chunks(1) {
                Box::pin(self.delete(one, names)).await?;
            }
            return Ok(());
        }
        self.answered(deleted).await?;
        let numbers: Vec<ContactNumber> = chunk.iter().filter_map(|(number, _)| *number).collect();
        let deleted = |(number, copy): &(Option<ContactNumber>, ResourceName)| ContactChange {
            action: ChangeAction::Delete,
            display_name: names.of(*number, Some(copy)),
            changed_fields: Vec::new(),
        };
        let changes: Vec<_> = chunk.iter().map(deleted).collect();
        self.count(|counts| counts.deleted += count(chunk.len()));
        self.record(async |tx| {
            tx.settle(self.destination.id).await?;
            tx.forget_links(self.destination.id, &numbers).await?;
            tx.record_changes(self.item.result, &changes).await
        })
        .await
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

    fn tag(&self, contact: ContactNumber) -> GSyncTag {
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

    fn links<R>(&self, chunk: &[&Write<R>], people: Vec<Person>) -> Vec<(ContactNumber, Link)> {
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

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
