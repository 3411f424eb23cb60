//! Queues a run that somebody asks for.

use super::{Decision, IdempotencyKey, Replay, decided};
use crate::domain::{Actor, DestinationStatus, JobStatus, Refusal, RefusalCode, RunKind, Trigger, quoted};
use crate::store::convert::Named;
use crate::store::runs::read_run;
use crate::store::{Store, StoreResult, Tx};

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct RunJob {
    /// Id of the job, as it was sent.
    pub job: String,
    /// Key that makes the call safe to repeat.
    pub key: Option<IdempotencyKey>,
    /// Who asks.
    pub by: Actor,
}

impl Store {
    /// Queues a run of a job, pending destinations included, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_job(&self, request: &RunJob) -> StoreResult<Decision> {
        decided!(self, run_job(request))
    }
}

impl Tx {
    async fn run_job(&self, request: &RunJob) -> StoreResult<Decision> {
        if let Some(key) = &request.key {
            match self.replay(key).await? {
                None => {}
                Some(Err(refusal)) => return Ok(Decision::refused(None, vec![refusal], Vec::new())),
                Some(Ok(Replay { run, rows })) => {
                    return Ok(Decision { refusals: Vec::new(), rows, job: None, run: Some(run), is_replay: true });
                }
            }
        }
        let job = match self.changeable_job(&request.job).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let refuse = |code, message: String| {
            Ok(Decision::refused(None, vec![Refusal::new(code, &["input", "jobId"], message)], Vec::new()))
        };
        let id = quoted(&request.job);
        if job.status == JobStatus::Paused {
            return refuse(RefusalCode::JobPaused, format!("The job {id} is paused; resume it first."));
        }
        let mut destinations = self.destinations_of(job.id).await?;
        destinations.retain(|one| one.status != DestinationStatus::Removing);
        if destinations.is_empty() {
            let message = format!("The job {id} has no destinations; add a user first.");
            return refuse(RefusalCode::JobRequiresDestination, message);
        }
        let unfinished = entity::run::Column::JobId
            .eq(job.id.uuid())
            .and(entity::run::Column::Kind.eq(RunKind::Sync.name()))
            .and(entity::run::Column::FinishedAt.is_null());
        if let Some(row) = entity::run::Entity::find().filter(unfinished).one(&self.db).await? {
            let run = read_run(row)?.id;
            let message = format!("The job {id} already has the unfinished run {run}; follow that one.");
            return refuse(RefusalCode::RunInProgress { run }, message);
        }
        let run = self.insert_run(&job, RunKind::Sync, Trigger::Manual, None, &request.by, &destinations).await?;
        if let Some(key) = &request.key {
            self.keep_key(key, run.id, &[]).await?;
        }
        Ok(Decision { refusals: Vec::new(), rows: Vec::new(), job: Some(job), run: Some(run), is_replay: false })
    }
}
