//! The synced group of an account: found again, created, or given the name it should have (R8).

use std::collections::BTreeSet;

use super::attempt::Attempt;
use super::failure::{Stop, error};
use super::there::There;
use crate::domain::{ResourceName, RunErrorCode};
use crate::google::{GoogleError, Group};
use crate::store::{AccountState, GroupIntent, KeptGroup};
use crate::sync::{ListedGroup, free_name};

/// How often a name that Google says is taken, though no listed group has it, is passed over.
const NAME_TRIES: usize = 5;

impl Attempt<'_> {
    /// The group, created or renamed where needed.
    pub(super) async fn ensure_group(&self, state: &AccountState, there: &There) -> Result<KeptGroup, Stop> {
        let wanted = self.job.synced_group_name();
        match (&state.group, there) {
            (Some(kept), There::OnRecord(group)) if group.name == kept.name && kept.wanted_name == wanted => {
                Ok(kept.clone())
            }
            (_, There::OnRecord(group)) => self.rename(group, wanted).await,
            (_, There::Unrecorded { groups, .. }) => self.adopt_or_create(state, groups, wanted).await,
        }
    }

    async fn adopt_or_create(&self, state: &AccountState, groups: &[Group], wanted: &str) -> Result<KeptGroup, Stop> {
        if let Some(ours) = self.recognise(groups, state) {
            let is_named = ours.name == free_name(wanted, &listed(groups), Some(&ours.resource));
            // Until it is renamed its record asks for the name it has: an attempt that ends here is not taken for done.
            let kept = kept(ours, if is_named { wanted } else { &ours.name });
            self.record(async |tx| tx.keep_group(self.destination.id, &kept).await).await?;
            return if is_named { Ok(kept) } else { self.rename(ours, wanted).await };
        }
        let mut names = listed(groups);
        for _ in 0..NAME_TRIES {
            let name = free_name(wanted, &names, None);
            let intent =
                GroupIntent { name: name.clone(), listed: groups.iter().map(|group| group.resource.clone()).collect() };
            self.record(async |tx| {
                tx.begin_write(self.destination.id).await?;
                tx.intend_group(self.destination.id, &intent).await
            })
            .await?;
            let created = self.account.create_group(&name, &self.job.number.to_string()).await;
            match self.written(created, wanted).await? {
                Some(kept) => return Ok(kept),
                None => names.push(taken(name)),
            }
        }
        Err(no_name())
    }

    async fn rename(&self, there: &Group, wanted: &str) -> Result<KeptGroup, Stop> {
        let mut names = listed(&self.account.groups().await?);
        for _ in 0..NAME_TRIES {
            let name = free_name(wanted, &names, Some(&there.resource));
            if name == there.name {
                let kept = kept(there, wanted);
                self.record(async |tx| tx.keep_group(self.destination.id, &kept).await).await?;
                return Ok(kept);
            }
            self.record(async |tx| tx.begin_write(self.destination.id).await).await?;
            let renamed = self.account.rename_group(there, &name).await;
            match self.written(renamed, wanted).await? {
                Some(kept) => return Ok(kept),
                None => names.push(taken(name)),
            }
        }
        Err(no_name())
    }

    /// Records the group as it was created or renamed. `None` when another one has the name.
    async fn written(&self, group: Result<Group, GoogleError>, wanted: &str) -> Result<Option<KeptGroup>, Stop> {
        if matches!(group, Err(GoogleError::NameTaken)) {
            self.record(async |tx| tx.settle(self.destination.id).await).await?;
            return Ok(None);
        }
        let kept = kept(&self.answered(group).await?, wanted);
        self.record(async |tx| {
            tx.settle(self.destination.id).await?;
            tx.keep_group(self.destination.id, &kept).await
        })
        .await?;
        Ok(Some(kept))
    }

    /// Passes an answer on; a refusal is an answer too, only silence leaves the account unsettled.
    pub(super) async fn answered<T>(&self, answer: Result<T, GoogleError>) -> Result<T, Stop> {
        match answer {
            Ok(value) => Ok(value),
            Err(failure @ GoogleError::Uncertain(_)) => Err(failure.into()),
            Err(failure) => {
                self.record(async |tx| tx.settle(self.destination.id).await).await?;
                Err(failure.into())
            }
        }
    }
}

/// What is put on record of a group that is wanted to be called so.
pub(super) fn kept(group: &Group, wanted: &str) -> KeptGroup {
    KeptGroup { resource: group.resource.clone(), name: group.name.clone(), wanted_name: wanted.to_owned() }
}

fn listed(groups: &[Group]) -> Vec<ListedGroup> {
    let names = |group: &Group| {
        let names: BTreeSet<String> = [group.name.clone(), group.formatted_name.clone()].into();
        names.into_iter().filter(|name| !name.is_empty()).collect()
    };
    groups.iter().map(|group| ListedGroup { resource: group.resource.clone(), names: names(group) }).collect()
}

/// A name that no listed group has, but that Google says is taken.
fn taken(name: String) -> ListedGroup {
    ListedGroup { resource: ResourceName::new(""), names: vec![name] }
}

fn no_name() -> Stop {
    Stop::Retry(error(
        RunErrorCode::UpstreamUnavailable,
        "Google says that every name tried for the synced group is taken.",
    ))
}
