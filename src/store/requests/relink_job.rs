//! Points a job whose source group was deleted at another group of the same user.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Decision, decided};
use crate::domain::{
    AuditAction, AuditChange, Caller, ContactGroup, InvalidDestinationReason, Job, Refusal, RefusalCode, RunKind,
    Trigger, quoted,
};
use crate::store::{Store, StoreResult, Tx};

/// A job to relink.
#[derive(Debug, Clone)]
pub struct RelinkJob {
    /// Id of the job, as it was sent.
    pub job: String,
    /// The other group. `None` when it was refused.
    pub group: Option<ContactGroup>,
    /// What is wrong with the input already; then nothing is changed.
    pub refusals: Vec<Refusal>,
    /// Who asks.
    pub by: Caller,
}

impl Store {
    /// Relinks a job and queues its next run, which the guard holds whatever it deletes; or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn relink_job(&self, request: &RelinkJob) -> StoreResult<Decision> {
        decided!(self, relink_job(request))
    }
}

impl Tx {
    async fn relink_job(&self, request: &RelinkJob) -> StoreResult<Decision> {
        let job = match self.changeable_job(&request.job).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let Some(group) = request.group.as_ref().filter(|_| request.refusals.is_empty()) else {
            return Ok(Decision::refused(Some(job), request.refusals.clone(), Vec::new()));
        };
        let refusals = self.against_relinking(&job, group).await?;
        if !refusals.is_empty() {
            return Ok(Decision::refused(Some(job), refusals, Vec::new()));
        }
        self.point_at(&job, group).await?;
        let changes = AuditChange::of("sourceGroup", Some(job.source.group_name.clone()), Some(group.name.clone()));
        let changes = changes.into_iter().chain([AuditChange::with("sourceGroupId", group.id)]).collect();
        self.audit(&request.by, AuditAction::JobRelink, (&job).into(), changes).await?;
        self.touch_job(job.id).await?;
        let Some(job) = self.job(job.id).await? else { return Ok(Decision::accepted(None, None)) };
        let destinations = self.present_destinations(job.id).await?;
        if destinations.is_empty() {
            return Ok(Decision::accepted(Some(job), None));
        }
        let by = &request.by.actor;
        let run = self.insert_run(&job, RunKind::Sync, Trigger::Manual, None, by, &destinations).await?;
        Ok(Decision::accepted(Some(job), Some(run)))
    }

    async fn against_relinking(&self, job: &Job, group: &ContactGroup) -> StoreResult<Vec<Refusal>> {
        if group.id == job.source.group_id {
            let message = format!("The group {} is the job's source group already.", quoted(&group.name));
            return Ok(vec![Refusal::new(RefusalCode::InvalidValue, &["input", "sourceGroup"], message)]);
        }
        if let Some(run) = self.unfinished_sync(job.id).await? {
            let message = format!("The job has the unfinished run {run}; cancel it or let it end.");
            return Ok(vec![Refusal::new(RefusalCode::RunInProgress { run }, &["input", "jobId"], message)]);
        }
        // A user receives a group through one job only.
        let receives = self.present_of(job.source.user, group.resource.as_str()).await?;
        let destinations = self.destinations_of(job.id).await?;
        let twice = destinations.iter().filter(|one| receives.contains_key(&one.user));
        let refusal = |email: &str| {
            let reason = InvalidDestinationReason::AlreadyReceivesGroup;
            let code = RefusalCode::InvalidDestinationUser { email: email.to_owned(), reason };
            Refusal::new(code, &["input", "sourceGroup"], reason.message(email, ""))
        };
        Ok(twice.map(|one| refusal(one.email.as_str())).collect())
    }

    async fn point_at(&self, job: &Job, group: &ContactGroup) -> StoreResult<()> {
        use entity::{destination, job as jobs};
        jobs::Entity::update_many()
            .col_expr(jobs::Column::SourceGroupId, Expr::value(group.id.uuid()))
            .col_expr(jobs::Column::SourceGroupName, Expr::value(group.name.as_str()))
            .col_expr(jobs::Column::CursorToken, Expr::value(None::<String>)) // the group is read in full
            .col_expr(jobs::Column::IsRelinked, Expr::value(true))
            .filter(jobs::Column::Id.eq(job.id.uuid()))
            .exec(&self.db)
            .await?;
        destination::Entity::update_many()
            .col_expr(destination::Column::SourceGroup, Expr::value(group.resource.as_str()))
            .filter(destination::Column::JobId.eq(job.id.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
