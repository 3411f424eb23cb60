//! Deletes a job: its accounts are cleaned, or released to their users, and the last of them takes the job along (R13).

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Decision, decided};
use crate::domain::{
    AuditAction, AuditChange, Caller, DestinationStatus, JobId, JobStatus, RunKind, SyncedContactsPolicy, Time, Trigger,
};
use crate::store::convert::Named;
use crate::store::{Store, StoreResult, Tx};

use entity::job_tombstone;

fn policy(policy: SyncedContactsPolicy) -> &'static str {
    match policy {
        SyncedContactsPolicy::Remove => "REMOVE",
        SyncedContactsPolicy::Keep => "KEEP",
    }
}

/// A job to delete.
#[derive(Debug, Clone)]
pub struct DeleteJob {
    /// Id of the job, as it was sent.
    pub job: String,
    /// What becomes of synced contacts and groups.
    pub synced_contacts: SyncedContactsPolicy,
    /// Who asks.
    pub by: Caller,
}

impl Store {
    /// Deletes a job, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_job(&self, request: &DeleteJob) -> StoreResult<Decision> {
        decided!(self, delete_job(request))
    }
}

impl Tx {
    async fn delete_job(&self, request: &DeleteJob) -> StoreResult<Decision> {
        use entity::job::{Column, Entity};
        if let Some(decision) = self.deleted_job(request).await? {
            return Ok(decision);
        }
        let job = match self.changeable_job(&request.job).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(JobStatus::Deleting.name()))
            .col_expr(Column::NextRunAt, Expr::value(None::<Time>))
            .filter(Column::Id.eq(job.id.uuid()))
            .exec(&self.db)
            .await?;
        self.touch_job(job.id).await?;
        self.cancel_unfinished_sync(job.id).await?;
        let changes = vec![AuditChange::with("syncedContacts", policy(request.synced_contacts))];
        self.audit(&request.by, AuditAction::JobDelete, (&job).into(), changes).await?;
        let kind = match request.synced_contacts {
            SyncedContactsPolicy::Remove => RunKind::Removal,
            SyncedContactsPolicy::Keep => RunKind::Release,
        };
        let mut destinations = self.destinations_of(job.id).await?;
        // Who is being removed already is left to that removal; one that waits for its daily attempt is tried now.
        destinations.retain(|one| {
            one.status != DestinationStatus::Removing || (kind == RunKind::Removal && one.next_attempt_at.is_some())
        });
        self.start_removing(&destinations).await?;
        let run = self.insert_run(&job, kind, Trigger::Removal, None, &request.by.actor, &destinations).await?;
        let tombstone = job_tombstone::ActiveModel {
            job_id: Set(job.id.uuid()),
            run_id: Set(run.id.uuid()),
            synced_contacts: Set(policy(request.synced_contacts).into()),
            at: Set(self.now),
        };
        job_tombstone::Entity::insert(tombstone).exec_without_returning(&self.db).await?;
        Ok(Decision::accepted(Some(job), Some(run)))
    }

    /// The answer to an earlier deletion that asked for the same. One that asked for something else stands.
    async fn deleted_job(&self, request: &DeleteJob) -> StoreResult<Option<Decision>> {
        let Ok(id) = request.job.parse::<JobId>() else { return Ok(None) };
        let tombstone = job_tombstone::Entity::find_by_id(id.uuid()).one(&self.db).await?;
        let same = tombstone.filter(|tombstone| tombstone.synced_contacts == policy(request.synced_contacts));
        match same {
            Some(tombstone) => {
                let run = self.run_now(tombstone.run_id.into()).await?;
                Ok(run.map(|run| Decision::accepted(None, Some(run))))
            }
            None => Ok(None),
        }
    }
}
