//! The deletion guard as clients send it.

use async_graphql::{Context, MaybeUndefined};

use super::input::DeletionGuardInput;
use crate::domain::{Refusal, RefusalCode};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::permission::Permission;
use crate::store::GuardChange;

/// The change that was sent, if one was. Values out of range are refused.
///
/// # Errors
/// FORBIDDEN when the caller is no ADMIN: the guard protects everybody's contacts.
pub(super) fn read(
    ctx: &Context<'_>,
    sent: &MaybeUndefined<DeletionGuardInput>,
    refusals: &mut Vec<Refusal>,
) -> Result<Option<GuardChange>, ApiError> {
    let MaybeUndefined::Value(sent) = sent else { return Ok(None) };
    ctx.viewer()?.admin()?;
    let mut limit = |sent: &MaybeUndefined<i32>, field: &str, most: i32, least: i32| match sent {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => {
            if !(least..=most).contains(value) {
                let message = format!("{value} is not between {least} and {most}. Null removes the limit.");
                let path = ["input", "deletionGuard", field];
                refusals.push(Refusal::new(RefusalCode::InvalidValue, &path, message));
            }
            Some(Some(*value))
        }
    };
    let max_deletions = limit(&sent.max_deletions, "maxDeletions", i32::MAX, 0);
    let max_deletion_percent = limit(&sent.max_deletion_percent, "maxDeletionPercent", 100, 1);
    Ok(Some(GuardChange { max_deletions, max_deletion_percent, default: ctx.options()?.default_guard }))
}
