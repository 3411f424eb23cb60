//! Queues a preview: of a job, or of one that does not exist yet.

use super::destinations::SourceGroup;
use super::{Decision, IdempotencyKey, Replay, decided_by_key, has_no_destination, needs_destination};
use crate::domain::{
    AuditAction, AuditChange, Caller, ContactGroup, Draft, InvalidDestinationPolicy, JobNumber, Outcome, Refusal, Row,
    RunKind, Trigger, UserId, WorkspaceUser, refusal, rows,
};
use crate::store::users::{users_by_ids, workspace};
use crate::store::{Store, StoreResult, Subject, Tx};

/// Path of the list of addresses.
const LIST: [&str; 4] = ["input", "target", "draft", "destinationEmails"];

/// A preview that is asked for.
#[derive(Debug, Clone)]
pub struct PreviewJob {
    /// What to preview.
    pub target: PreviewTarget,
    /// Key that makes the call safe to repeat.
    pub key: Option<IdempotencyKey>,
    /// Who asks.
    pub by: Caller,
}

/// What is previewed.
#[derive(Debug, Clone)]
pub enum PreviewTarget {
    /// The job with this id, as it was sent.
    Job(String),
    /// A job that does not exist yet.
    Draft(Box<NewDraft>),
}

/// A job that does not exist yet, as it is asked for.
#[derive(Debug, Clone)]
pub struct NewDraft {
    /// Source user and source group. `None` when they were refused.
    pub source: Option<(WorkspaceUser, ContactGroup)>,
    /// Name of the group at destinations. `None`: follows the source group.
    pub custom_group_name: Option<String>,
    /// Addresses as they were sent.
    pub emails: Vec<String>,
    /// What to do if some are invalid.
    pub on_invalid: InvalidDestinationPolicy,
    /// What is wrong with the input already; then nothing is started.
    pub refusals: Vec<Refusal>,
}

impl Store {
    /// Queues a preview, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn preview_job(&self, request: &PreviewJob) -> StoreResult<Decision> {
        decided_by_key!(self, preview_job(request))
    }

    /// The answer to an earlier `previewJob` with this key, if there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn previewed_job(&self, key: &IdempotencyKey) -> StoreResult<Option<Decision>> {
        self.atomically(async |tx| tx.previewed_job(key).await).await
    }
}

impl Tx {
    async fn previewed_job(&self, key: &IdempotencyKey) -> StoreResult<Option<Decision>> {
        let Replay { run, rows } = match self.replay(key).await? {
            None => return Ok(None),
            Some(Err(refusal)) => return Ok(Some(Decision::refused(None, vec![refusal], Vec::new()))),
            Some(Ok(replay)) => replay,
        };
        let domain = self.primary_domain().await?;
        let refusals = rows.iter().filter_map(|row| refusal(row, &domain, &LIST)).collect();
        Ok(Some(Decision { refusals, rows, job: None, run: Some(run), is_replay: true }))
    }

    async fn preview_job(&self, request: &PreviewJob) -> StoreResult<Decision> {
        if let Some(key) = &request.key
            && let Some(decision) = self.previewed_job(key).await?
        {
            return Ok(decision);
        }
        let decision = match &request.target {
            PreviewTarget::Job(job) => self.preview_of_job(request, job).await?,
            PreviewTarget::Draft(draft) => self.preview_of_draft(request, draft).await?,
        };
        if let (Some(key), Some(run)) = (&request.key, &decision.run) {
            self.keep_key(key, run.id, &decision.rows).await?;
        }
        if let Some(run) = &decision.run {
            let subject = Subject::run(run, decision.job.as_ref());
            self.audit(&request.by, AuditAction::RunPreview, subject, told(&request.target)).await?;
        }
        Ok(decision)
    }

    async fn preview_of_job(&self, request: &PreviewJob, id: &str) -> StoreResult<Decision> {
        let path = ["input", "target", "jobId"];
        let job = match self.changeable_job(id).await? {
            Ok(job) => job,
            Err(mut decision) => {
                let at = |refusal: &mut Refusal| refusal.path = path.map(str::to_owned).to_vec();
                decision.refusals.iter_mut().for_each(at);
                return Ok(decision);
            }
        };
        let destinations = self.present_destinations(job.id).await?;
        if destinations.is_empty() {
            return Ok(Decision::refused(None, vec![has_no_destination(id, &path)], Vec::new()));
        }
        let by = &request.by.actor;
        let run = self.insert_run(&job, RunKind::Preview, Trigger::Manual, None, by, &destinations).await?;
        Ok(Decision::accepted(Some(job), Some(run)))
    }

    async fn preview_of_draft(&self, request: &PreviewJob, draft: &NewDraft) -> StoreResult<Decision> {
        let NewDraft { source, custom_group_name, emails, on_invalid, refusals } = draft;
        let around = source.as_ref();
        let around = around.map(|(user, group)| SourceGroup { user: user.id, group: group.resource.as_str() });
        let judged = self.judge(emails, around.as_ref(), None).await?;
        let valid = judged.valid();
        let (mut rows, invalid) = rows(emails, &judged.verdicts, &Default::default(), &judged.primary_domain, &LIST);
        let nobody = valid.is_empty().then(|| needs_destination(&LIST));
        let is_refused = !refusals.is_empty() || nobody.is_some() || judged.is_rejected(*on_invalid);
        let Some((user, group)) = source.as_ref().filter(|_| !is_refused) else {
            let refusals = refusals.iter().cloned().chain(invalid).chain(nobody).collect();
            return Ok(Decision::refused(None, refusals, rows));
        };
        rows.iter_mut().for_each(taken);
        let customer = workspace(&self.db).await?.map(|workspace| workspace.customer_id).unwrap_or_default();
        let draft = Draft {
            source_user: user.id,
            source_group: group.resource.to_string(),
            source_group_name: group.name.clone(),
            custom_group_name: custom_group_name.clone(),
            number: JobNumber::derive(&customer, &user.google_id, group.resource.as_str()).to_i64(),
        };
        let users = self.in_order(&valid).await?;
        let run = self.insert_draft_run(&draft, &request.by.actor, &users).await?;
        Ok(Decision { refusals: invalid, rows, job: None, run: Some(run), is_replay: false })
    }

    async fn in_order(&self, ids: &[UserId]) -> StoreResult<Vec<WorkspaceUser>> {
        let mut users = users_by_ids(&self.db, ids).await?;
        Ok(ids.iter().filter_map(|id| users.remove(id)).collect())
    }
}

/// A valid row of a draft is part of what is previewed.
fn taken(row: &mut Row) {
    if row.outcome == Outcome::NotAttempted {
        row.outcome = Outcome::Added;
    }
}

fn told(target: &PreviewTarget) -> Vec<AuditChange> {
    match target {
        PreviewTarget::Job(_) => Vec::new(),
        PreviewTarget::Draft(draft) => {
            let source = draft.source.iter().flat_map(|(user, group)| {
                [AuditChange::with("sourceUserEmail", &user.email), AuditChange::with("sourceGroup", &group.name)]
            });
            source.chain([AuditChange::with("destinationEmails", draft.emails.join(", "))]).collect()
        }
    }
}
