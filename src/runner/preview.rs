//! Tells what a sync would do at one destination: the same reading and the same plan, up to the first write.

use std::collections::BTreeMap;

use super::attempt::{Attempt, Left};
use super::failure::Stop;
use super::names::Names;
use super::remove::no_group;
use super::there::There;
use crate::domain::{ChangeAction, ContactChange, ContactNumber, Mirror, ResourceName, display_name};
use crate::store::AccountState;
use crate::sync::{Plan, PlannedChange, Reading};

impl Attempt<'_> {
    /// Plans, and records the plan with the run. Takes no lease, writes nothing to the account, keeps no token.
    pub(super) async fn preview(&self) -> Result<Left, Stop> {
        let mirror =
            self.runner.preview_mirror(self.claimed, self.job).await.map_err(super::contents::source_failed)?;
        let state = self.preview_state().await?;
        let (mut planned, reading) = self.foresee(&mirror, &state).await?;
        self.spare_unseen(&mirror, &mut planned).await?;
        self.tally_plan(&planned);
        let changes = self.changes(&mirror, &planned, &reading).await?;
        self.count(|counts| {
            (counts.created, counts.updated, counts.overwritten, counts.deleted) = (0, 0, 0, 0);
            for change in &changes {
                match change.action {
                    ChangeAction::Create => counts.created += 1,
                    ChangeAction::Update => counts.updated += 1,
                    ChangeAction::Overwrite => counts.overwritten += 1,
                    ChangeAction::Delete => counts.deleted += 1,
                }
            }
        });
        self.runner
            .store
            .atomically(async |tx| {
                tx.fence(self.claimed).await?;
                tx.replace_changes(self.item.result, &changes).await
            })
            .await?;
        self.guard_adopted(&mirror, &planned)?;
        Ok(Left::Untouched)
    }

    /// What we remember of the account; of a job that does not exist yet, nothing.
    async fn preview_state(&self) -> Result<AccountState, Stop> {
        if self.item.destination.is_none() { Ok(AccountState::default()) } else { self.settled_state().await }
    }

    async fn foresee(&self, mirror: &Mirror, state: &AccountState) -> Result<(Plan, Reading), Stop> {
        let changes = if state.group.is_none() { None } else { self.read_changes(state).await? };
        let there = self.there(state).await?;
        let mut reading = match (changes, &there) {
            (Some((changes, _)), There::OnRecord(_)) => changes,
            _ => self.read_all_once(state, there.members()).await?,
        };
        self.check_room(mirror, state, &reading)?;
        let group = self.found(&there, state).unwrap_or_else(no_group);
        let mut planned = self.plan(mirror, state, &reading, &group);
        if there.contradicts(&reading, &planned) {
            reading = self.read_all_once(state, there.members()).await?;
            self.check_room(mirror, state, &reading)?;
            planned = self.plan(mirror, state, &reading, &group);
        }
        Ok((planned, reading))
    }

    /// The plan as people read it, with a name to each contact: those that nothing has told yet are read.
    async fn changes(&self, mirror: &Mirror, planned: &Plan, reading: &Reading) -> Result<Vec<ContactChange>, Stop> {
        let changes = planned.changes();
        let known = self.runner.contents.of(self.claimed.run);
        let kept = |change: &&PlannedChange| change.action != ChangeAction::Delete;
        let needed: Vec<ContactNumber> = changes.iter().filter(kept).filter_map(|change| change.number).collect();
        if !needed.is_empty() {
            let source = self.runner.source_account(self.job).await?;
            known.get(&source, mirror, &needed).await.map_err(super::contents::source_failed)?;
        }
        let mut names = Names::new(&known, reading);
        let unnamed = changes.iter().filter(|change| names.of(change.number, change.resource.as_ref()).is_none());
        let unnamed: Vec<ResourceName> = unnamed.filter_map(|change| change.resource.clone()).collect();
        let read: BTreeMap<ResourceName, String> = if unnamed.is_empty() {
            BTreeMap::new()
        } else {
            let people = self.account.people(&unnamed).await?.into_iter();
            people.filter_map(|(name, person)| Some((name, display_name(&person?.content)?))).collect()
        };
        names.add(read.iter().map(|(resource, name)| (resource, name.clone())));
        Ok(changes.into_iter().map(|change| names.named(change)).collect())
    }
}
