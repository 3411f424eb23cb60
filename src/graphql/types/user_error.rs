//! `UserError` and its types: problems the caller can correct, as data of a payload.

use async_graphql::{Context, Enum, InputType, Interface, Object};

use super::{InvalidDestinationReason, Run};
use crate::domain::{self, Refusal, RefusalCode, RunId};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::scalars::Url;

/// Problem the caller can correct. Select the interface fields; concrete types may be added at any time.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "UserErrorCode", desc = "Code of the problem, for programs."),
    field(
        name = "message",
        ty = "&str",
        desc = "Message in English, for developers. Front ends should translate `code`."
    ),
    field(
        name = "path",
        ty = "Option<Vec<String>>",
        desc = "Path of the offending input from the argument down, list indices as strings: [\"input\",\"emails\",\"17\"]. Null when no single input is at fault."
    ),
    field(name = "help_url", ty = "Option<Url>", desc = "Link to the documentation of the code.")
)]
pub(in crate::graphql) enum UserError {
    /// Problem without further data.
    Input(InputError),
    /// User who may not be a destination.
    InvalidDestinationUser(InvalidDestinationUserError),
    /// Conflict with a run of the same job.
    RunConflict(RunConflictError),
}

/// Codes of user errors. Open: clients must have a default branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum UserErrorCode {
    /// 'Invalid Destination User': not an active user on the Workspace's primary domain.
    InvalidDestinationUser,
    /// A job needs at least one destination: none was given, or none was valid.
    JobRequiresDestination,
    /// No such source user.
    SourceUserNotFound,
    /// Source user is not on the primary domain.
    SourceUserNotOnPrimaryDomain,
    /// Source user is suspended, archived or has no Contacts service.
    SourceUserUnavailable,
    /// Group is not one of the source user's personal contact groups.
    SourceGroupNotFound,
    /// Group was created by a sync and cannot be a source.
    SourceGroupIsSynced,
    /// Several groups have this name; use the ID.
    SourceGroupAmbiguous,
    /// Object named by an ID does not exist.
    NotFound,
    /// Value is out of range or malformed.
    InvalidValue,
    /// List is longer than allowed.
    TooManyItems,
    /// Job is paused.
    JobPaused,
    /// Job is being deleted.
    JobDeleting,
    /// Job already has an unfinished run.
    RunInProgress,
    /// Run is not held.
    RunNotHeld,
    /// Run has already finished.
    RunFinished,
    /// Planned deletions differ from `expectedDeletions`.
    DeletionCountChanged,
    /// Job was changed since `expectedVersion`.
    VersionConflict,
    /// Key was used with other input.
    IdempotencyKeyReused,
    /// First call with this key has not ended; retry.
    IdempotencyKeyInUse,
}

impl From<&RefusalCode> for UserErrorCode {
    fn from(code: &RefusalCode) -> Self {
        match code {
            RefusalCode::InvalidDestinationUser { .. } => Self::InvalidDestinationUser,
            RefusalCode::JobRequiresDestination => Self::JobRequiresDestination,
            RefusalCode::SourceUserNotFound => Self::SourceUserNotFound,
            RefusalCode::SourceUserNotOnPrimaryDomain => Self::SourceUserNotOnPrimaryDomain,
            RefusalCode::SourceUserUnavailable => Self::SourceUserUnavailable,
            RefusalCode::SourceGroupNotFound => Self::SourceGroupNotFound,
            RefusalCode::SourceGroupIsSynced => Self::SourceGroupIsSynced,
            RefusalCode::SourceGroupAmbiguous => Self::SourceGroupAmbiguous,
            RefusalCode::NotFound => Self::NotFound,
            RefusalCode::InvalidValue => Self::InvalidValue,
            RefusalCode::TooManyItems => Self::TooManyItems,
            RefusalCode::JobPaused => Self::JobPaused,
            RefusalCode::JobDeleting => Self::JobDeleting,
            RefusalCode::RunInProgress { .. } => Self::RunInProgress,
            RefusalCode::RunNotHeld => Self::RunNotHeld,
            RefusalCode::RunFinished => Self::RunFinished,
            RefusalCode::DeletionCountChanged => Self::DeletionCountChanged,
            RefusalCode::VersionConflict => Self::VersionConflict,
            RefusalCode::IdempotencyKeyReused => Self::IdempotencyKeyReused,
            RefusalCode::IdempotencyKeyInUse => Self::IdempotencyKeyInUse,
        }
    }
}

/// What all user errors have.
pub(in crate::graphql) struct Problem {
    code: UserErrorCode,
    message: String,
    path: Vec<String>,
}

impl Problem {
    fn path(&self) -> Option<Vec<String>> {
        (!self.path.is_empty()).then(|| self.path.clone())
    }

    fn help_url(&self, ctx: &Context<'_>) -> Result<Option<Url>, ApiError> {
        help_url(ctx, &self.code)
    }
}

/// Link to the documentation of a code, where this installation names one.
pub(in crate::graphql) fn help_url(ctx: &Context<'_>, code: &impl InputType) -> Result<Option<Url>, ApiError> {
    let anchor = code.to_value().to_string().to_ascii_lowercase();
    Ok(ctx.options()?.help.clone().map(|mut url| {
        url.set_fragment(Some(&anchor));
        Url(url)
    }))
}

/// Problem without further data.
pub(in crate::graphql) struct InputError(Problem);

/// User who may not be a destination. `code` is always INVALID_DESTINATION_USER.
pub(in crate::graphql) struct InvalidDestinationUserError {
    problem: Problem,
    email: String,
    reason: domain::InvalidDestinationReason,
}

/// Conflict with a run of the same job.
pub(in crate::graphql) struct RunConflictError {
    problem: Problem,
    run: RunId,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let problem = Problem { code: (&refusal.code).into(), message: refusal.message, path: refusal.path };
        match refusal.code {
            RefusalCode::InvalidDestinationUser { email, reason } => {
                Self::InvalidDestinationUser(InvalidDestinationUserError { problem, email, reason })
            }
            RefusalCode::RunInProgress { run } => Self::RunConflict(RunConflictError { problem, run }),
            _ => Self::Input(InputError(problem)),
        }
    }
}

/// Problem without further data.
#[Object]
impl InputError {
    /// Code of the problem, for programs.
    async fn code(&self) -> UserErrorCode {
        self.0.code
    }

    /// Message in English, for developers. Front ends should translate `code`.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// Path of the offending input from the argument down, list indices as strings: ["input","emails","17"]. Null when no
    /// single input is at fault.
    async fn path(&self) -> Option<Vec<String>> {
        self.0.path()
    }

    /// Link to the documentation of the code.
    async fn help_url(&self, ctx: &Context<'_>) -> Result<Option<Url>, ApiError> {
        self.0.help_url(ctx)
    }
}

/// User who may not be a destination. `code` is always INVALID_DESTINATION_USER.
#[Object]
impl InvalidDestinationUserError {
    /// Code of the problem, for programs.
    async fn code(&self) -> UserErrorCode {
        self.problem.code
    }

    /// Message in English, for developers. Front ends should translate `code`.
    async fn message(&self) -> &str {
        &self.problem.message
    }

    /// Path of the offending input from the argument down, list indices as strings: ["input","emails","17"]. Null when no
    /// single input is at fault.
    async fn path(&self) -> Option<Vec<String>> {
        self.problem.path()
    }

    /// Link to the documentation of the code.
    async fn help_url(&self, ctx: &Context<'_>) -> Result<Option<Url>, ApiError> {
        self.problem.help_url(ctx)
    }

    /// Address as it was sent, possibly malformed.
    async fn email(&self) -> &str {
        &self.email
    }

    /// Why the user may not be a destination.
    async fn reason(&self) -> InvalidDestinationReason {
        self.reason.into()
    }
}

/// Conflict with a run of the same job.
#[Object]
impl RunConflictError {
    /// Code of the problem, for programs.
    async fn code(&self) -> UserErrorCode {
        self.problem.code
    }

    /// Message in English, for developers. Front ends should translate `code`.
    async fn message(&self) -> &str {
        &self.problem.message
    }

    /// Path of the offending input from the argument down, list indices as strings: ["input","emails","17"]. Null when no
    /// single input is at fault.
    async fn path(&self) -> Option<Vec<String>> {
        self.problem.path()
    }

    /// Link to the documentation of the code.
    async fn help_url(&self, ctx: &Context<'_>) -> Result<Option<Url>, ApiError> {
        self.problem.help_url(ctx)
    }

    /// Run that stands in the way.
    async fn run(&self, ctx: &Context<'_>) -> Result<Option<Run>, ApiError> {
        Ok(ctx.loaders()?.run(self.run).await?.map(Run))
    }
}
