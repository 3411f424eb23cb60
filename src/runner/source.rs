//! Reads the source of a run: its user, its group, its people.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use tracing::{info, warn};

use super::failure::{Stop, error};
use super::{DirectoryKey, Runner};
use crate::domain::{
    InvalidDestinationReason as Reason, Job, Mirror, ResourceName, RunErrorCode, SourceHealthStatus, WorkspaceUser,
};
use crate::google::{Account, Google, GoogleError, Group, KeepToken, Known, Total};
use crate::store::{Claimed, Cursor};
use crate::sync::{MirrorUpdate, mirror_after_changes, mirror_after_full_read};

/// Tokens live seven days from the full reading (People API reference); a day is kept as a margin.
pub(super) const FULL_READ_EVERY: TimeDelta = TimeDelta::days(6);
/// Members asked for beyond those expected.
pub(super) const MORE_MEMBERS: usize = 1_000;

impl Runner {
    /// Reads the source, and stores what it brought: mirror, cursor and health.
    pub(super) async fn read_source(&self, claimed: &Claimed, job: &Job) -> Result<(), Stop> {
        let (update, cursor, group) = self.source_reading(claimed, job, KeepToken::Yes).await?;
        let changed: Vec<_> =
            update.changed.iter().filter_map(|number| Some((*number, update.mirror.get(number)?.clone()))).collect();
        let is_empty = present(&update.mirror).is_empty();
        let health = if is_empty { SourceHealthStatus::GroupEmpty } else { SourceHealthStatus::Ok };
        info!(job.id = %job.id, run.id = %claimed.run, changed = changed.len(), "source of {} read", job.id);
        self.contents.of(claimed.run).add(update);
        self.store
            .atomically(async |tx| {
                tx.fence(claimed).await?;
                tx.save_mirror(job.id, &changed, cursor.as_ref(), &Google::read_parameters_hash()).await?;
                tx.save_source_health(job.id, health, Some(&group.name)).await
            })
            .await?;
        Ok(())
    }

    /// The record of the source group as a run would find it now. Nothing of it is stored.
    pub(super) async fn preview_mirror(&self, claimed: &Claimed, job: &Job) -> Result<Arc<Mirror>, Stop> {
        let known = self.contents.of(claimed.run);
        known.preview_mirror(async || Ok(self.source_reading(claimed, job, KeepToken::No).await?.0)).await
    }

    async fn source_reading(
        &self,
        claimed: &Claimed,
        job: &Job,
        keep: KeepToken,
    ) -> Result<(MirrorUpdate, Option<Cursor>, Group), Stop> {
        let user = self.refresh_users(claimed, job).await?;
        let account = self.google.account(&user.email, &user.google_id);
        let mirror = self.store.mirror(job.id).await?;
        let group = match account.group_with_members(&job.source.group, present(&mirror).len() + MORE_MEMBERS).await {
            Err(GoogleError::NotFound) => {
                return Err(Stop::Fail(error(
                    RunErrorCode::SourceGroupMissing,
                    format!(
                        "The source group '{}' does not exist any more. Nothing was deleted. Point the job at another group, or delete it.",
                        job.source.group_name
                    ),
                )));
            }
            found => found?,
        };
        let (update, cursor) = self.read_people(&account, job, &mirror, &group, keep).await?;
        Ok((update, cursor, group))
    }

    /// The source's people: what changed, or in full where that is not possible, due, or contradicted by the group.
    async fn read_people(
        &self,
        account: &Account,
        job: &Job,
        mirror: &Mirror,
        group: &Group,
        keep: KeepToken,
    ) -> Result<(MirrorUpdate, Option<Cursor>), Stop> {
        let now = self.clock.now();
        let cursor = self.store.source_cursor(job.id, &Google::read_parameters_hash()).await?;
        if let Some(cursor) = cursor.filter(|cursor| now < cursor.full_read_at + FULL_READ_EVERY) {
            match account.list_changes(&cursor.token).await {
                Ok(changes) => {
                    let update = mirror_after_changes(mirror, &group.resource, &changes).map_err(unreadable)?;
                    let is_told = group.member_count == 0 || !group.members.is_empty();
                    if is_told && present(&update.mirror) == group.members.iter().collect() {
                        let token = changes.token.unwrap_or(cursor.token);
                        return Ok((update, Some(Cursor { token, full_read_at: cursor.full_read_at })));
                    }
                    warn!(job.id = %job.id, "the source group of job {} has other members than its changes tell", job.id);
                }
                Err(GoogleError::StartOver) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        // As far as records and the group itself tell: a server that has no records yet must not take a late list for a
        // group that has shrunk.
        let known = Known { recorded: present(mirror), told: &group.members };
        let list = account.list_people(keep, &known, Total::MayDiffer).await?;
        let update = mirror_after_full_read(mirror, &group.resource, &list).map_err(unreadable)?;
        Ok((update, list.token.map(|token| Cursor { token, full_read_at: now })))
    }

    async fn refresh_users(&self, claimed: &Claimed, job: &Job) -> Result<WorkspaceUser, Stop> {
        let mut keys = vec![DirectoryKey::Id(job.source.google_id.clone())];
        keys.extend(self.store.google_ids_of_run(claimed.run).await?.into_iter().map(DirectoryKey::Id));
        self.directory.refresh(&keys).await?;
        let primary_domain =
            self.store.workspace().await?.map(|workspace| workspace.primary_domain).unwrap_or_default();
        let user = self.store.user(job.source.user).await?;
        let Some(user) = user.filter(|user| !user.is_deleted) else {
            return Err(Stop::Fail(error(
                RunErrorCode::SourceUserDeleted,
                format!("The source user {} does not exist any more. Nothing was changed.", job.source.email),
            )));
        };
        match user.ineligible_reason(&primary_domain) {
            None => Ok(user),
            Some(reason) => Err(Stop::Fail(error(
                code_of_source(reason),
                format!(
                    "The source user cannot be read: {} Nothing was changed.",
                    reason.message(user.email.as_str(), &primary_domain)
                ),
            ))),
        }
    }

    /// The source user's account, under the address it has now.
    pub(super) async fn source_account(&self, job: &Job) -> Result<Account, Stop> {
        let user = self.store.user(job.source.user).await?;
        let email = user.as_ref().map_or(&job.source.email, |user| &user.email);
        Ok(self.google.account(email, &job.source.google_id))
    }
}

/// The code for a source user who is not eligible any more.
fn code_of_source(reason: Reason) -> RunErrorCode {
    match reason {
        Reason::UserNotFound => RunErrorCode::SourceUserDeleted,
        Reason::NotOnPrimaryDomain => RunErrorCode::SourceUserNotOnPrimaryDomain,
        Reason::UserSuspended
        | Reason::UserArchived
        | Reason::GuestUser
        | Reason::MalformedAddress
        | Reason::IsSourceUser
        | Reason::AlreadyReceivesGroup
        | Reason::RemovalInProgress => RunErrorCode::SourceUserSuspended,
    }
}

fn present(mirror: &Mirror) -> BTreeSet<&ResourceName> {
    mirror.values().filter(|entry| entry.is_present).map(|entry| &entry.resource).collect()
}

fn unreadable(failure: crate::sync::SourceReadError) -> Stop {
    Stop::Retry(error(RunErrorCode::UpstreamUnavailable, format!("The source could not be read: {failure}.")))
}
