//! Removes users from a job: a run cleans their accounts (R4).

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Decision, decided};
use crate::domain::{
    ActivityKind, AuditAction, AuditChange, Caller, Destination, DestinationStatus, EmailAddress, JobStatus, Outcome,
    Row, RunKind, Time, Trigger, UserId,
};
use crate::store::convert::Named;
use crate::store::users::users_by_addresses;
use crate::store::{Store, StoreResult, Tx};

/// Users to remove.
#[derive(Debug, Clone)]
pub struct RemoveUsers {
    /// Id of the job, as it was sent.
    pub job: String,
    /// Addresses, as they were sent.
    pub emails: Vec<String>,
    /// Forget accounts that could not be reached, leaving what is in them.
    pub abandon: bool,
    /// Who asks.
    pub by: Caller,
}

impl Store {
    /// Removes users from a job, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_users(&self, request: &RemoveUsers) -> StoreResult<Decision> {
        decided!(self, remove_users(request))
    }
}

impl Tx {
    async fn remove_users(&self, request: &RemoveUsers) -> StoreResult<Decision> {
        // Of a job that is being deleted all are being removed; who is out of reach can be given up.
        let found = match request.abandon {
            true => self.known_job(&request.job).await?,
            false => self.changeable_job(&request.job).await?,
        };
        let job = match found {
            Ok(job) => job,
            Err(decision) => return Ok(decision),
        };
        let is_deleting = job.status == JobStatus::Deleting;
        let destinations = self.destinations_of(job.id).await?;
        let addresses: Vec<EmailAddress> =
            request.emails.iter().filter_map(|sent| EmailAddress::parse(sent).ok()).collect();
        let users = users_by_addresses(&self.db, &addresses).await?;
        let by_user: HashMap<UserId, &Destination> = destinations.iter().map(|one| (one.user, one)).collect();
        // A user deleted from the Workspace has no address any more; the last known one still names the destination.
        let by_email: HashMap<&EmailAddress, &Destination> = destinations.iter().map(|one| (&one.email, one)).collect();
        let mut removed: Vec<&Destination> = Vec::new();
        let mut rows = Vec::new();
        for (index, sent) in request.emails.iter().enumerate() {
            let address = EmailAddress::parse(sent).ok();
            let found = address.and_then(|address| {
                users.get(&address).and_then(|user| by_user.get(&user.id)).or_else(|| by_email.get(&address)).copied()
            });
            let outcome = match found {
                None => Outcome::NotPresent,
                Some(found) if removed.iter().any(|one| one.id == found.id) => Outcome::DuplicateInRequest,
                Some(found) => {
                    removed.push(found);
                    Outcome::Removed
                }
            };
            rows.push(Row { index, sent: sent.clone(), outcome, destination: found.map(|found| found.id) });
        }
        let emails: Vec<&str> = removed.iter().map(|one| one.email.as_str()).collect();
        let mut changes = vec![AuditChange::with("emails", emails.join(", "))];
        if request.abandon {
            changes.push(AuditChange::with("abandon", true));
        }
        self.audit(&request.by, AuditAction::UsersRemove, (&job).into(), changes).await?;
        if !removed.is_empty() {
            self.touch_job(job.id).await?;
            self.tell(ActivityKind::DestinationsChanged, job.id, None);
        }
        let (abandoned, mut removed): (Vec<&Destination>, Vec<&Destination>) =
            removed.into_iter().partition(|one| request.abandon && is_out_of_reach(one));
        for one in abandoned {
            self.forget_destination(one.id).await?;
        }
        // Whose removal is in hand is left to it; one that waits for its daily attempt is tried now.
        removed
            .retain(|one| !is_deleting && (one.status != DestinationStatus::Removing || one.next_attempt_at.is_some()));
        let removed: Vec<Destination> = removed.into_iter().cloned().collect();
        let run = if removed.is_empty() {
            None
        } else {
            self.start_removing(&removed).await?;
            let by = &request.by.actor;
            Some(self.insert_run(&job, RunKind::Removal, Trigger::Removal, None, by, &removed).await?)
        };
        self.drop_job_if_clean(job.id).await?;
        let job = self.job(job.id).await?;
        Ok(Decision { refusals: Vec::new(), rows, job, run, is_replay: false })
    }

    pub(super) async fn start_removing(&self, destinations: &[Destination]) -> StoreResult<()> {
        use entity::destination::{Column, Entity};
        for chunk in destinations.chunks(1_000) {
            Entity::update_many()
                .col_expr(Column::Status, Expr::value(DestinationStatus::Removing.name()))
                .col_expr(Column::NextAttemptAt, Expr::value(None::<Time>))
                .filter(Column::Id.is_in(chunk.iter().map(|one| one.id.uuid())))
                .exec(&self.db)
                .await?;
        }
        Ok(())
    }
}

/// The last attempt at the account failed: a sync, or a removal that waits for the next day.
fn is_out_of_reach(destination: &Destination) -> bool {
    match destination.status {
        DestinationStatus::Failing => true,
        DestinationStatus::Removing => destination.next_attempt_at.is_some(),
        DestinationStatus::Pending | DestinationStatus::Synced => false,
    }
}
