//! Leaves synced contacts and group to their user: tags, twins and the group's marker go, everything else stays (R13).

use std::collections::{BTreeMap, BTreeSet};

use super::attempt::{Attempt, Left};
use super::failure::Stop;
use super::remove::no_group;
use super::write::{PER_WRITE, without_refused};
use crate::domain::{ContactNumber, Field, GSYNC, GSYNC_NONCE, Person, ResourceName};
use crate::google::{GoogleError, PersonUpdate, UpdateMask};
use crate::sync::Writes;

impl Attempt<'_> {
    /// Takes our marks away. Safe to repeat at any point: a contact without tag and twin is not ours any more.
    pub(super) async fn release(&self) -> Result<Left, Stop> {
        let state = self.settled_state().await?;
        let there = self.there(&state).await?;
        let reading = self.read_all_once(&state, there.members()).await?;
        let group = self.found(&there, &state);
        let planned = self.plan_removal(&state, &reading, &group.clone().unwrap_or_else(no_group));
        let ours: BTreeSet<&ResourceName> = planned.deleted().collect();
        let people = reading.people().iter().filter(|person| ours.contains(&person.resource));
        let updates: Vec<PersonUpdate> = people.filter_map(unmarked).collect();
        let numbers: BTreeMap<&ResourceName, ContactNumber> = planned.numbers().collect();
        let size = self.size(Writes::Contents, updates.len(), PER_WRITE);
        for chunk in updates.chunks(size) {
            self.unmark(chunk, &numbers).await?;
        }
        if let Some(group) = group {
            self.unmark_group(&group.resource).await?;
        }
        Ok(if self.counts().failed == 0 { Left::Clean } else { Left::WithRefusals })
    }

    async fn unmark(
        &self,
        chunk: &[PersonUpdate],
        numbers: &BTreeMap<&ResourceName, ContactNumber>,
    ) -> Result<(), Stop> {
        let mask = UpdateMask { calendar_urls: false, client_data: true, only: Some(vec![Field::UserDefined]) };
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        let updated = match chunk {
            [one] => self.account.update_person(one, &mask).await.map(drop),
            several => self.account.update_people(several, &mask).await.map(drop),
        };
        if let Err(GoogleError::Refused { items, .. }) = &updated {
            self.record(async |tx| tx.settle(self.destination.id).await).await?;
            let (parts, refused) = without_refused(chunk, items);
            self.count(|counts| counts.failed += i32::try_from(refused.len()).unwrap_or(i32::MAX));
            for part in parts {
                Box::pin(self.unmark(&part, numbers)).await?;
            }
            return Ok(());
        }
        self.answered(updated).await?;
        self.count(|counts| counts.released += i32::try_from(chunk.len()).unwrap_or(i32::MAX));
        let released: Vec<ContactNumber> =
            chunk.iter().filter_map(|update| numbers.get(&update.resource).copied()).collect();
        self.record(async |tx| {
            tx.settle(self.destination.id).await?;
            tx.forget_links(self.destination.id, &released).await
        })
        .await
    }

    async fn unmark_group(&self, name: &ResourceName) -> Result<(), Stop> {
        // A group's clientData comes only with the list.
        let groups = self.account.groups().await?;
        let Some(group) = groups.iter().find(|group| group.resource == *name && group.marker().is_some()) else {
            return Ok(());
        };
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        match self.account.clear_group_marker(group).await {
            Err(GoogleError::NotFound) => {}
            cleared => drop(self.answered(cleared).await?),
        }
        self.record(async |tx| tx.settle(self.destination.id).await).await
    }
}

/// The contact without our tag and twin; its own custom fields and other applications' data are written back.
fn unmarked(person: &Person) -> Option<PersonUpdate> {
    let others = person.client_data.iter().filter(|(key, _)| key != GSYNC && key != GSYNC_NONCE).cloned().collect();
    Some(PersonUpdate {
        resource: person.resource.clone(),
        etags: person.etags.clone()?,
        content: person.content.clone(),
        tag: None,
        client_data: Some(others),
    })
}
