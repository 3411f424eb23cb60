//! Adds users to a job: they wait for its next run (R3).

use super::destinations::SourceGroup;
use super::{Decision, decided};
use crate::domain::{ActivityKind, AuditAction, AuditChange, Caller, InvalidDestinationPolicy, Outcome, rows};
use crate::store::{Store, StoreResult, Tx};

/// Users to add.
#[derive(Debug, Clone)]
pub struct AddUsers {
    /// Id of the job, as it was sent.
    pub job: String,
    /// Addresses, as they were sent.
    pub emails: Vec<String>,
    /// What to do if some are invalid.
    pub on_invalid: InvalidDestinationPolicy,
    /// Who asks.
    pub by: Caller,
}

impl Store {
    /// Adds users to a job, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_users(&self, request: &AddUsers) -> StoreResult<Decision> {
        decided!(self, add_users(request))
    }
}

impl Tx {
    async fn add_users(&self, request: &AddUsers) -> StoreResult<Decision> {
        self.lock_jobs_like(&request.job).await?; // nobody adds the same users to another of them meanwhile
        let job = match self.changeable_job(&request.job).await? {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let group = job.source.group.clone();
        let source = SourceGroup { user: job.source.user, group: group.as_str() };
        let judged = self.judge(&request.emails, Some(&source), Some(&job)).await?;
        let valid = if judged.is_rejected(request.on_invalid) { Vec::new() } else { judged.valid() };
        let added = self.insert_destinations(job.id, &source, &valid, &request.by.actor).await?;
        let (rows, refusals) =
            rows(&request.emails, &judged.verdicts, &added, &judged.primary_domain, &["input", "emails"]);
        if !judged.is_rejected(request.on_invalid) {
            let added: Vec<&str> =
                rows.iter().filter(|row| row.outcome == Outcome::Added).map(|row| row.sent.trim()).collect();
            let changes = vec![AuditChange::with("emails", added.join(", "))];
            self.audit(&request.by, AuditAction::UsersAdd, (&job).into(), changes).await?;
        }
        if !added.is_empty() {
            self.touch_job(job.id).await?;
            self.tell(ActivityKind::DestinationsChanged, job.id, None);
        }
        let job = self.job(job.id).await?;
        Ok(Decision { refusals, rows, job, run: None, is_replay: false })
    }
}
