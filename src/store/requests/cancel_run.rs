//! Asks an unfinished run to stop.

use super::{Decision, decided};
use crate::domain::{AuditAction, Caller, Refusal, RefusalCode, RunKind, quoted};
use crate::store::{Store, StoreResult, Subject, Tx};

/// A run to stop.
#[derive(Debug, Clone)]
pub struct CancelRun {
    /// Id of the run, as it was sent.
    pub run: String,
    /// Who asks.
    pub by: Caller,
}

impl Store {
    /// Stops a run after the destinations in hand, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel(&self, request: &CancelRun) -> StoreResult<Decision> {
        decided!(self, cancel(request))
    }
}

impl Tx {
    async fn cancel(&self, request: &CancelRun) -> StoreResult<Decision> {
        let run = match self.named_run(&request.run).await? {
            Ok(run) => run,
            Err(decision) => return Ok(decision),
        };
        let id = quoted(&request.run);
        let refuse = |code, message: String| {
            let refusal = Refusal::new(code, &["input", "runId"], message);
            let run = Some(run.clone());
            Ok(Decision { run, ..Decision::refused(None, vec![refusal], Vec::new()) })
        };
        if run.status.is_finished() {
            return refuse(RefusalCode::RunFinished, format!("The run {id} has already finished."));
        }
        if matches!(run.kind, RunKind::Removal | RunKind::Release) {
            // Half a removal would leave users with contacts that nobody keeps in step.
            let message =
                format!("The run {id} cleans accounts of removed users; only syncs and previews can be canceled.");
            return refuse(RefusalCode::InvalidValue, message);
        }
        let job = match run.job {
            Some(job) => self.job(job).await?,
            None => None,
        };
        self.audit(&request.by, AuditAction::RunCancel, Subject::run(&run, job.as_ref()), Vec::new()).await?;
        self.cancel_run(run.id).await?;
        Ok(Decision::accepted(job, self.run_now(run.id).await?))
    }
}
