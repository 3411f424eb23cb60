//! Changes a job: its texts, its schedule, and whether it runs daily.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};

use super::{Decision, decided};
use crate::domain::{DailySchedule, Job, JobStatus, Refusal, RefusalCode, Time, name_key};
use crate::store::convert::Named;
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
    /// Refuse if the job has another version.
    pub expected_version: Option<i32>,
    /// What is wrong with the input already; then nothing is changed.
    pub refusals: Vec<Refusal>,
}

/// Whether a job runs daily.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DailyRuns {
    /// It skips them.
    Paused,
    /// It has them.
    Active,
}

impl UpdateJob {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.description.is_none() && self.custom_group_name.is_none() && self.schedule.is_none()
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

    /// Pauses or resumes the daily runs of a job, or says why not. An unfinished run goes on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_daily_runs(&self, job: &str, wanted: DailyRuns) -> StoreResult<Decision> {
        let request = &(job.to_owned(), wanted);
        decided!(self, set_daily_runs(request))
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
            return Ok(unchanged(job));
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
        self.changed(&job, update).await
    }

    async fn set_daily_runs(&self, (id, wanted): &(String, DailyRuns)) -> StoreResult<Decision> {
        let job = match self.changeable_job(id).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let (status, next) = match wanted {
            DailyRuns::Paused => (JobStatus::Paused, None),
            DailyRuns::Active => {
                (JobStatus::Active, Some(job.schedule.next_after(self.now, self.served_date(&job).await?).due))
            }
        };
        if status == job.status {
            return Ok(unchanged(job));
        }
        let update = Entity::update_many()
            .col_expr(Column::Status, Expr::value(status.name()))
            .col_expr(Column::NextRunAt, Expr::value::<Option<Time>>(next));
        self.changed(&job, update).await
    }

    async fn served_date(&self, job: &Job) -> StoreResult<chrono::NaiveDate> {
        let row = Entity::find_by_id(job.id.uuid()).one(&self.db).await?;
        let gone = StoreError::Nonsense { table: "job", what: "the job is gone".into() };
        row.map(|row| row.served_date).ok_or(gone)
    }

    async fn changed(&self, job: &Job, update: UpdateMany<Entity>) -> StoreResult<Decision> {
        update.filter(Column::Id.eq(job.id.uuid())).exec(&self.db).await?;
        self.touch_job(job.id).await?;
        self.wake_workers(); // the scheduler looks again
        let job = self.job(job.id).await?;
        Ok(Decision { refusals: Vec::new(), rows: Vec::new(), job, run: None, is_replay: false })
    }
}

fn unchanged(job: Job) -> Decision {
    Decision { refusals: Vec::new(), rows: Vec::new(), job: Some(job), run: None, is_replay: false }
}
