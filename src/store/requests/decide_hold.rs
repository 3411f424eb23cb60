//! Decides a held run: it goes on, or it ends.

use super::{Decision, decided};
use crate::domain::{
    AuditAction, AuditChange, Caller, HoldDecision, Job, Refusal, RefusalCode, Run, RunStatus, quoted,
};
use crate::store::{Store, StoreResult, Subject, Tx};

/// A decision on a held run.
#[derive(Debug, Clone)]
pub struct DecideHold {
    /// Id of the run, as it was sent.
    pub run: String,
    /// What was decided.
    pub verdict: Verdict,
    /// What is said about it.
    pub comment: Option<String>,
    /// Who decides.
    pub by: Caller,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Let it go on.
    Approve {
        /// Planned deletions that were seen.
        expected_deletions: i32,
    },
    /// End it.
    Reject,
}

impl Store {
    /// Decides a held run, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decide(&self, request: &DecideHold) -> StoreResult<Decision> {
        decided!(self, decide(request))
    }
}

impl Tx {
    async fn decide(&self, request: &DecideHold) -> StoreResult<Decision> {
        let run = match self.named_run(&request.run).await? {
            Ok(run) => run,
            Err(decision) => return Ok(decision),
        };
        let refuse = |code, path: &str, message: String| {
            let refusal = Refusal::new(code, &["input", path], message);
            let run = Some(run.clone());
            Ok(Decision { run, ..Decision::refused(None, vec![refusal], Vec::new()) })
        };
        let id = quoted(&request.run);
        let hold = self.hold(run.id).await?;
        let hold = hold.filter(|hold| run.status == RunStatus::Held && hold.expires_at > self.now());
        let job = match run.job {
            Some(job) => self.job(job).await?,
            None => None,
        };
        let (Some(hold), Some(job)) = (hold, job) else {
            return refuse(RefusalCode::RunNotHeld, "runId", format!("The run {id} is not held."));
        };
        match request.verdict {
            Verdict::Approve { expected_deletions } if expected_deletions != hold.planned_deletions => {
                let message = format!(
                    "The run {id} plans {} deletions, not {expected_deletions}; look at it again.",
                    hold.planned_deletions
                );
                return refuse(RefusalCode::DeletionCountChanged, "expectedDeletions", message);
            }
            Verdict::Approve { .. } => self.approve(request, &run, &job).await?,
            Verdict::Reject => self.reject(request, &run).await?,
        }
        let action = match request.verdict {
            Verdict::Approve { .. } => AuditAction::RunApprove,
            Verdict::Reject => AuditAction::RunReject,
        };
        let mut changes = vec![AuditChange::with("plannedDeletions", hold.planned_deletions)];
        changes.extend(request.comment.as_ref().map(|comment| AuditChange::with("comment", comment)));
        self.audit(&request.by, action, Subject::run(&run, Some(&job)), changes).await?;
        Ok(Decision::accepted(Some(job), self.run_now(run.id).await?))
    }

    /// The run reads its source once more, and goes on if it deletes no more than was approved.
    async fn approve(&self, request: &DecideHold, run: &Run, job: &Job) -> StoreResult<()> {
        let (by, comment) = (Some(&request.by.actor), request.comment.as_deref());
        self.decide_hold(run.id, HoldDecision::Approved, RunStatus::Queued, by, comment).await?;
        self.enqueue_gather(job, run.id).await
    }

    async fn reject(&self, request: &DecideHold, run: &Run) -> StoreResult<()> {
        let (by, comment) = (Some(&request.by.actor), request.comment.as_deref());
        self.decide_hold(run.id, HoldDecision::Rejected, RunStatus::Rejected, by, comment).await?;
        self.end_run(run.id, RunStatus::Rejected).await
    }
}
