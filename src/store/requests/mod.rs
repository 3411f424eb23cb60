//! What the API asks for: each request is judged and carried out in one transaction, or refused and nothing is changed.

mod add_users;
mod cancel_run;
mod create_job;
mod decide_hold;
mod delete_job;
mod destinations;
mod idempotency;
mod pause_job;
mod preview_job;
mod relink_job;
mod remove_users;
mod run_job;
mod update_job;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{StoreResult, Tx};
use crate::domain::{
    ActivityKind, Destination, DestinationStatus, Job, JobId, JobStatus, Refusal, RefusalCode, Row, Run, RunId, quoted,
};
use crate::store::runs::read_run;
use crate::store::users::workspace;

pub use add_users::AddUsers;
pub use cancel_run::CancelRun;
pub use create_job::NewJob;
pub use decide_hold::{DecideHold, Verdict};
pub use delete_job::DeleteJob;
pub use idempotency::{IdempotencyKey, Replay};
pub use pause_job::{DailyRuns, PauseJob};
pub use preview_job::{NewDraft, PreviewJob, PreviewTarget};
pub use relink_job::RelinkJob;
pub use remove_users::RemoveUsers;
pub use run_job::RunJob;
pub use update_job::{GuardChange, UpdateJob};

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Why it was refused, or which of its rows were. In input order.
    pub refusals: Vec<Refusal>,
    /// What became of each address of the list.
    pub rows: Vec<Row>,
    /// The job as it now is. `None` when there is none.
    pub job: Option<Job>,
    /// The run that was queued.
    pub run: Option<Run>,
    /// Repeats the answer to an earlier call with the same key.
    pub is_replay: bool,
}

impl Decision {
    /// Refused for one reason, before the request was looked at.
    #[must_use]
    pub fn of(refusal: Refusal) -> Self {
        Self::refused(None, vec![refusal], Vec::new())
    }

    fn refused(job: Option<Job>, refusals: Vec<Refusal>, rows: Vec<Row>) -> Self {
        Self { refusals, rows, job, run: None, is_replay: false }
    }

    fn accepted(job: Option<Job>, run: Option<Run>) -> Self {
        Self { refusals: Vec::new(), rows: Vec::new(), job, run, is_replay: false }
    }
}

/// Runs a request, once more if another one came between its reading and its writing.
macro_rules! decided {
    ($store:expr, $method:ident($request:expr)) => {
        match $store.atomically(async |tx| tx.$method($request).await).await {
            Err($crate::store::StoreError::Conflict) => $store.atomically(async |tx| tx.$method($request).await).await,
            decided => decided,
        }
    };
}
use decided;

/// Runs a request that may carry a key. When it collides with the same request twice, that one has not ended.
macro_rules! decided_by_key {
    ($store:expr, $method:ident($request:expr)) => {
        match $crate::store::requests::decided!($store, $method($request)) {
            Err(conflict @ $crate::store::StoreError::Conflict) => match &$request.key {
                Some(key) => Ok($crate::store::requests::idempotency::in_use(key)),
                None => Err(conflict),
            },
            decided => decided,
        }
    };
}
use decided_by_key;

/// A job that would be without any destination. `list` is the path of its addresses.
fn needs_destination(list: &[&str]) -> Refusal {
    let message = "A job needs at least one destination; none was given, or none was valid.";
    Refusal::new(RefusalCode::JobRequiresDestination, list, message)
}

/// A job that has no destination (any more).
fn has_no_destination(job: &str, path: &[&str]) -> Refusal {
    let message = format!("The job {} has no destinations; add a user first.", quoted(job));
    Refusal::new(RefusalCode::JobRequiresDestination, path, message)
}

impl Tx {
    /// A job that may be changed, its row locked until the commit; or why it may not.
    async fn changeable_job(&self, id: &str) -> StoreResult<Result<Job, Decision>> {
        Ok(match self.known_job(id).await? {
            Ok(job) if job.status == JobStatus::Deleting => {
                let message = format!("The job {} is being deleted.", quoted(id));
                let refusal = Refusal::new(RefusalCode::JobDeleting, &["input", "jobId"], message);
                Err(Decision::refused(Some(job), vec![refusal], Vec::new()))
            }
            found => found,
        })
    }

    async fn known_job(&self, id: &str) -> StoreResult<Result<Job, Decision>> {
        let path = ["input", "jobId"];
        let found = match id.parse::<JobId>() {
            Ok(id) => {
                self.lock_job(id).await?;
                self.job(id).await?
            }
            Err(_) => None,
        };
        Ok(found.ok_or_else(|| {
            let message = format!("No job has the ID {}.", quoted(id));
            Decision::refused(None, vec![Refusal::new(RefusalCode::NotFound, &path, message)], Vec::new())
        }))
    }

    /// Locks the row of a job until the commit.
    pub(in crate::store) async fn lock_job(&self, id: JobId) -> StoreResult<()> {
        use entity::job::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version))
            .filter(Column::Id.eq(id.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Locks a job, and with it all that tag with the same number, until the commit; always in the same order.
    async fn lock_jobs_like(&self, id: &str) -> StoreResult<()> {
        use entity::job::{Column, Entity};
        let Ok(id) = id.parse::<JobId>() else { return Ok(()) };
        let number = Entity::find().select_only().column(Column::Number).filter(Column::Id.eq(id.uuid()));
        let like =
            Entity::find().select_only().column(Column::Id).filter(Column::Number.in_subquery(number.into_query()));
        like.order_by_asc(Column::Id).lock_exclusive().into_tuple::<uuid::Uuid>().all(&self.db).await?;
        Ok(())
    }

    /// A run that somebody names; or that there is none.
    async fn named_run(&self, id: &str) -> StoreResult<Result<Run, Decision>> {
        let row = match id.parse::<RunId>() {
            Ok(id) => self.touch_run(id, |update| update).await?,
            Err(_) => None,
        };
        let Some(row) = row else {
            let message = format!("No run has the ID {}.", quoted(id));
            let refusal = Refusal::new(RefusalCode::NotFound, &["input", "runId"], message);
            return Ok(Err(Decision::refused(None, vec![refusal], Vec::new())));
        };
        read_run(row).map(Ok)
    }

    /// A run as it is now.
    async fn run_now(&self, id: RunId) -> StoreResult<Option<Run>> {
        entity::run::Entity::find_by_id(id.uuid()).one(&self.db).await?.map(read_run).transpose()
    }

    /// Domain whose users may be destinations.
    async fn primary_domain(&self) -> StoreResult<String> {
        Ok(workspace(&self.db).await?.map(|workspace| workspace.primary_domain).unwrap_or_default())
    }

    /// Destinations of a job that are not being removed.
    async fn present_destinations(&self, job: JobId) -> StoreResult<Vec<Destination>> {
        let mut destinations = self.destinations_of(job).await?;
        destinations.retain(|one| one.status != DestinationStatus::Removing);
        Ok(destinations)
    }

    /// Counts a change of the job, and tells of it.
    async fn touch_job(&self, id: JobId) -> StoreResult<()> {
        self.tell(ActivityKind::JobUpdated, id, None);
        use entity::job::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(self.now))
            .filter(Column::Id.eq(id.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
