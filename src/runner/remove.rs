//! Takes everything of ours out of an account, and leaves what its user added (R4).

use std::collections::BTreeSet;

use super::attempt::{Attempt, Left};
use super::failure::Stop;
use super::group::kept;
use super::source::MORE_MEMBERS;
use crate::domain::{MY_CONTACTS, ResourceName};
use crate::google::GoogleError;
use crate::store::{AccountState, KeptGroup};
use crate::sync::{Plan, Reading};

impl Attempt<'_> {
    /// Deletes our contacts, gives what remains in the group My Contacts, deletes the group. Safe to repeat at any point.
    pub(super) async fn remove(&self) -> Result<Left, Stop> {
        let state = self.settled_state().await?;
        let group = self.group_to_leave(&state).await?;
        let reading = self.read_all_once(&state, &[]).await?;
        let planned = self.plan_removal(&state, &reading, &group.clone().unwrap_or_else(no_group));
        self.plan_deletions(planned.deleted().count());
        self.apply_deletes(&planned, &reading).await?;
        if let Some(group) = group {
            match self.account.group_with_members(&group.resource, planned.members.len() + MORE_MEMBERS).await {
                Err(GoogleError::NotFound) => {}
                found => self.dissolve(&found?.members, &group, &planned, &reading).await?,
            }
        }
        Ok(Left::Clean)
    }

    /// The synced group: on record, or ours where the record was lost.
    async fn group_to_leave(&self, state: &AccountState) -> Result<Option<KeptGroup>, Stop> {
        if state.group.is_some() {
            return Ok(state.group.clone());
        }
        let groups = self.account.groups().await?;
        Ok(self.recognise(&groups, state).map(|group| kept(group, &group.name)))
    }

    async fn dissolve(
        &self,
        members: &[ResourceName],
        group: &KeptGroup,
        planned: &Plan,
        reading: &Reading,
    ) -> Result<(), Stop> {
        let unlisted = self.delete_unlisted(members, group, planned, reading).await?;
        let deleted: BTreeSet<&ResourceName> = planned.deleted().chain(unlisted.deleted()).collect();
        // As the group tells its members and as the contacts told it: neither may be late for an addition.
        let members = members.iter().filter(|name| !deleted.contains(name));
        let remaining: BTreeSet<ResourceName> = members.chain(&planned.additions).cloned().collect();
        self.count(|counts| counts.additions = i32::try_from(remaining.len()).unwrap_or(i32::MAX));
        if !remaining.is_empty() {
            let remaining: Vec<ResourceName> = remaining.into_iter().collect();
            self.join(&ResourceName::new(MY_CONTACTS), &remaining).await?;
        }
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        let deleted = self.account.delete_group(&group.resource).await;
        self.answered(deleted).await?;
        self.record(async |tx| tx.settle(self.destination.id).await).await
    }

    /// Deletes members of the group that are ours though neither a list nor a record tells of them: created without an answer,
    /// or for a server that has lost its records, and changed a moment ago.
    async fn delete_unlisted(
        &self,
        members: &[ResourceName],
        group: &KeptGroup,
        planned: &Plan,
        reading: &Reading,
    ) -> Result<Plan, Stop> {
        let listed: BTreeSet<&ResourceName> = reading.people().iter().map(|person| &person.resource).collect();
        let unlisted: Vec<ResourceName> = members.iter().filter(|name| !listed.contains(name)).cloned().collect();
        let people = self.account.members(&unlisted).await?.into_iter().map(|(_, person)| person);
        let reading = Reading::Full(people.filter(|person| !listed.contains(&person.resource)).collect());
        let unlisted = self.plan_removal(&AccountState::default(), &reading, group);
        self.plan_deletions(planned.deleted().count() + unlisted.deleted().count());
        self.apply_deletes(&unlisted, &reading).await?;
        Ok(unlisted)
    }
}

/// Stands for a group that does not exist: nobody is in it.
pub(super) fn no_group() -> KeptGroup {
    KeptGroup { resource: ResourceName::new(""), name: String::new(), wanted_name: String::new() }
}
