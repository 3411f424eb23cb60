//! The source of a job as clients name it: a user, and one of that user's personal groups.

use async_graphql::Context;

use super::input::ContactGroupRefInput;
use crate::domain::{
    ContactGroup, ContactGroupId, InvalidDestinationReason, Refusal, RefusalCode, WorkspaceUser, quoted,
};
use crate::graphql::context::Services;
use crate::graphql::port::PortError;
use crate::graphql::{ApiError, groups};

/// User and group, or why they cannot be a source. `input` is the path of the object that names them.
pub(super) async fn source(
    ctx: &Context<'_>,
    email: &str,
    wanted: &ContactGroupRefInput,
    input: &[&str],
) -> Result<Result<(WorkspaceUser, ContactGroup), Refusal>, ApiError> {
    let user = match user(ctx, email, input).await? {
        Ok(user) => user,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let groups = listed(ctx, &user, email, input).await?;
    Ok(groups.and_then(|groups| choose(groups, wanted, email, input)).map(|group| (user, group)))
}

/// All groups of a source user, or why they cannot be read.
pub(super) async fn listed(
    ctx: &Context<'_>,
    user: &WorkspaceUser,
    email: &str,
    input: &[&str],
) -> Result<Result<Vec<ContactGroup>, Refusal>, ApiError> {
    match groups::listed(ctx, user).await? {
        Ok(groups) => Ok(Ok(groups)),
        Err(PortError::AccountUnavailable(_)) => {
            let message = format!("Google does not let the contacts of {} be read.", quoted(email));
            Ok(Err(refused_user(RefusalCode::SourceUserUnavailable, message, input)))
        }
        Err(error @ PortError::Unavailable(_)) => Err(error.into()),
    }
}

fn refused_user(code: RefusalCode, message: String, input: &[&str]) -> Refusal {
    Refusal::new(code, &[input, &["sourceUserEmail"]].concat(), message)
}

/// The source user of this address, or why there is none.
pub(super) async fn user(
    ctx: &Context<'_>,
    sent: &str,
    input: &[&str],
) -> Result<Result<WorkspaceUser, Refusal>, ApiError> {
    let domain = ctx.store()?.workspace().await?.map(|workspace| workspace.primary_domain).unwrap_or_default();
    let Ok(address) = crate::domain::EmailAddress::parse(sent) else {
        let message = format!("{} is not an e-mail address.", quoted(sent));
        return Ok(Err(refused_user(RefusalCode::SourceUserNotFound, message, input)));
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
        return Ok(Err(refused_user(code, reason.message(sent, &domain), input)));
    };
    let Some(reason) = user.ineligible_reason(&domain) else { return Ok(Ok(user)) };
    let code = match reason {
        InvalidDestinationReason::NotOnPrimaryDomain => RefusalCode::SourceUserNotOnPrimaryDomain,
        InvalidDestinationReason::UserNotFound => RefusalCode::SourceUserNotFound,
        _ => RefusalCode::SourceUserUnavailable,
    };
    Ok(Err(refused_user(code, reason.message(sent, &domain), input)))
}

/// The group that is meant, among all of the user's.
pub(super) fn choose(
    groups: Vec<ContactGroup>,
    wanted: &ContactGroupRefInput,
    email: &str,
    input: &[&str],
) -> Result<ContactGroup, Refusal> {
    let (part, sent) = match wanted {
        ContactGroupRefInput::Id(id) => ("id", id.as_str()),
        ContactGroupRefInput::Name(name) => ("name", name.as_str()),
    };
    let path = [input, &["sourceGroup", part]].concat();
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
