//! Finds the synced group of an account: the one on record, or the one that bears our marker though no record tells of it.

use std::collections::BTreeSet;

use super::attempt::Attempt;
use super::failure::Stop;
use super::gather::MORE_MEMBERS;
use super::group::kept;
use crate::domain::ResourceName;
use crate::google::{GoogleError, Group};
use crate::store::{AccountState, KeptGroup};
use crate::sync::{Plan, Reading};

/// What is there of the synced group.
#[derive(Debug, Clone)]
pub(super) enum There {
    /// The group on record, with its members.
    OnRecord(Group),
    /// None is on record, or it is gone.
    Unrecorded(Listed),
}

/// All groups of an account, where no record tells which is ours.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// The groups, without their members.
    pub(super) groups: Vec<Group>,
    /// Members of the one that is ours all the same. A server that lost its records must not take a contact for gone that a
    /// late list does not show.
    pub(super) members: Vec<ResourceName>,
}

impl There {
    /// Members of the group, where one was found.
    pub(super) fn members(&self) -> &[ResourceName] {
        match self {
            There::OnRecord(group) => &group.members,
            There::Unrecorded(listed) => &listed.members,
        }
    }

    /// The group has other members than the changes tell: they did not tell everything.
    pub(super) fn contradicts(&self, reading: &Reading, planned: &Plan) -> bool {
        let members: BTreeSet<&ResourceName> = self.members().iter().collect();
        matches!(reading, Reading::Changes { .. }) && !planned.members.iter().eq(members)
    }
}

impl Attempt<'_> {
    pub(super) async fn there(&self, state: &AccountState) -> Result<There, Stop> {
        if let Some(kept) = &state.group {
            let expected = state.links.len() + state.additions.len() + MORE_MEMBERS;
            match self.account.group_or_bare(&kept.resource, u32::try_from(expected).unwrap_or(u32::MAX)).await {
                Err(GoogleError::NotFound) => {}
                found => return Ok(There::OnRecord(found?)),
            }
        }
        Ok(There::Unrecorded(self.listed(state).await?))
    }

    /// The synced group as a removal or release leaves it, and its members where no record tells which contacts are ours.
    pub(super) async fn to_leave(&self, state: &AccountState) -> Result<(Option<KeptGroup>, Vec<ResourceName>), Stop> {
        if state.group.is_some() {
            return Ok((state.group.clone(), Vec::new()));
        }
        let listed = self.listed(state).await?;
        Ok((self.ours(&listed, state), listed.members))
    }

    /// What would be put on record of the group that is ours, called as it is.
    pub(super) fn ours(&self, listed: &Listed, state: &AccountState) -> Option<KeptGroup> {
        self.recognise(&listed.groups, state).map(|group| kept(group, &group.name))
    }

    async fn listed(&self, state: &AccountState) -> Result<Listed, Stop> {
        let groups = self.account.groups().await?;
        let mut members = Vec::new();
        if let Some(ours) = self.recognise(&groups, state) {
            let expected = usize::try_from(ours.member_count).unwrap_or(usize::MAX).saturating_add(MORE_MEMBERS);
            match self.account.group_or_bare(&ours.resource, u32::try_from(expected).unwrap_or(u32::MAX)).await {
                Err(GoogleError::NotFound) => {}
                found => members = found?.members,
            }
        }
        Ok(Listed { groups, members })
    }

    /// Which of the groups is ours: the one with our marker, or the one that a call without an answer has made.
    pub(super) fn recognise<'g>(&self, groups: &'g [Group], state: &AccountState) -> Option<&'g Group> {
        let intent = state.group_intent.as_ref();
        let number = self.job.number.to_string();
        let personal = || groups.iter().filter(|group| !group.is_system);
        let marked = personal().filter(|group| group.marker() == Some(&number));
        let is_new = |group: &&Group| {
            intent.is_some_and(|intent| {
                group.name == intent.name && !intent.listed.contains(&group.resource) && group.member_count == 0
            })
        };
        // Of several with our marker the one in use is kept.
        marked
            .min_by_key(|group| (std::cmp::Reverse(group.member_count), group.resource.clone()))
            .or_else(|| personal().find(is_new))
    }
}
