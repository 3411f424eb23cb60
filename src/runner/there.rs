//! Finds the synced group of an account: the one on record, or the one that is ours though no record tells of it.

use std::collections::BTreeSet;

use super::attempt::{Attempt, gone};
use super::failure::{Stop, error};
use super::group::kept;
use super::source::MORE_MEMBERS;
use crate::domain::{ResourceName, RunErrorCode};
use crate::google::{GoogleError, Group};
use crate::store::{AccountState, KeptGroup};
use crate::sync::{Plan, Reading};

/// What is there of the synced group.
#[derive(Debug, Clone)]
pub(super) enum There {
    /// The group on record, with its members.
    OnRecord(Group),
    /// None is on record, or it is gone.
    Unrecorded {
        /// All groups of the account, without their members.
        groups: Vec<Group>,
        /// Members of the one that is ours all the same. A server that lost its records must not take a contact for gone
        /// that a late list does not show.
        members: Vec<ResourceName>,
    },
}

impl There {
    /// Members of the group, where one was found.
    pub(super) fn members(&self) -> &[ResourceName] {
        match self {
            There::OnRecord(group) => &group.members,
            There::Unrecorded { members, .. } => members,
        }
    }

    /// The group has other members than the changes tell: they did not tell everything.
    pub(super) fn contradicts(&self, reading: &Reading, planned: &Plan) -> bool {
        let members: BTreeSet<&ResourceName> = self.members().iter().collect();
        matches!(reading, Reading::Changes { .. }) && !planned.members.iter().eq(members)
    }
}

impl Attempt<'_> {
    /// The synced group with its members. One group read; where none is on record or it is gone, a list of the groups, and one
    /// more read if one of them is ours.
    pub(super) async fn there(&self, state: &AccountState) -> Result<There, Stop> {
        if let Some(kept) = &state.group {
            let expected = state.links.len() + state.additions.len() + MORE_MEMBERS;
            match self.account.group_with_members(&kept.resource, expected).await {
                Err(GoogleError::NotFound) => {}
                found => return Ok(There::OnRecord(found?)),
            }
        }
        let groups = self.account.groups().await?;
        let mut members = Vec::new();
        if let Some(ours) = self.recognise(&groups, state) {
            let counted = usize::try_from(ours.member_count).unwrap_or_default();
            match self.account.group_with_members(&ours.resource, counted + MORE_MEMBERS).await {
                Err(GoogleError::NotFound) => {}
                found => members = found?.members,
            }
        }
        Ok(There::Unrecorded { groups, members })
    }

    /// The synced group as it would be put on record, if it is there.
    pub(super) fn found(&self, there: &There, state: &AccountState) -> Option<KeptGroup> {
        match there {
            There::OnRecord(_) => state.group.clone(),
            There::Unrecorded { groups, .. } => self.recognise(groups, state).map(|group| kept(group, &group.name)),
        }
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

    /// Where the group on record is gone, its user may have deleted it, or somebody else was given the address since the
    /// Directory was last read, and must receive nothing.
    pub(super) async fn check_user(&self) -> Result<(), Stop> {
        let address =
            async || Ok::<_, Stop>(self.runner.store.user(self.destination.user).await?.map(|user| user.email));
        let before = address().await?;
        if self.runner.directory.is_gone(&self.destination.google_id).await? {
            return Err(gone());
        }
        if address().await? == before {
            return Ok(());
        }
        Err(Stop::Retry(error(RunErrorCode::UpstreamUnavailable, "The user was given another address meanwhile.")))
    }
}
