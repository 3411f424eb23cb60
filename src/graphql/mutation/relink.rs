//! `relinkSourceGroup`: another group of the same source user.

use async_graphql::Context;

use super::input::RelinkSourceGroupInput;
use super::source;
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
        let email = job.source.email.as_str();
        ctx.port()?.refresh_users(std::slice::from_ref(&job.source.email)).await?;
        match source::source(ctx, email, &input.source_group, &["input"]).await? {
            Ok((_, group)) => request.group = Some(group),
            Err(refusal) => request.refusals.push(refusal),
        }
    }
    let decision = ctx.store()?.relink_job(&request).await?;
    ctx.loaders()?.forget();
    let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
    Ok(RelinkSourceGroupPayload { user_errors, job: decision.job.map(Job), run: decision.run.map(Run) })
}
