//! Takes everything of ours out of an account, and leaves what its user added (R4).

use std::collections::BTreeSet;

use super::attempt::{Attempt, Left};
use super::failure::Stop;
use super::group::kept;
use super::source::MORE_MEMBERS;
use crate::domain::{MY_CONTACTS, ResourceName};
use crate::google::{GoogleError, Looked};
use crate::store::{AccountState, KeptGroup};
use crate::sync::{Action, Plan, Reading};

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
                found => self.dissolve(&state, &group, found?.members, planned, reading).await?,
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
        state: &AccountState,
        group: &KeptGroup,
        members: Vec<ResourceName>,
        planned: Plan,
        reading: Reading,
    ) -> Result<(), Stop> {
        let mut deleted: BTreeSet<ResourceName> = planned.deleted().cloned().collect();
        let mut additions = planned.additions;
        let listed: BTreeSet<&ResourceName> = reading.people().iter().map(|person| &person.resource).collect();
        let unlisted: Vec<ResourceName> = members.iter().filter(|name| !listed.contains(name)).cloned().collect();
        if !unlisted.is_empty() {
            // Created without an answer, or changed a moment ago and on no record, or added meanwhile.
            let (more, missing) = self.with_unlisted(state, group, reading, &unlisted).await?;
            deleted.extend(more.deleted().cloned());
            self.plan_deletions(deleted.len());
            deleted.extend(missing);
            additions.extend(more.additions);
        }
        // As the group tells its members and as the contacts told it: neither may be late for an addition.
        let remaining = members.into_iter().chain(additions).filter(|name| !deleted.contains(name));
        let remaining: Vec<ResourceName> = remaining.collect::<BTreeSet<_>>().into_iter().collect();
        self.count(|counts| counts.additions = i32::try_from(remaining.len()).unwrap_or(i32::MAX));
        if !remaining.is_empty() {
            self.join(&ResourceName::new(MY_CONTACTS), &remaining).await?;
        }
        self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
        let deleted = self.account.delete_group(&group.resource).await;
        self.answered(deleted).await?;
        self.record(async |tx| tx.settle(self.destination.id).await).await
    }

    /// Deletes what is ours of members that the list did not show. The plan, and the members that do not exist.
    async fn with_unlisted(
        &self,
        state: &AccountState,
        group: &KeptGroup,
        reading: Reading,
        unlisted: &[ResourceName],
    ) -> Result<(Plan, Vec<ResourceName>), Stop> {
        let listed: BTreeSet<&ResourceName> = reading.people().iter().map(|person| &person.resource).collect();
        let (mut more, mut missing) = (Vec::new(), Vec::new());
        for (name, looked) in self.account.look_up(unlisted).await? {
            match looked {
                Looked::Found(person) if listed.contains(&person.resource) => {} // it was renamed
                Looked::Found(person) => more.push(*person),
                Looked::Missing => missing.push(name),
                Looked::Unreadable => {}
            }
        }
        let found: BTreeSet<ResourceName> = more.iter().map(|person| person.resource.clone()).collect();
        let mut people = reading.into_people();
        people.extend(more);
        let reading = Reading::Full(people);
        // With all that was read, so that a copy that the user made of one of ours stays the user's.
        let mut planned = self.plan_removal(state, &reading, group);
        planned.actions.retain(|action| matches!(action, Action::Delete { resource, .. } if found.contains(resource)));
        self.apply_deletes(&planned, &reading).await?;
        Ok((planned, missing))
    }
}

/// Stands for a group that does not exist: nobody is in it.
pub(super) fn no_group() -> KeptGroup {
    KeptGroup { resource: ResourceName::new(""), name: String::new(), wanted_name: String::new() }
}
