//! Pauses or resumes the daily runs of a job.

use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;

use super::{Decision, decided};
use crate::domain::{AuditAction, AuditChange, Caller, JobStatus, Time};
use crate::store::convert::Named;
use crate::store::{Store, StoreResult, Tx};

use entity::job::{Column, Entity};

/// Whether a job is to run daily.
#[derive(Debug, Clone)]
pub struct PauseJob {
    /// Id of the job, as it was sent.
    pub job: String,
    /// What is wanted.
    pub wanted: DailyRuns,
    /// Why, for the audit log.
    pub reason: Option<String>,
    /// Who asks.
    pub by: Caller,
}

/// Whether a job runs daily.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DailyRuns {
    /// It skips them.
    Paused,
    /// It has them.
    Active,
}

impl Store {
    /// Pauses or resumes the daily runs of a job, or says why not. An unfinished run goes on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_daily_runs(&self, request: &PauseJob) -> StoreResult<Decision> {
        decided!(self, set_daily_runs(request))
    }
}

impl Tx {
    async fn set_daily_runs(&self, request: &PauseJob) -> StoreResult<Decision> {
        let job = match self.changeable_job(&request.job).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let (status, next, action) = match request.wanted {
            DailyRuns::Paused => (JobStatus::Paused, None, AuditAction::JobPause),
            DailyRuns::Active => {
                let next = job.schedule.next_after(self.now, self.served_date(&job).await?).due;
                (JobStatus::Active, Some(next), AuditAction::JobResume)
            }
        };
        let mut changes: Vec<AuditChange> = Vec::new();
        let shown = |status: JobStatus| Some(status.name().to_ascii_uppercase());
        changes.extend(AuditChange::of("status", shown(job.status), shown(status)));
        changes.extend(request.reason.as_ref().map(|reason| AuditChange::with("reason", reason)));
        self.audit(&request.by, action, (&job).into(), changes).await?;
        if status == job.status {
            return Ok(Decision::accepted(Some(job), None));
        }
        let update = Entity::update_many()
            .col_expr(Column::Status, Expr::value(status.name()))
            .col_expr(Column::NextRunAt, Expr::value::<Option<Time>>(next));
        Ok(Decision::accepted(Some(self.changed(&job, update).await?), None))
    }
}
