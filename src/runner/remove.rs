//! Takes everything of ours out of an account, and leaves what its user added (R4).

use std::collections::BTreeSet;

use super::attempt::{Attempt, Left};
use super::failure::Stop;
use super::gather::MORE_MEMBERS;
use crate::domain::{MY_CONTACTS, ResourceName};
use crate::google::{GoogleError, Group};
use crate::store::KeptGroup;
use crate::sync::Plan;

impl Attempt<'_> {
    /// Deletes our contacts, gives what remains in the group My Contacts, deletes the group. Safe to repeat at any point.
    pub(super) async fn remove(&self) -> Result<Left, Stop> {
        let state = self.settled_state().await?;
        let (group, members) = self.to_leave(&state).await?;
        let reading = self.read_all_once(&state, &members).await?;
        let planned = self.plan_removal(&state, &reading, &group.clone().unwrap_or_else(no_group));
        self.plan_deletions(planned.deleted().count());
        self.apply_deletes(&planned, &reading).await?;
        if let Some(group) = group {
            let expected = planned.members.len() + MORE_MEMBERS;
            match self.account.group_or_bare(&group.resource, u32::try_from(expected).unwrap_or(u32::MAX)).await {
                Err(GoogleError::NotFound) => {}
                found => self.dissolve(&found?, &planned).await?,
            }
        }
        Ok(Left::Clean)
    }

    async fn dissolve(&self, group: &Group, planned: &Plan) -> Result<(), Stop> {
        let deleted: BTreeSet<&ResourceName> = planned.deleted().collect();
        // As the group tells its members and as the contacts told it: neither may be late for an addition.
        let members = group.members.iter().filter(|name| !deleted.contains(name));
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
}

/// Stands for a group that does not exist: nobody is in it.
pub(super) fn no_group() -> KeptGroup {
    KeptGroup { resource: ResourceName::new(""), name: String::new(), wanted_name: String::new() }
}
