//! Changes a job: its texts, its schedule, its guard.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};

use super::{Decision, decided};
use crate::domain::{
    AuditAction, AuditChange, Caller, DailySchedule, DeletionGuard, Job, JobStatus, Refusal, RefusalCode, name_key,
};
use crate::store::convert::to_json;
use crate::store::{Store, StoreError, StoreResult, Tx};

use entity::job::{Column, Entity};

/// What is to change. `None` leaves it.
#[derive(Debug, Clone)]
pub struct UpdateJob {
    /// Id of the job, as it was sent.
    pub job: String,
    /// New name.
    pub name: Option<String>,
    /// New notes.
    pub description: Option<String>,
    /// New name of the group at destinations; the inner `None` follows the source group.
    pub custom_group_name: Option<Option<String>>,
    /// New schedule.
    pub schedule: Option<DailySchedule>,
    /// New guard.
    pub guard: Option<GuardChange>,
    /// Refuse if the job has another version.
    pub expected_version: Option<i32>,
    /// What is wrong with the input already; then nothing is changed.
    pub refusals: Vec<Refusal>,
    /// Who asks.
    pub by: Caller,
}

/// What is to change of a guard. The outer `None` leaves a limit, the inner one removes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardChange {
    /// Deletions that need no decision.
    pub max_deletions: Option<Option<i32>>,
    /// Percent whose deletion needs no decision.
    pub max_deletion_percent: Option<Option<i32>>,
    /// The server's guard, which a job without one of its own begins with.
    pub default: DeletionGuard,
}

impl GuardChange {
    /// The guard after the change.
    #[must_use]
    pub fn of(&self, before: Option<DeletionGuard>) -> DeletionGuard {
        let before = before.unwrap_or(self.default);
        DeletionGuard {
            max_deletions: self.max_deletions.unwrap_or(before.max_deletions),
            max_deletion_percent: self.max_deletion_percent.unwrap_or(before.max_deletion_percent),
        }
    }
}

impl UpdateJob {
    fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.description.is_none()
            && self.custom_group_name.is_none()
            && self.schedule.is_none()
            && self.guard.is_none()
    }
}

impl Store {
    /// Changes a job, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_job(&self, request: &UpdateJob) -> StoreResult<Decision> {
        decided!(self, update_job(request))
    }
}

impl Tx {
    async fn update_job(&self, request: &UpdateJob) -> StoreResult<Decision> {
        let job = match self.changeable_job(&request.job).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let mut refusals = request.refusals.clone();
        if let Some(expected) = request.expected_version.filter(|expected| *expected != job.version) {
            let message = format!("The job has version {}, not {expected}; read it again.", job.version);
            refusals.push(Refusal::new(RefusalCode::VersionConflict, &["input", "expectedVersion"], message));
        }
        if !refusals.is_empty() {
            return Ok(Decision::refused(Some(job), refusals, Vec::new()));
        }
        if request.is_empty() {
            return Ok(Decision::accepted(Some(job), None));
        }
        let mut update = Entity::update_many();
        if let Some(name) = &request.name {
            update = update
                .col_expr(Column::Name, Expr::value(name.as_str()))
                .col_expr(Column::NameKey, Expr::value(name_key(name)));
        }
        if let Some(description) = &request.description {
            update = update.col_expr(Column::Description, Expr::value(description.as_str()));
        }
        if let Some(name) = &request.custom_group_name {
            update = update.col_expr(Column::CustomGroupName, Expr::value(name.clone()));
        }
        if let Some(schedule) = request.schedule {
            let next = match job.status {
                JobStatus::Active => Some(schedule.next_after(self.now, self.served_date(&job).await?).due),
                JobStatus::Paused | JobStatus::Deleting => None,
            };
            update = update
                .col_expr(Column::TimeOfDay, Expr::value(schedule.time_of_day()))
                .col_expr(Column::TimeZone, Expr::value(schedule.zone()))
                .col_expr(Column::NextRunAt, Expr::value(next));
        }
        if let Some(change) = request.guard {
            let guard = to_json("job", &change.of(job.guard))?;
            update = update.col_expr(Column::Guard, Expr::value(guard));
        }
        let after = self.changed(&job, update).await?;
        let changes = differences(&job, &after);
        self.audit(&request.by, AuditAction::JobUpdate, (&after).into(), changes).await?;
        Ok(Decision::accepted(Some(after), None))
    }

    pub(super) async fn served_date(&self, job: &Job) -> StoreResult<chrono::NaiveDate> {
        let row = Entity::find_by_id(job.id.uuid()).one(&self.db).await?;
        let gone = StoreError::Nonsense { table: "job", what: "the job is gone".into() };
        row.map(|row| row.served_date).ok_or(gone)
    }

    /// Carries the change out and tells of it; the answer is the job after it.
    pub(super) async fn changed(&self, job: &Job, update: UpdateMany<Entity>) -> StoreResult<Job> {
        update.filter(Column::Id.eq(job.id.uuid())).exec(&self.db).await?;
        self.touch_job(job.id).await?;
        self.wake_workers(); // the scheduler looks again
        self.job(job.id).await?.ok_or(StoreError::Nonsense { table: "job", what: "the job is gone".into() })
    }
}

fn differences(before: &Job, after: &Job) -> Vec<AuditChange> {
    let schedule = |job: &Job| Some(format!("{} {}", job.schedule.time_of_day(), job.schedule.zone()));
    let guard = |job: &Job| job.guard.map(|guard| guard.to_string());
    [
        AuditChange::of("name", Some(before.name.clone()), Some(after.name.clone())),
        AuditChange::of("description", Some(before.description.clone()), Some(after.description.clone())),
        AuditChange::of("syncedGroupName", before.custom_group_name.clone(), after.custom_group_name.clone()),
        AuditChange::of("schedule", schedule(before), schedule(after)),
        AuditChange::of("deletionGuard", guard(before), guard(after)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
