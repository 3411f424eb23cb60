//! Queues a run that somebody asks for.

use super::{Decision, IdempotencyKey, Replay, decided_by_key, has_no_destination};
use crate::domain::{AuditAction, Caller, JobStatus, Refusal, RefusalCode, RunKind, Trigger, quoted};
use crate::store::{Store, StoreResult, Subject, Tx};

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct RunJob {
    /// Id of the job, as it was sent.
    pub job: String,
    /// Key that makes the call safe to repeat.
    pub key: Option<IdempotencyKey>,
    /// Who asks.
    pub by: Caller,
}

impl Store {
    /// Queues a run of a job, pending destinations included, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_job(&self, request: &RunJob) -> StoreResult<Decision> {
        decided_by_key!(self, run_job(request))
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
        let destinations = self.present_destinations(job.id).await?;
        if destinations.is_empty() {
            let refusal = has_no_destination(&request.job, &["input", "jobId"]);
            return Ok(Decision::refused(None, vec![refusal], Vec::new()));
        }
        if let Some(run) = self.unfinished_sync(job.id).await? {
            let message = format!("The job {id} already has the unfinished run {run}; follow that one.");
            return refuse(RefusalCode::RunInProgress { run }, message);
        }
        let run = self.insert_run(&job, RunKind::Sync, Trigger::Manual, None, &request.by.actor, &destinations).await?;
        if let Some(key) = &request.key {
            self.keep_key(key, run.id, &[]).await?;
        }
        self.audit(&request.by, AuditAction::RunStart, Subject::run(&run, Some(&job)), Vec::new()).await?;
        Ok(Decision::accepted(Some(job), Some(run)))
    }
}
