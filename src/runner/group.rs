//! The synced group of an account: found again, created, or given the name it should have (R8).

use std::collections::BTreeSet;

use super::attempt::Attempt;
use super::failure::{Stop, error};
use crate::domain::{ResourceName, RunErrorCode};
use crate::google::{GoogleError, Group};
use crate::store::{AccountState, GroupIntent, KeptGroup};
use crate::sync::{ListedGroup, free_name};

/// How often a name that Google says is taken, though no listed group has it, is passed over.
const NAME_TRIES: usize = 5;

impl Attempt<'_> {
    /// The group, created or renamed where needed. `there` is the group on record as it was read; `None` when it is gone.
    pub(super) async fn ensure_group(&self, state: &AccountState, there: Option<Group>) -> Result<KeptGroup, Stop> {
        let wanted = self.job.synced_group_name();
        let (Some(kept), Some(there)) = (&state.group, there) else {
            return self.find_or_create(state, wanted).await;
        };
        if there.name == kept.name && kept.wanted_name == wanted {
            return Ok(kept.clone());
        }
        self.rename(&there, wanted).await
    }

    /// Groups of the account that a creation must respect.
    async fn find_or_create(&self, state: &AccountState, wanted: &str) -> Result<KeptGroup, Stop> {
        let groups = self.account.groups().await?;
        if let Some(ours) = self.recognise(&groups, state.group_intent.as_ref()) {
            let is_named = ours.name == free_name(wanted, &listed(&groups), Some(&ours.resource));
            // Until it is renamed its record asks for the name it has: an attempt that ends here is not taken for done.
            let kept = kept(ours, if is_named { wanted } else { &ours.name });
            self.record(async |tx| tx.keep_group(self.destination.id, &kept).await).await?;
            return if is_named { Ok(kept) } else { self.rename(ours, wanted).await };
        }
        let mut names = listed(&groups);
        for _ in 0..NAME_TRIES {
            let name = free_name(wanted, &names, None);
            let intent =
                GroupIntent { name: name.clone(), listed: groups.iter().map(|group| group.resource.clone()).collect() };
            self.record(async |tx| {
                tx.begin_write(self.destination.id).await?;
                tx.intend_group(self.destination.id, &intent).await
            })
            .await?;
            match self.account.create_group(&name, &self.job.number.to_string()).await {
                Err(GoogleError::NameTaken) => {
                    self.record(async |tx| tx.settle(self.destination.id).await).await?;
                    names.push(taken(name));
                }
                created => {
                    let kept = kept(&self.answered(created).await?, wanted);
                    self.record(async |tx| {
                        tx.settle(self.destination.id).await?;
                        tx.keep_group(self.destination.id, &kept).await
                    })
                    .await?;
                    return Ok(kept);
                }
            }
        }
        Err(no_name())
    }

    /// Which of the groups is ours: the one with our marker, or the one that a call without an answer has made.
    pub(super) fn recognise<'g>(&self, groups: &'g [Group], intent: Option<&GroupIntent>) -> Option<&'g Group> {
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
            match self.account.rename_group(there, &name).await {
                Err(GoogleError::NameTaken) => {
                    self.record(async |tx| tx.settle(self.destination.id).await).await?;
                    names.push(taken(name));
                }
                renamed => {
                    let kept = kept(&self.answered(renamed).await?, wanted);
                    self.record(async |tx| {
                        tx.settle(self.destination.id).await?;
                        tx.keep_group(self.destination.id, &kept).await
                    })
                    .await?;
                    return Ok(kept);
                }
            }
        }
        Err(no_name())
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

fn kept(group: &Group, wanted: &str) -> KeptGroup {
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
