//! Creates a job with its destinations and its first run (R1).

use chrono_tz::Tz;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

use super::destinations::SourceGroup;
use super::{Decision, IdempotencyKey, Replay, decided_by_key, needs_destination};
use crate::domain::{
    ActivityKind, AuditAction, AuditChange, Caller, ContactGroup, DailySchedule, DeletionGuard,
    InvalidDestinationPolicy, Job, JobId, JobNumber, JobStatus, Refusal, RunKind, SourceHealthStatus, Trigger,
    WorkspaceUser, name_key, refusal, rows,
};
use crate::store::convert::{Named, actor_columns, to_json};
use crate::store::users::workspace;
use crate::store::{Store, StoreError, StoreResult, Tx};

/// Path of the list of addresses.
const LIST: [&str; 2] = ["input", "destinationEmails"];

/// A job that is asked for.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Source user and source group. `None` when they were refused.
    pub source: Option<(WorkspaceUser, ContactGroup)>,
    /// Name. `None`: that of the group.
    pub name: Option<String>,
    /// Notes.
    pub description: String,
    /// Name of the group at destinations. `None`: follows the source group.
    pub custom_group_name: Option<String>,
    /// Synced contacts also join My Contacts.
    pub add_to_my_contacts: bool,
    /// Guard of its own. `None`: follows the server's.
    pub guard: Option<DeletionGuard>,
    /// Schedule. `None`: a minute of the night in `default_zone`.
    pub schedule: Option<DailySchedule>,
    /// Time zone of a schedule that was not given.
    pub default_zone: Tz,
    /// Addresses as they were sent.
    pub emails: Vec<String>,
    /// What to do if some are invalid.
    pub on_invalid: InvalidDestinationPolicy,
    /// Key that makes the call safe to repeat.
    pub key: Option<IdempotencyKey>,
    /// Who asks.
    pub by: Caller,
    /// What is wrong with the rest of the input already; then nothing is created.
    pub refusals: Vec<Refusal>,
}

impl Store {
    /// Creates a job, its destinations and its first run, or says why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_job(&self, new: &NewJob) -> StoreResult<Decision> {
        decided_by_key!(self, create_job(new))
    }

    /// The answer to an earlier `createJob` with this key, if there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn created_job(&self, key: &IdempotencyKey) -> StoreResult<Option<Decision>> {
        self.atomically(async |tx| tx.created_job(key).await).await
    }
}

impl Tx {
    async fn created_job(&self, key: &IdempotencyKey) -> StoreResult<Option<Decision>> {
        let Replay { run, rows } = match self.replay(key).await? {
            None => return Ok(None),
            Some(Err(refusal)) => return Ok(Some(Decision::refused(None, vec![refusal], Vec::new()))),
            Some(Ok(replay)) => replay,
        };
        let domain = self.primary_domain().await?;
        let refusals = rows.iter().filter_map(|row| refusal(row, &domain, &LIST)).collect();
        let job = match run.job {
            Some(job) => self.job(job).await?,
            None => None,
        };
        Ok(Some(Decision { refusals, rows, job, run: Some(run), is_replay: true }))
    }

    async fn create_job(&self, new: &NewJob) -> StoreResult<Decision> {
        if let Some(key) = &new.key
            && let Some(decision) = self.created_job(key).await?
        {
            return Ok(decision);
        }
        let source = new.source.as_ref();
        let source = source.map(|(user, group)| SourceGroup { user: user.id, group: group.resource.as_str() });
        let judged = self.judge(&new.emails, source.as_ref(), None).await?;
        let valid = judged.valid();
        let refuse = new.refusals.iter().cloned();
        let nobody = valid.is_empty().then(|| needs_destination(&LIST));
        let is_refused = !new.refusals.is_empty() || nobody.is_some() || judged.is_rejected(new.on_invalid);
        let parts = if is_refused { None } else { source.zip(new.source.as_ref()) };
        let Some((source, (user, group))) = parts else {
            let (rows, invalid) =
                rows(&new.emails, &judged.verdicts, &Default::default(), &judged.primary_domain, &LIST);
            return Ok(Decision::refused(None, refuse.chain(invalid).chain(nobody).collect(), rows));
        };
        let id = self.insert_job(new, user, group).await?;
        let added = self.insert_destinations(id, &source, &valid, &new.by.actor).await?;
        let (rows, refusals) = rows(&new.emails, &judged.verdicts, &added, &judged.primary_domain, &LIST);
        let job = self.job(id).await?.ok_or(StoreError::Nonsense { table: "job", what: "not inserted".into() })?;
        let destinations = self.destinations_of(id).await?;
        let run = self.insert_run(&job, RunKind::Sync, Trigger::JobCreated, None, &new.by.actor, &destinations).await?;
        if let Some(key) = &new.key {
            self.keep_key(key, run.id, &rows).await?;
        }
        self.tell(ActivityKind::JobCreated, id, None);
        let emails: Vec<&str> = destinations.iter().map(|one| one.email.as_str()).collect();
        self.audit(&new.by, AuditAction::JobCreate, (&job).into(), created(&job, &emails)).await?;
        Ok(Decision { refusals, rows, job: Some(job), run: Some(run), is_replay: false })
    }

    async fn insert_job(&self, new: &NewJob, user: &WorkspaceUser, group: &ContactGroup) -> StoreResult<JobId> {
        let customer = workspace(&self.db).await?.map(|workspace| workspace.customer_id);
        let customer =
            customer.ok_or(StoreError::Nonsense { table: "workspace", what: "the Workspace was never read".into() })?;
        let number = JobNumber::derive(&customer, &user.google_id, group.resource.as_str());
        let id = JobId::random();
        let schedule = new.schedule.unwrap_or_else(|| DailySchedule::spread(id, new.default_zone));
        let served = schedule.date_of(self.now); // the first run serves the day of creation
        let name = new.name.clone().unwrap_or_else(|| group.name.clone());
        let (by_kind, by) = actor_columns(&new.by.actor);
        let row = entity::job::ActiveModel {
            id: Set(id.uuid()),
            name_key: Set(name_key(&name)),
            name: Set(name),
            description: Set(new.description.clone()),
            status: Set(JobStatus::Active.name().into()),
            source_user_id: Set(user.id.uuid()),
            source_group_id: Set(group.id.uuid()),
            source_group_name: Set(group.name.clone()),
            number: Set(number.to_i64()),
            custom_group_name: Set(new.custom_group_name.clone()),
            add_to_my_contacts: Set(new.add_to_my_contacts),
            guard: Set(new.guard.map(|guard| to_json("job", &guard)).transpose()?),
            is_relinked: Set(false),
            time_of_day: Set(schedule.time_of_day()),
            time_zone: Set(schedule.zone().to_owned()),
            served_date: Set(served),
            next_run_at: Set(Some(schedule.slot_after(served).due)),
            source_status: Set(SourceHealthStatus::Ok.name().into()),
            source_status_since: Set(self.now),
            source_checked_at: Set(self.now),
            cursor_token: Set(None),
            cursor_parameters: Set(None),
            full_read_at: Set(None),
            run_count: Set(0),
            version: Set(1),
            created_at: Set(self.now),
            created_by_kind: Set(by_kind),
            created_by: Set(by),
            updated_at: Set(self.now),
        };
        entity::job::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(id)
    }
}

fn created(job: &Job, emails: &[&str]) -> Vec<AuditChange> {
    let schedule = format!("{} {}", job.schedule.time_of_day(), job.schedule.zone());
    let mut changes = vec![
        AuditChange::with("sourceUserEmail", &job.source.email),
        AuditChange::with("sourceGroup", &job.source.group_name),
        AuditChange::with("syncedGroupName", job.synced_group_name()),
        AuditChange::with("addToMyContacts", job.add_to_my_contacts),
        AuditChange::with("schedule", schedule),
        AuditChange::with("destinationEmails", emails.join(", ")),
    ];
    changes.extend(job.guard.map(|guard| AuditChange::with("deletionGuard", guard)));
    changes
}
