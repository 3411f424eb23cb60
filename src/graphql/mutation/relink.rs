//! `relinkSourceGroup`: another group of the same source user.

use async_graphql::Context;

use super::input::{ContactGroupRefInput, RelinkSourceGroupInput};
use super::source;
use crate::domain::{self, ContactGroup, Refusal, RefusalCode, quoted};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::permission::Admin;
use crate::graphql::types::{Job, RelinkSourceGroupPayload, Run, UserError};
use crate::store::RelinkJob;

pub(super) async fn relink_source_group(
    ctx: &Context<'_>,
    admin: &Admin<'_>,
    input: RelinkSourceGroupInput,
) -> Result<RelinkSourceGroupPayload, ApiError> {
    let known = match input.job_id.parse() {
        Ok(id) => ctx.store()?.job(id).await?,
        Err(_) => None,
    };
    let mut request =
        RelinkJob { job: input.job_id.to_string(), group: None, refusals: Vec::new(), by: admin.caller(ctx)? };
    // An unknown job is refused below, without asking Google.
    if let Some(job) = known {
        ctx.port()?.refresh_users(std::slice::from_ref(&job.source.email)).await?;
        match group(ctx, &job, &input.source_group).await? {
            Ok(group) => request.group = Some(group),
            Err(refusal) => request.refusals.push(refusal),
        }
    }
    let decision = ctx.store()?.relink_job(&request).await?;
    ctx.loaders()?.forget();
    let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
    Ok(RelinkSourceGroupPayload { user_errors, job: decision.job.map(Job), run: decision.run.map(Run) })
}

/// The other group. Only a group that is gone is replaced: another job could take up one that still exists, and the two would
/// share the number by which contacts are recognised.
async fn group(
    ctx: &Context<'_>,
    job: &domain::Job,
    wanted: &ContactGroupRefInput,
) -> Result<Result<ContactGroup, Refusal>, ApiError> {
    let input = ["input"];
    let email = job.source.email.as_str();
    let user = match source::user(ctx, email, &input).await? {
        Ok(user) => user,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let groups = match source::listed(ctx, &user, email, &input).await? {
        Ok(groups) => groups,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if groups.iter().any(|group| group.resource == job.source.group) {
        let name = quoted(&job.source.group_name);
        let message = format!("The source group {name} still exists; only a job whose group was deleted is relinked.");
        return Ok(Err(Refusal::new(RefusalCode::InvalidValue, &["input", "jobId"], message)));
    }
    Ok(source::choose(groups, wanted, email, &input))
}
