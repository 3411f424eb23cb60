//! `updateJob`: what is given is checked as in `createJob`, what is left out stays.

use async_graphql::{Context, MaybeUndefined};

use super::input::{ScheduleInput, UpdateJobInput};
use super::{create_job, guard, text};
use crate::domain::{DailySchedule, Refusal, RefusalCode};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::permission::Operator;
use crate::graphql::types::{Job, UpdateJobPayload, UserError};
use crate::store::UpdateJob;

/// What is said of a null that means nothing.
const NULL: &str = "Null has no meaning here. Leave the field out to keep the value.";

pub(super) async fn update_job(
    ctx: &Context<'_>,
    operator: &Operator<'_>,
    input: UpdateJobInput,
) -> Result<UpdateJobPayload, ApiError> {
    let mut refusals = Vec::new();
    let name = given(input.name, "name", &mut refusals, |name, path| text::name(Some(&name), path));
    let description =
        given(input.description, "description", &mut refusals, |notes, path| text::notes(Some(&notes), path).map(Some));
    let custom_group_name = match input.synced_group_name {
        MaybeUndefined::Null => Some(None),
        sent => given(sent, "syncedGroupName", &mut refusals, |name, path| text::name(Some(&name), path)).map(Some),
    };
    let schedule = given(input.schedule, "schedule", &mut refusals, schedule);
    if input.deletion_guard.is_null() {
        let path = ["input", "deletionGuard"];
        refusals.push(Refusal::new(RefusalCode::InvalidValue, &path, NULL));
    }
    let guard = guard::read(ctx, &input.deletion_guard, &mut refusals)?;
    let request = UpdateJob {
        job: input.job_id.to_string(),
        name,
        description,
        custom_group_name,
        schedule,
        guard,
        expected_version: input.expected_version,
        refusals,
        by: operator.caller(ctx)?,
    };
    let decision = ctx.store()?.update_job(&request).await?;
    ctx.loaders()?.forget();
    let user_errors = decision.refusals.into_iter().map(UserError::from).collect();
    Ok(UpdateJobPayload { user_errors, job: decision.job.map(Job) })
}

fn schedule(input: ScheduleInput, _: &[&str]) -> Result<Option<DailySchedule>, Refusal> {
    create_job::schedule(Some(&input))
}

/// The value of a field that was given and is right. Null has no meaning for these fields.
fn given<T, U>(
    sent: MaybeUndefined<T>,
    field: &str,
    refusals: &mut Vec<Refusal>,
    check: impl FnOnce(T, &[&str]) -> Result<Option<U>, Refusal>,
) -> Option<U> {
    let path = ["input", field];
    let checked = match sent {
        MaybeUndefined::Undefined => return None,
        MaybeUndefined::Null => Err(Refusal::new(RefusalCode::InvalidValue, &path, NULL)),
        MaybeUndefined::Value(value) => check(value, &path),
    };
    checked.unwrap_or_else(|refusal| {
        refusals.push(refusal);
        None
    })
}
