//! `createJob`: everything that is wrong with the input is told at once, in its order.

use async_graphql::Context;

use super::input::{ContactGroupRefInput, CreateJobInput, ScheduleInput};
use super::{MOST_ADDRESSES, answer, key, not_a_list, text};
use crate::domain::{
    ContactGroup, ContactGroupId, DailySchedule, EmailAddress, InvalidDestinationReason, Refusal, RefusalCode,
    ScheduleError, WorkspaceUser, quoted,
};
use crate::graphql::context::Services;
use crate::graphql::permission::Operator;
use crate::graphql::port::PortError;
use crate::graphql::types::{CreateJobPayload, Job, Run};
use crate::graphql::{ApiError, groups};
use crate::store::{Decision, NewJob};

/// Fields of the input, in their order: that of the user errors.
const FIELDS: [&str; 8] = [
    "sourceUserEmail",
    "sourceGroup",
    "destinationEmails",
    "name",
    "description",
    "syncedGroupName",
    "schedule",
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
    let emails = if input.destination_emails.len() > MOST_ADDRESSES {
        refusals.extend(not_a_list(&input.destination_emails, "destinationEmails"));
        Vec::new()
    } else {
        input.destination_emails.clone()
    };
    let mut addresses: Vec<EmailAddress> = emails.iter().filter_map(|sent| EmailAddress::parse(sent).ok()).collect();
    addresses.extend(EmailAddress::parse(&input.source_user_email).ok());
    ctx.port()?.refresh_users(&addresses).await?;
    let source = match source(ctx, &input).await? {
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
        schedule,
        default_zone: ctx.options()?.default_zone,
        emails,
        on_invalid: input.on_invalid(),
        key,
        by: operator.viewer().actor(),
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
    let is_too_long = decision.refusals.iter().any(|refusal| refusal.code == RefusalCode::TooManyItems);
    // A list that is too long was not looked at: that it has no valid address is not known.
    decision.refusals.retain(|refusal| !(is_too_long && refusal.code == RefusalCode::JobRequiresDestination));
    decision.refusals.sort_by_key(|refusal| {
        let field = refusal.path.get(1).and_then(|field| FIELDS.iter().position(|known| known == field));
        let index: Option<usize> = refusal.path.get(2).and_then(|index| index.parse().ok());
        (field, index.unwrap_or(usize::MAX))
    });
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

async fn source(
    ctx: &Context<'_>,
    input: &CreateJobInput,
) -> Result<Result<(WorkspaceUser, ContactGroup), Refusal>, ApiError> {
    let user = match source_user(ctx, &input.source_user_email).await? {
        Ok(user) => user,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let groups = match groups::listed(ctx, &user).await? {
        Ok(groups) => groups,
        Err(PortError::AccountUnavailable(_)) => {
            let message = format!("Google does not let the contacts of {} be read.", quoted(&input.source_user_email));
            return Ok(Err(refused_user(RefusalCode::SourceUserUnavailable, message)));
        }
        Err(error @ PortError::Unavailable(_)) => return Err(error.into()),
    };
    Ok(source_group(groups, &input.source_group, &input.source_user_email).map(|group| (user, group)))
}

fn refused_user(code: RefusalCode, message: String) -> Refusal {
    Refusal::new(code, &["input", "sourceUserEmail"], message)
}

async fn source_user(ctx: &Context<'_>, sent: &str) -> Result<Result<WorkspaceUser, Refusal>, ApiError> {
    let domain = ctx.store()?.workspace().await?.map(|workspace| workspace.primary_domain).unwrap_or_default();
    let Ok(address) = EmailAddress::parse(sent) else {
        let message = format!("{} is not an e-mail address.", quoted(sent));
        return Ok(Err(refused_user(RefusalCode::SourceUserNotFound, message)));
    };
    let user = ctx.store()?.users_by_addresses(std::slice::from_ref(&address)).await?.remove(&address);
    let Some(user) = user else {
        let elsewhere = address.domain() != domain;
        let code = if elsewhere { RefusalCode::SourceUserNotOnPrimaryDomain } else { RefusalCode::SourceUserNotFound };
        let reason = if elsewhere {
            InvalidDestinationReason::NotOnPrimaryDomain
        } else {
            InvalidDestinationReason::UserNotFound
        };
        return Ok(Err(refused_user(code, reason.message(sent, &domain))));
    };
    let Some(reason) = user.ineligible_reason(&domain) else { return Ok(Ok(user)) };
    let code = match reason {
        InvalidDestinationReason::NotOnPrimaryDomain => RefusalCode::SourceUserNotOnPrimaryDomain,
        InvalidDestinationReason::UserNotFound => RefusalCode::SourceUserNotFound,
        _ => RefusalCode::SourceUserUnavailable,
    };
    Ok(Err(refused_user(code, reason.message(sent, &domain))))
}

fn source_group(
    groups: Vec<ContactGroup>,
    wanted: &ContactGroupRefInput,
    email: &str,
) -> Result<ContactGroup, Refusal> {
    let (part, sent) = match wanted {
        ContactGroupRefInput::Id(id) => ("id", id.as_str()),
        ContactGroupRefInput::Name(name) => ("name", name.as_str()),
    };
    let path = ["input", "sourceGroup", part];
    let is_wanted = |group: &ContactGroup| match wanted {
        ContactGroupRefInput::Id(id) => id.parse::<ContactGroupId>() == Ok(group.id),
        ContactGroupRefInput::Name(name) => group.name == name.trim(),
    };
    let mut found = groups.into_iter().filter(is_wanted);
    let Some(group) = found.next() else {
        let message = format!("{} has no personal contact group {}.", quoted(email), quoted(sent));
        return Err(Refusal::new(RefusalCode::SourceGroupNotFound, &path, message));
    };
    if found.next().is_some() {
        let message = format!("{} has several contact groups {}; use the ID.", quoted(email), quoted(sent));
        return Err(Refusal::new(RefusalCode::SourceGroupAmbiguous, &path, message));
    }
    if group.is_synced {
        let message =
            format!("The contact group {} was created by a sync and cannot be a source.", quoted(&group.name));
        return Err(Refusal::new(RefusalCode::SourceGroupIsSynced, &path, message));
    }
    Ok(group)
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
    ];
    parts.extend(input.destination_emails.iter().map(address));
    parts
}
