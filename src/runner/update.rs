//! Writes the source's contents over contacts.

use std::sync::Arc;

use super::attempt::Attempt;
use super::failure::Stop;
use super::write::{Contents, PER_WRITE, Parts, Write, count};
use crate::domain::{ChangeAction, Content, GSYNC, GSYNC_NONCE, Nonce};
use crate::google::{GoogleError, PersonUpdate, UpdateMask};
use crate::sync::{Action, Plan, Writes};

impl Attempt<'_> {
    pub(super) async fn apply_updates(&self, plan: &Plan, contents: &Contents, with_twin: bool) -> Result<(), Stop> {
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
}
