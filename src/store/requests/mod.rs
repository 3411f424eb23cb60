//! What the API asks for: each request is judged and carried out in one transaction, or refused and nothing is changed.

mod add_users;
mod create_job;
mod delete_job;
mod destinations;
mod idempotency;
mod remove_users;
mod run_job;
mod update_job;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::{StoreResult, Tx};
use crate::domain::{Job, JobId, JobStatus, Refusal, RefusalCode, Row, Run, quoted};

pub use add_users::AddUsers;
pub use create_job::NewJob;
pub use delete_job::DeleteJob;
pub use idempotency::{IdempotencyKey, Replay};
pub use remove_users::RemoveUsers;
pub use run_job::RunJob;
pub use update_job::{DailyRuns, UpdateJob};

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
    fn refused(job: Option<Job>, refusals: Vec<Refusal>, rows: Vec<Row>) -> Self {
        Self { refusals, rows, job, run: None, is_replay: false }
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

impl Tx {
    /// A job that may be changed, its row locked until the commit; or why it may not.
    async fn changeable_job(&self, id: &str) -> StoreResult<Result<Job, Decision>> {
        let path = ["input", "jobId"];
        let found = match id.parse::<JobId>() {
            Ok(id) => {
                self.lock_job(id).await?;
                self.job(id).await?
            }
            Err(_) => None,
        };
        Ok(match found {
            None => {
                let message = format!("No job has the ID {}.", quoted(id));
                Err(Decision::refused(None, vec![Refusal::new(RefusalCode::NotFound, &path, message)], Vec::new()))
            }
            Some(job) if job.status == JobStatus::Deleting => {
                let message = format!("The job {} is being deleted.", quoted(id));
                let refusal = Refusal::new(RefusalCode::JobDeleting, &path, message);
                Err(Decision::refused(Some(job), vec![refusal], Vec::new()))
            }
            Some(job) => Ok(job),
        })
    }

    async fn lock_job(&self, id: JobId) -> StoreResult<()> {
        use entity::job::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version))
            .filter(Column::Id.eq(id.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Counts a change of the job.
    async fn touch_job(&self, id: JobId) -> StoreResult<()> {
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
