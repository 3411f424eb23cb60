//! `Mutation`: everything that changes. Input in, payload with `userErrors` out; each asks for the power it needs.

mod create_job;
mod guard;
mod input;
mod key;
mod preview_job;
mod relink;
mod source;
mod text;
mod update_job;

use async_graphql::{Context, ID, Object};

use super::ApiError;
use super::context::Services;
use super::permission::Permission;
use super::types::{
    AddUsersPayload, ApproveRunPayload, CancelRunPayload, CreateJobPayload, DeleteJobPayload, Job, PauseJobPayload,
    PreviewJobPayload, RejectRunPayload, RelinkSourceGroupPayload, RemoveUsersPayload, ResumeJobPayload, Run,
    RunJobPayload, UpdateJobPayload, UserError,
};
use crate::domain::{Caller, EmailAddress, Refusal, RefusalCode, Row, Summary};
use crate::store::{
    AddUsers, CancelRun, DailyRuns, DecideHold, Decision, DeleteJob, PauseJob, RemoveUsers, RunJob, Verdict,
};
use input::{
    AddUsersInput, ApproveRunInput, CancelRunInput, CreateJobInput, DeleteJobInput, PauseJobInput, PreviewJobInput,
    RejectRunInput, RelinkSourceGroupInput, RemoveUsersInput, ResumeJobInput, RunJobInput, UpdateJobInput,
};

/// Most addresses of one call.
const MOST_ADDRESSES: usize = 500;

/// Changes, run one after another in document order. Payloads are nullable so that one failure keeps the results before it.
pub(super) struct Mutation;

/// Changes, run one after another in document order. Payloads are nullable so that one failure keeps the results before it.
#[Object]
impl Mutation {
    /// Requires OPERATOR; ADMIN to set the deletion guard. Creates a job and starts its first sync at once; it then runs daily. Asynchronous: follow `run`.
    /// Codes: INVALID_DESTINATION_USER, JOB_REQUIRES_DESTINATION, SOURCE_*, TOO_MANY_ITEMS, INVALID_VALUE, IDEMPOTENCY_*.
    async fn create_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to create.")] input: CreateJobInput,
    ) -> Result<Option<CreateJobPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        create_job::create_job(ctx, &operator, input).await.map(Some)
    }

    /// Requires OPERATOR; ADMIN to change the deletion guard. Changes name, description, synced group name, schedule or
    /// guard; source user and source group cannot change. Starts nothing: a new group name arrives with the next run.
    /// Codes: NOT_FOUND, JOB_DELETING, INVALID_VALUE, VERSION_CONFLICT.
    async fn update_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateJobInput,
    ) -> Result<Option<UpdateJobPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        update_job::update_job(ctx, &operator, input).await.map(Some)
    }

    /// Requires OPERATOR. Pauses daily runs; an unfinished run goes on. Idempotent. Codes: NOT_FOUND, JOB_DELETING.
    async fn pause_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which job to pause.")] input: PauseJobInput,
    ) -> Result<Option<PauseJobPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        let reason = match text::comment(input.reason.as_deref(), &["input", "reason"]) {
            Ok(reason) => reason,
            Err(refusal) => return Ok(Some(PauseJobPayload { user_errors: vec![refusal.into()], job: None })),
        };
        let request =
            PauseJob { job: input.job_id.to_string(), wanted: DailyRuns::Paused, reason, by: operator.caller(ctx)? };
        let decision = ctx.store()?.set_daily_runs(&request).await?;
        ctx.loaders()?.forget();
        let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
        Ok(Some(PauseJobPayload { user_errors, job: decision.job.map(Job) }))
    }

    /// Requires OPERATOR. Resumes daily runs at the next scheduled time; days that were paused are not made up.
    /// Idempotent. Codes: NOT_FOUND, JOB_DELETING.
    async fn resume_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which job to resume.")] input: ResumeJobInput,
    ) -> Result<Option<ResumeJobPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        let request = PauseJob {
            job: input.job_id.to_string(),
            wanted: DailyRuns::Active,
            reason: None,
            by: operator.caller(ctx)?,
        };
        let decision = ctx.store()?.set_daily_runs(&request).await?;
        ctx.loaders()?.forget();
        let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
        Ok(Some(ResumeJobPayload { user_errors, job: decision.job.map(Job) }))
    }

    /// Requires OPERATOR. Adds users to a job. Does not start a sync: they stay PENDING until the next run. Idempotent.
    /// Codes: INVALID_DESTINATION_USER, TOO_MANY_ITEMS, INVALID_VALUE, NOT_FOUND, JOB_DELETING.
    async fn add_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to add to which job.")] input: AddUsersInput,
    ) -> Result<Option<AddUsersPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        if let Some(refusal) = not_a_list(&input.emails, &["input", "emails"]) {
            let rows = Vec::new();
            let (user_errors, summary, results) = answer(vec![refusal], rows);
            return Ok(Some(AddUsersPayload { user_errors, job: None, summary, results }));
        }
        let addresses: Vec<EmailAddress> =
            input.emails.iter().filter_map(|sent| EmailAddress::parse(sent).ok()).collect();
        ctx.port()?.refresh_users(&addresses).await?;
        let request = AddUsers {
            job: input.job_id.to_string(),
            on_invalid: input.on_invalid(),
            emails: input.emails,
            by: operator.caller(ctx)?,
        };
        let decision = ctx.store()?.add_users(&request).await?;
        ctx.loaders()?.forget();
        let (user_errors, summary, results) = answer(decision.refusals, decision.rows);
        Ok(Some(AddUsersPayload { user_errors, job: decision.job.map(Job), summary, results }))
    }

    /// Requires OPERATOR; ADMIN to abandon accounts. Removes users from a job: deletes the synced contacts and the synced group from their accounts,
    /// and keeps the contacts they added to it. Asynchronous: follow `run`. Idempotent. A job left without destinations
    /// stays, and does not run until a user is added. Codes: TOO_MANY_ITEMS, INVALID_VALUE, NOT_FOUND, JOB_DELETING.
    async fn remove_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to remove from which job.")] input: RemoveUsersInput,
    ) -> Result<Option<RemoveUsersPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        if let Some(refusal) = not_a_list(&input.emails, &["input", "emails"]) {
            let (user_errors, summary, results) = answer(vec![refusal], Vec::new());
            return Ok(Some(RemoveUsersPayload { user_errors, job: None, run: None, summary, results }));
        }
        let abandon = input.abandon();
        if abandon {
            ctx.viewer()?.admin()?;
        }
        let request =
            RemoveUsers { job: input.job_id.to_string(), emails: input.emails, abandon, by: operator.caller(ctx)? };
        let decision = ctx.store()?.remove_users(&request).await?;
        ctx.loaders()?.forget();
        let (user_errors, summary, results) = answer(decision.refusals, decision.rows);
        let (job, run) = (decision.job.map(Job), decision.run.map(Run));
        Ok(Some(RemoveUsersPayload { user_errors, job, run, summary, results }))
    }

    /// Requires ADMIN. Deletes a job. With `syncedContacts: REMOVE` (the default) every destination is cleaned as by
    /// `removeUsers`; with KEEP the contacts and groups stay and lose their gSync tags. An unfinished sync is canceled.
    /// Asynchronous: follow `run`. Codes: NOT_FOUND, JOB_DELETING.
    async fn delete_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which job to delete.")] input: DeleteJobInput,
    ) -> Result<Option<DeleteJobPayload>, ApiError> {
        let admin = ctx.viewer()?.admin()?;
        let synced_contacts = input.synced_contacts();
        let request = DeleteJob { job: input.job_id.to_string(), synced_contacts, by: admin.caller(ctx)? };
        let decision = ctx.store()?.delete_job(&request).await?;
        ctx.loaders()?.forget();
        let deleted_job_id = decision.run.is_some().then_some(input.job_id);
        let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
        Ok(Some(DeleteJobPayload { user_errors, deleted_job_id, run: decision.run.map(Run) }))
    }

    /// Requires OPERATOR. Runs a job now, pending destinations included. Asynchronous: follow `run`. Codes: NOT_FOUND,
    /// JOB_DELETING, JOB_PAUSED, JOB_REQUIRES_DESTINATION, RUN_IN_PROGRESS, IDEMPOTENCY_*, INVALID_VALUE.
    async fn run_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which job to run.")] input: RunJobInput,
    ) -> Result<Option<RunJobPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        let job = input.job_id.to_string();
        let key = match key::read(operator.viewer(), "runJob", input.idempotency_key.as_deref(), &[&job]) {
            Ok(key) => key,
            Err(refusal) => {
                return Ok(Some(RunJobPayload { user_errors: vec![refusal.into()], run: None, is_replay: false }));
            }
        };
        let request = RunJob { job, key, by: operator.caller(ctx)? };
        let decision = ctx.store()?.run_job(&request).await?;
        ctx.loaders()?.forget();
        let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
        Ok(Some(RunJobPayload { user_errors, run: decision.run.map(Run), is_replay: decision.is_replay }))
    }

    /// Requires OPERATOR. Computes what a run would change, for a job or for a draft, and writes nothing to any account.
    /// Asynchronous: the result is a run of kind PREVIEW. Codes: those of `createJob`, NOT_FOUND, JOB_DELETING.
    async fn preview_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to preview.")] input: PreviewJobInput,
    ) -> Result<Option<PreviewJobPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        preview_job::preview_job(ctx, &operator, input).await.map(Some)
    }

    /// Requires ADMIN. Points a job whose source group was deleted at another group of the same source user. Keeps the
    /// job's number, so contacts are recognised; the first run is always held. Asynchronous: follow `run`. Codes:
    /// NOT_FOUND, JOB_DELETING, SOURCE_*, RUN_IN_PROGRESS, INVALID_DESTINATION_USER, INVALID_VALUE.
    async fn relink_source_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which job to point at which group.")] input: RelinkSourceGroupInput,
    ) -> Result<Option<RelinkSourceGroupPayload>, ApiError> {
        let admin = ctx.viewer()?.admin()?;
        relink::relink_source_group(ctx, &admin, input).await.map(Some)
    }

    /// Requires ADMIN. Lets a held run go on: it reads the source again, and is held again if it would delete more than was
    /// approved. Asynchronous: follow `run`. Codes: NOT_FOUND, RUN_NOT_HELD, DELETION_COUNT_CHANGED, INVALID_VALUE.
    async fn approve_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which run to approve.")] input: ApproveRunInput,
    ) -> Result<Option<ApproveRunPayload>, ApiError> {
        let admin = ctx.viewer()?.admin()?;
        let verdict = Verdict::Approve { expected_deletions: input.expected_deletions };
        let (user_errors, run) =
            decide(ctx, admin.caller(ctx)?, &input.run_id, verdict, input.comment.as_deref()).await?;
        Ok(Some(ApproveRunPayload { user_errors, run }))
    }

    /// Requires ADMIN. Ends a held run as REJECTED; nothing is deleted. Codes: NOT_FOUND, RUN_NOT_HELD, INVALID_VALUE.
    async fn reject_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which run to reject.")] input: RejectRunInput,
    ) -> Result<Option<RejectRunPayload>, ApiError> {
        let admin = ctx.viewer()?.admin()?;
        let (user_errors, run) =
            decide(ctx, admin.caller(ctx)?, &input.run_id, Verdict::Reject, input.comment.as_deref()).await?;
        Ok(Some(RejectRunPayload { user_errors, run }))
    }

    /// Requires OPERATOR. Asks an unfinished sync or preview to stop after the destination in hand; finished destinations
    /// stay. Removals cannot be canceled. Codes: NOT_FOUND, RUN_FINISHED, INVALID_VALUE.
    async fn cancel_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which run to cancel.")] input: CancelRunInput,
    ) -> Result<Option<CancelRunPayload>, ApiError> {
        let operator = ctx.viewer()?.operator()?;
        let request = CancelRun { run: input.run_id.to_string(), by: operator.caller(ctx)? };
        let (user_errors, run) = of_run(ctx, ctx.store()?.cancel(&request).await?)?;
        Ok(Some(CancelRunPayload { user_errors, run }))
    }
}

async fn decide(
    ctx: &Context<'_>,
    by: Caller,
    run: &ID,
    verdict: Verdict,
    comment: Option<&str>,
) -> Result<(Vec<UserError>, Option<Run>), ApiError> {
    let comment = match text::comment(comment, &["input", "comment"]) {
        Ok(comment) => comment,
        Err(refusal) => return Ok((vec![refusal.into()], None)),
    };
    let request = DecideHold { run: run.to_string(), verdict, comment, by };
    of_run(ctx, ctx.store()?.decide(&request).await?)
}

fn of_run(ctx: &Context<'_>, decision: Decision) -> Result<(Vec<UserError>, Option<Run>), ApiError> {
    ctx.loaders()?.forget();
    Ok((decision.refusals.into_iter().map(UserError::from).collect(), decision.run.map(Run)))
}

type Rows = (Vec<UserError>, super::types::DestinationInputSummary, Vec<super::types::DestinationInputResult>);

fn answer(refusals: Vec<Refusal>, rows: Vec<Row>) -> Rows {
    let summary = Summary::of(&rows).into();
    let results = rows.into_iter().map(super::types::DestinationInputResult).collect();
    (refusals.into_iter().map(UserError::from).collect(), summary, results)
}

/// Refusals in the order of the input, whose fields stand at this depth of their paths.
fn in_input_order(refusals: &mut Vec<Refusal>, fields: &[&str], depth: usize) {
    // A list that is too long was not looked at: that it has no valid address is not known.
    if refusals.iter().any(|refusal| refusal.code == RefusalCode::TooManyItems) {
        refusals.retain(|refusal| refusal.code != RefusalCode::JobRequiresDestination);
    }
    refusals.sort_by_key(|refusal| {
        let name = refusal.path.get(depth);
        let field = name.and_then(|name| fields.iter().position(|known| known == name));
        let index: Option<usize> = refusal.path.get(depth + 1).and_then(|index| index.parse().ok());
        (field, index.unwrap_or(usize::MAX))
    });
}

/// Why a list of addresses is refused as a whole.
fn not_a_list(emails: &[String], path: &[&str]) -> Option<Refusal> {
    match emails.len() {
        0 => Some(Refusal::new(RefusalCode::InvalidValue, path, "The list is empty; name at least one address.")),
        count if count > MOST_ADDRESSES => {
            let message =
                format!("There are {count} addresses; at most {MOST_ADDRESSES} are allowed. Send several calls.");
            Some(Refusal::new(RefusalCode::TooManyItems, path, message))
        }
        _ => None,
    }
}
