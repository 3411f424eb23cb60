//! `previewJob`: of a job, or of one that does not exist yet.

use async_graphql::Context;

use super::input::{JobDraftInput, PreviewJobInput, PreviewTargetInput};
use super::{MOST_ADDRESSES, answer, in_input_order, key, not_a_list, source, text};
use crate::domain::EmailAddress;
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::permission::Operator;
use crate::graphql::types::{PreviewJobPayload, Run};
use crate::store::{Decision, NewDraft, PreviewJob, PreviewTarget};

/// Fields of a draft, in their order: that of the user errors.
const FIELDS: [&str; 4] = ["sourceUserEmail", "sourceGroup", "destinationEmails", "syncedGroupName"];
/// Path of a draft.
const DRAFT: [&str; 3] = ["input", "target", "draft"];

pub(super) async fn preview_job(
    ctx: &Context<'_>,
    operator: &Operator<'_>,
    input: PreviewJobInput,
) -> Result<PreviewJobPayload, ApiError> {
    let normalised = match &input.target {
        PreviewTargetInput::JobId(job) => vec!["job".to_owned(), job.to_string()],
        PreviewTargetInput::Draft(draft) => normalised(draft),
    };
    let parts: Vec<&str> = normalised.iter().map(String::as_str).collect();
    let key = match key::read(operator.viewer(), "previewJob", input.idempotency_key.as_deref(), &parts) {
        Ok(key) => key,
        Err(refusal) => return Ok(payload(Decision::of(refusal))),
    };
    // What was answered once is answered again without asking Google.
    if let Some(key) = &key
        && let Some(decision) = ctx.store()?.previewed_job(key).await?
    {
        return Ok(payload(decision));
    }
    let target = match input.target {
        PreviewTargetInput::JobId(job) => PreviewTarget::Job(job.to_string()),
        PreviewTargetInput::Draft(draft) => target(ctx, draft).await?,
    };
    let decision = ctx.store()?.preview_job(&PreviewJob { target, key, by: operator.caller(ctx)? }).await?;
    ctx.loaders()?.forget();
    Ok(payload(decision))
}

fn payload(mut decision: Decision) -> PreviewJobPayload {
    in_input_order(&mut decision.refusals, &FIELDS, DRAFT.len());
    let (user_errors, _, results) = answer(decision.refusals, decision.rows);
    PreviewJobPayload { user_errors, run: decision.run.map(Run), results, is_replay: decision.is_replay }
}

async fn target(ctx: &Context<'_>, draft: JobDraftInput) -> Result<PreviewTarget, ApiError> {
    let mut refusals = Vec::new();
    let list = [DRAFT.as_slice(), &["destinationEmails"]].concat();
    let emails = if draft.destination_emails.len() > MOST_ADDRESSES {
        refusals.extend(not_a_list(&draft.destination_emails, &list));
        Vec::new()
    } else {
        draft.destination_emails.clone()
    };
    let name = [DRAFT.as_slice(), &["syncedGroupName"]].concat();
    let custom_group_name = text::name(draft.synced_group_name.as_deref(), &name).unwrap_or_else(|refusal| {
        refusals.push(refusal);
        None
    });
    let mut addresses: Vec<EmailAddress> = emails.iter().filter_map(|sent| EmailAddress::parse(sent).ok()).collect();
    addresses.extend(EmailAddress::parse(&draft.source_user_email).ok());
    ctx.port()?.refresh_users(&addresses).await?;
    let source = match source::source(ctx, &draft.source_user_email, &draft.source_group, &DRAFT).await? {
        Ok(source) => Some(source),
        Err(refusal) => {
            refusals.push(refusal);
            None
        }
    };
    let on_invalid = draft.on_invalid();
    Ok(PreviewTarget::Draft(Box::new(NewDraft { source, custom_group_name, emails, on_invalid, refusals })))
}

/// The draft in one form, however it was written.
fn normalised(draft: &JobDraftInput) -> Vec<String> {
    let address = |sent: &String| sent.trim().to_lowercase();
    let mut parts = vec![
        "draft".to_owned(),
        address(&draft.source_user_email),
        format!("{:?}", draft.source_group),
        format!("{:?}", (draft.on_invalid(), draft.synced_group_name.as_deref().map(str::trim))),
    ];
    parts.extend(draft.destination_emails.iter().map(address));
    parts
}
