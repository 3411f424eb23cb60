//! The audit log: written in the transaction of the change, never changed after.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

use super::convert::{Named, actor, actor_columns, from_json, to_json};
use super::page::{Direction, Page, PageRequest, paged};
use super::{Store, StoreResult, Tx};
use crate::domain::{AuditAction, AuditChange, AuditEntry, AuditId, Caller, Job, Run, Time};

use entity::audit_entry::{ActiveModel, Column, Entity, Model};

/// Selects entries. Fields are ANDed, lists mean any of.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the meanings are on the GraphQL input AuditFilter")]
pub struct AuditFilter {
    pub actions: Option<Vec<AuditAction>>,
    pub actor_email: Option<String>,
    pub subject: Option<String>,
    pub from: Option<Time>,
    pub to: Option<Time>,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Id, in the API's form. `None` when it is about no object.
    pub id: Option<String>,
    /// Name at the time.
    pub label: String,
}

impl From<&Job> for Subject {
    fn from(job: &Job) -> Self {
        Self { id: Some(job.id.to_string()), label: job.name.clone() }
    }
}

impl Subject {
    /// A run; it has no name but that of its job, if there is one.
    pub(super) fn run(run: &Run, job: Option<&Job>) -> Self {
        let label = match (job, run.number) {
            (Some(job), Some(number)) => format!("{} #{number}", job.name),
            _ => run.id.to_string(),
        };
        Self { id: Some(run.id.to_string()), label }
    }
}

fn read(row: Model) -> StoreResult<AuditEntry> {
    Ok(AuditEntry {
        id: row.id.into(),
        at: row.at,
        action: AuditAction::named(&row.action)?,
        actor: actor("audit_entry", &row.actor_kind, &row.actor)?,
        subject: row.subject,
        subject_label: row.subject_label,
        changes: from_json("audit_entry", row.changes)?,
        request_id: row.request_id,
        ip: row.ip,
    })
}

impl Tx {
    /// Writes an entry.
    pub(super) async fn audit(
        &self,
        by: &Caller,
        action: AuditAction,
        subject: Subject,
        changes: Vec<AuditChange>,
    ) -> StoreResult<()> {
        let (actor_kind, actor) = actor_columns(&by.actor);
        let row = ActiveModel {
            id: Set(AuditId::random().uuid()),
            at: Set(self.now),
            action: Set(action.name().into()),
            actor_kind: Set(actor_kind),
            actor: Set(actor),
            subject: Set(subject.id),
            subject_label: Set(subject.label),
            changes: Set(to_json("audit_entry", &changes)?),
            request_id: Set(by.request_id.clone()),
            ip: Set(by.ip.map(|ip| ip.to_string())),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

impl Tx {
    /// Writes an entry about a run of a job.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_run(&self, by: &Caller, action: AuditAction, run: &Run, job: &Job) -> StoreResult<()> {
        self.audit(by, action, Subject::run(run, Some(job)), Vec::new()).await
    }
}

impl Store {
    /// Writes that a request was refused for its role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_denial(&self, by: &Caller, what: &str) -> StoreResult<()> {
        let subject = Subject { id: None, label: what.to_owned() };
        self.atomically(async |tx| tx.audit(by, AuditAction::AccessDenied, subject, Vec::new()).await).await
    }

    /// Entries by their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_by_ids(&self, ids: &[AuditId]) -> StoreResult<HashMap<AuditId, AuditEntry>> {
        let rows = Entity::find().filter(Column::Id.is_in(ids.iter().map(|id| id.uuid()))).all(&self.db).await?;
        rows.into_iter().map(|row| read(row).map(|entry| (entry.id, entry))).collect()
    }

    /// A page of entries, by time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        direction: Direction,
        page: &PageRequest,
    ) -> StoreResult<Page<AuditEntry>> {
        let select = Entity::find().filter(condition(filter));
        let rows = paged(select, Column::At, Column::Id, direction, page).all(&self.db).await?;
        Ok(Page::of(rows.into_iter().map(read).collect::<StoreResult<_>>()?, page))
    }

    /// How many entries a filter selects.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_audit(&self, filter: &AuditFilter) -> StoreResult<u64> {
        Ok(Entity::find().filter(condition(filter)).count(&self.db).await?)
    }
}

fn condition(filter: &AuditFilter) -> Condition {
    let names = |actions: &Vec<AuditAction>| actions.iter().map(|action| action.name()).collect::<Vec<_>>();
    let email = filter.actor_email.as_ref().map(|email| email.trim().to_lowercase());
    Condition::all()
        .add_option(filter.actions.as_ref().map(|actions| Column::Action.is_in(names(actions))))
        .add_option(email.map(|email| Condition::all().add(Column::ActorKind.eq("user")).add(Column::Actor.eq(email))))
        .add_option(filter.subject.as_ref().map(|subject| Column::Subject.eq(subject.as_str())))
        .add_option(filter.from.map(|from| Column::At.gte(from)))
        .add_option(filter.to.map(|to| Column::At.lt(to)))
}
