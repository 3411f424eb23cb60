//! Deletes contacts.

use super::attempt::Attempt;
use super::failure::Stop;
use super::names::Names;
use super::write::count;
use crate::domain::{ChangeAction, ContactChange, ContactNumber, ResourceName};
use crate::google::GoogleError;
use crate::sync::{Action, Plan, Reading, Writes};

/// Contacts per batch of deletes (People API reference).
const PER_DELETE: usize = 500;

impl Attempt<'_> {
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
}
