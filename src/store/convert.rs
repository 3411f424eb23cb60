//! Between columns and domain types. A value that this program could not have written is an error, never a default.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{StoreError, StoreResult};
use crate::domain::{
    ActivityKind, Actor, AuditAction, ChangeAction, DestinationStatus, EmailAddress, HoldDecision, HoldReason,
    JobStatus, ResultStatus, RunError, RunErrorCode, RunKind, RunStatus, SourceHealthStatus, Trigger,
};

/// A domain enum that is stored as text.
pub(super) trait Named: Sized + Copy + 'static {
    const TABLE: &'static str;
    const NAMES: &'static [(Self, &'static str)];

    fn name(self) -> &'static str
    where
        Self: PartialEq,
    {
        Self::NAMES.iter().find(|(value, _)| *value == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> StoreResult<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(value, _)| *value)
            .ok_or_else(|| StoreError::Nonsense { table: Self::TABLE, what: format!("unknown value '{name}'") })
    }
}

macro_rules! named {
    ($type:ident in $table:literal { $($variant:ident = $name:literal),* $(,)? }) => {
        impl Named for $type {
            const TABLE: &'static str = $table;
            const NAMES: &'static [(Self, &'static str)] = &[$(($type::$variant, $name)),*];
        }
        const _: fn($type) = |value| match value { $($type::$variant => ()),* }; // a new variant must get a name
    };
}

named!(JobStatus in "job" { Active = "active", Paused = "paused", Deleting = "deleting" });
named!(SourceHealthStatus in "job" {
    Ok = "ok", GroupMissing = "group_missing", GroupEmpty = "group_empty", UserSuspended = "user_suspended",
    UserDeleted = "user_deleted", UserNotOnPrimaryDomain = "user_not_on_primary_domain",
    AccessDenied = "access_denied", Unknown = "unknown",
});
named!(DestinationStatus in "destination" {
    Pending = "pending", Synced = "synced", Failing = "failing", Removing = "removing",
});
named!(RunKind in "run" { Sync = "sync", Removal = "removal", Release = "release", Preview = "preview" });
named!(Trigger in "run" { JobCreated = "job_created", Schedule = "schedule", Manual = "manual", Removal = "removal" });
named!(RunStatus in "run" {
    Queued = "queued", Running = "running", Waiting = "waiting", Held = "held", Succeeded = "succeeded",
    PartiallySucceeded = "partially_succeeded", Failed = "failed", Rejected = "rejected", Expired = "expired",
    Canceled = "canceled",
});
named!(ResultStatus in "run_result" {
    Waiting = "waiting", Running = "running", Succeeded = "succeeded", Failed = "failed", Skipped = "skipped",
});
named!(RunErrorCode in "run" {
    SourceGroupMissing = "source_group_missing", SourceUserSuspended = "source_user_suspended",
    SourceUserDeleted = "source_user_deleted", SourceUserNotOnPrimaryDomain = "source_user_not_on_primary_domain",
    InvalidDestinationUser = "invalid_destination_user",
    DestinationUserSuspended = "destination_user_suspended", ContactLimitReached = "contact_limit_reached",
    ContactsRefused = "contacts_refused", AccessDenied = "access_denied", QuotaExceeded = "quota_exceeded",
    UpstreamUnavailable = "upstream_unavailable", DeletionGuard = "deletion_guard",
    InternalServerError = "internal_server_error",
});
named!(HoldReason in "run_hold" {
    SourceGroupEmpty = "source_group_empty", SourceGroupShrank = "source_group_shrank",
    SourceRelinked = "source_relinked",
});
named!(HoldDecision in "run_hold" { Approved = "approved", Rejected = "rejected", Expired = "expired" });
named!(ChangeAction in "contact_change" {
    Create = "create", Update = "update", Overwrite = "overwrite", Delete = "delete",
});
named!(ActivityKind in "activity" {
    JobCreated = "job_created", JobUpdated = "job_updated", JobDeleted = "job_deleted",
    DestinationsChanged = "destinations_changed", SourceHealthChanged = "source_health_changed",
    RunQueued = "run_queued", RunStarted = "run_started", RunHeld = "run_held", RunFinished = "run_finished",
});
named!(AuditAction in "audit_entry" {
    JobCreate = "job_create", JobUpdate = "job_update", JobDelete = "job_delete", JobPause = "job_pause",
    JobResume = "job_resume", UsersAdd = "users_add", UsersRemove = "users_remove", JobRelink = "job_relink",
    RunStart = "run_start", RunPreview = "run_preview", RunApprove = "run_approve", RunReject = "run_reject",
    RunCancel = "run_cancel", RunFinish = "run_finish", AccessDenied = "access_denied",
});

/// The two columns of an actor: kind and label.
pub(super) fn actor_columns(actor: &Actor) -> (String, String) {
    match actor {
        Actor::User(email) => ("user".into(), email.to_string()),
        Actor::ServiceToken(subject) => ("service_token".into(), subject.clone()),
        Actor::Scheduler => ("scheduler".into(), String::new()),
        Actor::System => ("system".into(), String::new()),
    }
}

/// The actor of two columns.
pub(super) fn actor(table: &'static str, kind: &str, label: &str) -> StoreResult<Actor> {
    match kind {
        "user" => Ok(Actor::User(email(table, label)?)),
        "service_token" => Ok(Actor::ServiceToken(label.to_owned())),
        "scheduler" => Ok(Actor::Scheduler),
        "system" => Ok(Actor::System),
        _ => Err(StoreError::Nonsense { table, what: format!("unknown actor '{kind}'") }),
    }
}

/// An address that was stored.
pub(super) fn email(table: &'static str, text: &str) -> StoreResult<EmailAddress> {
    EmailAddress::parse(text).map_err(|_| StoreError::Nonsense { table, what: "malformed address".into() })
}

/// The error of two columns: code and message.
pub(super) fn run_error(
    table: &'static str,
    code: Option<String>,
    message: Option<String>,
) -> StoreResult<Option<RunError>> {
    match (code, message) {
        (Some(code), Some(message)) => Ok(Some(RunError { code: RunErrorCode::named(&code)?, message })),
        (None, None) => Ok(None),
        _ => Err(StoreError::Nonsense { table, what: "half an error".into() }),
    }
}

/// A JSON column to a value.
pub(super) fn from_json<T: DeserializeOwned>(table: &'static str, json: Value) -> StoreResult<T> {
    serde_json::from_value(json).map_err(|error| StoreError::Nonsense { table, what: error.to_string() })
}

/// A value to a JSON column.
pub(super) fn to_json<T: Serialize>(table: &'static str, value: &T) -> StoreResult<Value> {
    serde_json::to_value(value).map_err(|error| StoreError::Nonsense { table, what: error.to_string() })
}
