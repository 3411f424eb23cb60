//! `createJob`: everything that is wrong with the input is told at once, in its order.

use async_graphql::Context;

use super::input::{ContactGroupRefInput, CreateJobInput, ScheduleInput};
use super::{MOST_ADDRESSES, answer, guard, in_input_order, key, not_a_list, source, text};
use crate::domain::{DailySchedule, EmailAddress, Refusal, RefusalCode, ScheduleError, quoted};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::permission::Operator;
use crate::graphql::types::{CreateJobPayload, Job, Run};
use crate::store::{Decision, NewJob};

/// Fields of the input, in their order: that of the user errors.
const FIELDS: [&str; 9] = [
    "sourceUserEmail",
    "sourceGroup",
    "destinationEmails",
    "name",
    "description",
    "syncedGroupName",
    "schedule",
    "deletionGuard",
    "idempotencyKey",
];

pub(super) async fn create_job(
    ctx: &Context<'_>,
    operator: &Operator<'_>,
    input: CreateJobInput,
) -> Result<CreateJobPayload, ApiError> {
    let mut refusals = Vec::new();
    let mut keep = |refusal: Refusal| refusals.push(refusal);
    let normalised = normalised(&input);
    let parts: Vec<&str> = normalised.iter().map(String::as_str).collect();
    let key = key::read(operator.viewer(), "createJob", input.idempotency_key.as_deref(), &parts)
        .unwrap_or_else(|refusal| noted(refusal, &mut keep));
    if let Some(key) = &key
        && let Some(decision) = ctx.store()?.created_job(key).await?
    {
        return Ok(payload(decision));
    }
    let name = text::name(input.name.as_deref(), &["input", "name"]).unwrap_or_else(|r| noted(r, &mut keep));
    let description = text::notes(input.description.as_deref(), &["input", "description"])
        .unwrap_or_else(|refusal| noted(refusal, &mut keep));
    let custom_group_name = text::name(input.synced_group_name.as_deref(), &["input", "syncedGroupName"])
        .unwrap_or_else(|refusal| noted(refusal, &mut keep));
    let schedule = schedule(input.schedule.as_ref()).unwrap_or_else(|refusal| noted(refusal, &mut keep));
    let guard = guard::read(ctx, &input.deletion_guard, &mut refusals)?;
    let emails = if input.destination_emails.len() > MOST_ADDRESSES {
        refusals.extend(not_a_list(&input.destination_emails, &["input", "destinationEmails"]));
        Vec::new()
    } else {
        input.destination_emails.clone()
    };
    let mut addresses: Vec<EmailAddress> = emails.iter().filter_map(|sent| EmailAddress::parse(sent).ok()).collect();
    addresses.extend(EmailAddress::parse(&input.source_user_email).ok());
    ctx.port()?.refresh_users(&addresses).await?;
    let source = match source::source(ctx, &input.source_user_email, &input.source_group, &["input"]).await? {
        Ok(source) => Some(source),
        Err(refusal) => {
            refusals.push(refusal);
            None
        }
    };
    let new = NewJob {
        source,
        name,
        description,
        custom_group_name,
        add_to_my_contacts: input.add_to_my_contacts(),
        guard: guard.map(|change| change.of(None)),
        schedule,
        default_zone: ctx.options()?.default_zone,
        emails,
        on_invalid: input.on_invalid(),
        key,
        by: operator.caller(ctx)?,
        refusals,
    };
    let decision = ctx.store()?.create_job(&new).await?;
    ctx.loaders()?.forget();
    Ok(payload(decision))
}

fn noted<T: Default>(refusal: Refusal, keep: &mut impl FnMut(Refusal)) -> T {
    keep(refusal);
    T::default()
}

fn payload(mut decision: Decision) -> CreateJobPayload {
    in_input_order(&mut decision.refusals, &FIELDS, 1);
    let (user_errors, summary, results) = answer(decision.refusals, decision.rows);
    let (job, run) = (decision.job.map(Job), decision.run.map(Run));
    CreateJobPayload { user_errors, job, run, summary, results, is_replay: decision.is_replay }
}

/// The schedule that was given. `None` when none was.
pub(super) fn schedule(input: Option<&ScheduleInput>) -> Result<Option<DailySchedule>, Refusal> {
    let Some(input) = input else { return Ok(None) };
    DailySchedule::parse(&input.time_of_day, &input.time_zone).map(Some).map_err(|error| {
        let (field, value, want) = match &error {
            ScheduleError::TimeOfDay(value) => ("timeOfDay", value, "a time of day; write HH:mm, for example 02:30"),
            ScheduleError::TimeZone(value) => ("timeZone", value, "an IANA time zone; write for example Europe/Vienna"),
        };
        let message = format!("{} is not {want}.", quoted(value));
        Refusal::new(RefusalCode::InvalidValue, &["input", "schedule", field], message)
    })
}

/// The input in one form, however it was written.
fn normalised(input: &CreateJobInput) -> Vec<String> {
    let address = |sent: &String| sent.trim().to_lowercase();
    let text = |text: &Option<String>| text.as_deref().map(str::trim).map(str::to_owned);
    let (kind, group) = match &input.source_group {
        ContactGroupRefInput::Id(id) => ("id", id.to_string()),
        ContactGroupRefInput::Name(name) => ("name", name.trim().to_owned()),
    };
    let mut parts = vec![
        address(&input.source_user_email),
        kind.to_owned(),
        group,
        format!("{:?}", (input.on_invalid(), text(&input.name), text(&input.description))),
        format!("{:?}", (text(&input.synced_group_name), input.add_to_my_contacts())),
        format!("{:?}", input.schedule.as_ref().map(|schedule| (&schedule.time_of_day, &schedule.time_zone))),
        format!("{:?}", input.deletion_guard),
    ];
    parts.extend(input.destination_emails.iter().map(address));
    parts
}
