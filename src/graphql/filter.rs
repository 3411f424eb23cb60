//! Filters and orders of lists: inputs of the API to those of the store.
//!
//! A value that no row can have (a malformed address, an id of another kind) selects nothing; it is not an error.

use std::str::FromStr;

use async_graphql::{Enum, ID, InputObject};

use super::ApiError;
use super::scalars::DateTime;
use super::types::{
    AuditAction, ContactChangeAction, DestinationStatus, JobStatus, RunDestinationStatus, RunKind, RunStatus,
    RunTrigger, SourceHealthStatus,
};
use crate::{domain, store};

/// Directions of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum OrderDirection {
    /// Smallest or oldest first.
    Asc,
    /// Largest or newest first.
    Desc,
}

/// Range of time, start included, end excluded.
#[derive(Debug, Clone, InputObject)]
pub(super) struct DateTimeRangeInput {
    /// First instant.
    from: Option<DateTime>,
    /// Instant after the last.
    to: Option<DateTime>,
}

/// Filter of jobs. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, InputObject)]
pub(super) struct JobFilter {
    /// Any of these statuses.
    statuses: Option<Vec<JobStatus>>,
    /// Any of these health states.
    source_health: Option<Vec<SourceHealthStatus>>,
    /// Address of the source user.
    source_user_email: Option<String>,
    /// Address of a destination user.
    destination_email: Option<String>,
    /// Jobs with a FAILING destination, or without.
    has_failing_destinations: Option<bool>,
    /// Start of the job's or the group's name.
    search: Option<String>,
}

/// Filter of runs. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, InputObject)]
pub(super) struct RunFilter {
    /// Any of these jobs.
    job_ids: Option<Vec<ID>>,
    /// Any of these kinds.
    kinds: Option<Vec<RunKind>>,
    /// Any of these triggers.
    triggers: Option<Vec<RunTrigger>>,
    /// Any of these statuses.
    statuses: Option<Vec<RunStatus>>,
    /// Requested in this range.
    created_at: Option<DateTimeRangeInput>,
}

/// Filter of destinations.
#[derive(Debug, Clone, InputObject)]
pub(super) struct DestinationFilter {
    /// Destinations of any of these jobs.
    job_ids: Option<Vec<ID>>,
    /// Any of these statuses.
    statuses: Option<Vec<DestinationStatus>>,
    /// Start of the address.
    search: Option<String>,
}

/// Selects synced groups. Fields are ANDed.
#[derive(Debug, Clone, InputObject)]
pub(super) struct SyncedGroupFilter {
    /// Groups made by any of these jobs.
    job_ids: Option<Vec<ID>>,
    /// Address of the user whose account holds the group.
    user_email: Option<String>,
    /// Start of the group's name.
    search: Option<String>,
}

/// Selects results. Fields are ANDed.
#[derive(Debug, Clone, InputObject)]
pub(super) struct RunDestinationResultFilter {
    /// Any of these statuses.
    statuses: Option<Vec<RunDestinationStatus>>,
    /// Start of the address.
    search: Option<String>,
}

/// Selects changes. Fields are ANDed.
#[derive(Debug, Clone, InputObject)]
pub(super) struct ContactChangeFilter {
    /// Any of these actions.
    actions: Option<Vec<ContactChangeAction>>,
}

/// Filter of the audit log. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, InputObject)]
pub(super) struct AuditFilter {
    /// Any of these actions.
    actions: Option<Vec<AuditAction>>,
    /// Address of the actor.
    actor_email: Option<String>,
    /// ID of the object concerned, deleted or not.
    subject_id: Option<ID>,
    /// Done in this range.
    at: Option<DateTimeRangeInput>,
}

/// Order of audit entries.
#[derive(Debug, Clone, InputObject)]
pub(super) struct AuditOrder {
    /// Value to sort by.
    field: AuditOrderField,
    /// Direction of sorting.
    direction: OrderDirection,
}

/// Values for sorting audit entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum AuditOrderField {
    /// By timestamp.
    At,
}

/// Order of jobs.
#[derive(Debug, Clone, InputObject)]
pub(super) struct JobOrder {
    /// Value to sort by.
    field: JobOrderField,
    /// Direction of sorting.
    direction: OrderDirection,
}

/// Values for sorting jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum JobOrderField {
    /// By the timestamp of creation.
    CreatedAt,
    /// By the timestamp of the last change.
    UpdatedAt,
    /// By name, without regard to case.
    Name,
}

/// Order of runs.
#[derive(Debug, Clone, InputObject)]
pub(super) struct RunOrder {
    /// Value to sort by.
    field: RunOrderField,
    /// Direction of sorting.
    direction: OrderDirection,
}

/// Values for sorting runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum RunOrderField {
    /// By the timestamp of the request.
    CreatedAt,
    /// By the timestamp of the end; unfinished runs last.
    FinishedAt,
}

/// Order of destinations.
#[derive(Debug, Clone, InputObject)]
pub(super) struct DestinationOrder {
    /// Value to sort by.
    field: DestinationOrderField,
    /// Direction of sorting.
    direction: OrderDirection,
}

/// Values for sorting destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum DestinationOrderField {
    /// By the address of the user.
    Email,
    /// By the timestamp of the addition.
    AddedAt,
}

impl Default for AuditOrder {
    fn default() -> Self {
        Self { field: AuditOrderField::At, direction: OrderDirection::Desc }
    }
}

impl Default for JobOrder {
    fn default() -> Self {
        Self { field: JobOrderField::CreatedAt, direction: OrderDirection::Desc }
    }
}

impl Default for RunOrder {
    fn default() -> Self {
        Self { field: RunOrderField::CreatedAt, direction: OrderDirection::Desc }
    }
}

impl Default for DestinationOrder {
    fn default() -> Self {
        Self { field: DestinationOrderField::Email, direction: OrderDirection::Asc }
    }
}

/// Most values of one list in a filter: more are never typed, and each is a bound value of the statement.
const MOST: usize = 500;

fn any_of<T, U>(values: Option<Vec<T>>, read: impl Fn(T) -> Option<U>) -> Result<Option<Vec<U>>, ApiError> {
    let Some(values) = values else { return Ok(None) };
    if values.len() > MOST {
        let message = format!("A list of the filter has {} values; at most {MOST} are allowed.", values.len());
        return Err(ApiError::BadUserInput { argument: "filter", message });
    }
    Ok(Some(values.into_iter().filter_map(read).collect()))
}

/// Longest text of a filter, in characters; no name or address is longer.
const LONGEST: usize = 320;

/// A text to look for. What no name or address can hold is refused: some databases take no such text.
pub(super) fn text(text: Option<String>) -> Result<Option<String>, ApiError> {
    let is_refused = |text: &String| text.chars().any(char::is_control) || text.chars().count() > LONGEST;
    if text.as_ref().is_some_and(is_refused) {
        let message = format!("A text to look for has control characters, or more than {LONGEST} characters.");
        return Err(ApiError::BadUserInput { argument: "filter", message });
    }
    Ok(text)
}

pub(super) fn ids<T: FromStr>(ids: Option<Vec<ID>>) -> Result<Option<Vec<T>>, ApiError> {
    any_of(ids, |id| id.parse().ok())
}

fn values<T: Into<U>, U>(list: Option<Vec<T>>) -> Result<Option<Vec<U>>, ApiError> {
    any_of(list, |value| Some(value.into()))
}

impl From<OrderDirection> for store::Direction {
    fn from(direction: OrderDirection) -> Self {
        match direction {
            OrderDirection::Asc => Self::Ascending,
            OrderDirection::Desc => Self::Descending,
        }
    }
}

impl JobFilter {
    pub(super) fn read(this: Option<Self>) -> Result<store::JobFilter, ApiError> {
        let Some(this) = this else { return Ok(store::JobFilter::default()) };
        Ok(store::JobFilter {
            statuses: values(this.statuses)?,
            source_health: values(this.source_health)?,
            source_user: None,
            source_user_email: text(this.source_user_email)?,
            destination_email: text(this.destination_email)?,
            has_failing_destinations: this.has_failing_destinations,
            search: text(this.search)?,
        })
    }
}

impl RunFilter {
    pub(super) fn read(this: Option<Self>) -> Result<store::RunFilter, ApiError> {
        let Some(this) = this else { return Ok(store::RunFilter::default()) };
        let range = this.created_at;
        Ok(store::RunFilter {
            jobs: ids(this.job_ids)?,
            kinds: values(this.kinds)?,
            triggers: values(this.triggers)?,
            statuses: values(this.statuses)?,
            created_from: range.as_ref().and_then(|range| range.from).map(|from| from.0),
            created_to: range.and_then(|range| range.to).map(|to| to.0),
        })
    }
}

impl DestinationFilter {
    pub(super) fn read(this: Option<Self>) -> Result<store::DestinationFilter, ApiError> {
        let Some(this) = this else { return Ok(store::DestinationFilter::default()) };
        Ok(store::DestinationFilter {
            jobs: ids(this.job_ids)?,
            user: None,
            statuses: values(this.statuses)?,
            search: text(this.search)?,
        })
    }
}

impl SyncedGroupFilter {
    pub(super) fn read(this: Option<Self>) -> Result<store::SyncedGroupFilter, ApiError> {
        let Some(this) = this else { return Ok(store::SyncedGroupFilter::default()) };
        Ok(store::SyncedGroupFilter {
            jobs: ids(this.job_ids)?,
            user_email: text(this.user_email)?,
            search: text(this.search)?,
        })
    }
}

impl RunDestinationResultFilter {
    pub(super) fn read(this: Option<Self>) -> Result<store::ResultFilter, ApiError> {
        let Some(this) = this else { return Ok(store::ResultFilter::default()) };
        Ok(store::ResultFilter { statuses: values(this.statuses)?, search: text(this.search)? })
    }
}

impl ContactChangeFilter {
    pub(super) fn read(this: Option<Self>) -> Result<Option<Vec<domain::ChangeAction>>, ApiError> {
        values(this.and_then(|this| this.actions))
    }
}

impl AuditFilter {
    pub(super) fn read(this: Option<Self>) -> Result<store::AuditFilter, ApiError> {
        let Some(this) = this else { return Ok(store::AuditFilter::default()) };
        let range = this.at;
        Ok(store::AuditFilter {
            actions: values(this.actions)?,
            actor_email: text(this.actor_email)?,
            subject: text(this.subject_id.map(|id| id.to_string()))?,
            from: range.as_ref().and_then(|range| range.from).map(|from| from.0),
            to: range.and_then(|range| range.to).map(|to| to.0),
        })
    }
}

impl AuditOrder {
    pub(super) fn read(this: Option<Self>) -> store::Direction {
        let this = this.unwrap_or_default();
        match this.field {
            AuditOrderField::At => this.direction.into(),
        }
    }
}

impl JobOrder {
    pub(super) fn read(this: Option<Self>) -> (store::JobOrderField, store::Direction) {
        let this = this.unwrap_or_default();
        let field = match this.field {
            JobOrderField::CreatedAt => store::JobOrderField::CreatedAt,
            JobOrderField::UpdatedAt => store::JobOrderField::UpdatedAt,
            JobOrderField::Name => store::JobOrderField::Name,
        };
        (field, this.direction.into())
    }
}

impl RunOrder {
    pub(super) fn read(this: Option<Self>) -> (store::RunOrderField, store::Direction) {
        let this = this.unwrap_or_default();
        let field = match this.field {
            RunOrderField::CreatedAt => store::RunOrderField::CreatedAt,
            RunOrderField::FinishedAt => store::RunOrderField::FinishedAt,
        };
        (field, this.direction.into())
    }
}

impl DestinationOrder {
    pub(super) fn read(this: Option<Self>) -> (store::DestinationOrderField, store::Direction) {
        let this = this.unwrap_or_default();
        let field = match this.field {
            DestinationOrderField::Email => store::DestinationOrderField::Email,
            DestinationOrderField::AddedAt => store::DestinationOrderField::AddedAt,
        };
        (field, this.direction.into())
    }
}
