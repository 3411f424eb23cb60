//! Destinations come into being.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::domain::{
    Actor, DestinationId, DestinationStatus, EmailAddress, InvalidDestinationPolicy, Job, JobId, JobNumber, Present,
    Surroundings, UserId, Verdict, judge,
};
use crate::store::convert::{Named, actor_columns};
use crate::store::users::users_by_addresses;
use crate::store::{StoreResult, Tx};

use entity::destination::{ActiveModel, Column, Entity};
use entity::job;

/// Source of the list that is judged.
pub(super) struct SourceGroup<'a> {
    pub(super) user: UserId,
    pub(super) group: &'a str,
}

/// A judged list of addresses.
pub(super) struct Judged {
    pub(super) primary_domain: String,
    pub(super) verdicts: Vec<Verdict>,
}

impl Judged {
    pub(super) fn valid(&self) -> Vec<UserId> {
        let valid = |verdict: &Verdict| match verdict {
            Verdict::Valid(user) => Some(*user),
            Verdict::Present(_) | Verdict::Duplicate | Verdict::Invalid(_) => None,
        };
        self.verdicts.iter().filter_map(valid).collect()
    }

    /// The whole list is refused for its invalid rows.
    pub(super) fn is_rejected(&self, policy: InvalidDestinationPolicy) -> bool {
        policy == InvalidDestinationPolicy::RejectAll
            && self.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Invalid(_)))
    }
}

impl Tx {
    pub(super) async fn judge(
        &self,
        sent: &[String],
        source: Option<&SourceGroup<'_>>,
        job: Option<&Job>,
    ) -> StoreResult<Judged> {
        let addresses: Vec<EmailAddress> = sent.iter().filter_map(|sent| EmailAddress::parse(sent).ok()).collect();
        let users = users_by_addresses(&self.db, &addresses).await?;
        let primary_domain = self.primary_domain().await?;
        let mut present = match job {
            Some(job) => self.present_by_number(job.number).await?,
            None => HashMap::new(),
        };
        if let Some(source) = source {
            present.extend(self.present_of(source.user, source.group).await?);
        }
        let around = Surroundings {
            primary_domain: &primary_domain,
            users: &users,
            source: source.map(|source| source.user),
            job: job.map(|job| job.id),
            present: &present,
        };
        let verdicts = judge(sent, &around);
        Ok(Judged { primary_domain, verdicts })
    }

    /// Who receives this group already.
    pub(super) async fn present_of(&self, user: UserId, group: &str) -> StoreResult<HashMap<UserId, Present>> {
        self.present_where(Column::SourceUserId.eq(user.uuid()).and(Column::SourceGroup.eq(group))).await
    }

    /// Who receives contacts under this number already. Jobs whose common group was deleted go on with its number after they
    /// were pointed at different ones, and in one account each would take the other's contacts for its own.
    async fn present_by_number(&self, number: JobNumber) -> StoreResult<HashMap<UserId, Present>> {
        let jobs = job::Entity::find().select_only().column(job::Column::Id);
        let jobs = jobs.filter(job::Column::Number.eq(number.to_i64()));
        self.present_where(Column::JobId.in_subquery(jobs.into_query())).await
    }

    async fn present_where(&self, filter: impl IntoCondition) -> StoreResult<HashMap<UserId, Present>> {
        let rows = Entity::find().filter(filter).all(&self.db).await?;
        rows.into_iter()
            .map(|row| {
                let status = DestinationStatus::named(&row.status)?;
                Ok((row.user_id.into(), Present { id: row.id.into(), job: row.job_id.into(), status }))
            })
            .collect()
    }

    pub(super) async fn insert_destinations(
        &self,
        job: JobId,
        source: &SourceGroup<'_>,
        users: &[UserId],
        by: &Actor,
    ) -> StoreResult<HashMap<UserId, DestinationId>> {
        let (by_kind, by) = actor_columns(by);
        let ids: HashMap<UserId, DestinationId> = users.iter().map(|&user| (user, DestinationId::random())).collect();
        let rows: Vec<ActiveModel> = ids
            .iter()
            .map(|(user, id)| ActiveModel {
                id: Set(id.uuid()),
                job_id: Set(job.uuid()),
                user_id: Set(user.uuid()),
                source_user_id: Set(source.user.uuid()),
                source_group: Set(source.group.to_owned()),
                status: Set(DestinationStatus::Pending.name().into()),
                is_dirty: Set(false),
                unsettled_since: Set(None),
                cursor_token: Set(None),
                cursor_parameters: Set(None),
                full_read_at: Set(None),
                last_success_at: Set(None),
                consecutive_failures: Set(0),
                next_attempt_at: Set(None),
                added_at: Set(self.now),
                added_by_kind: Set(by_kind.clone()),
                added_by: Set(by.clone()),
            })
            .collect();
        if !rows.is_empty() {
            Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        }
        Ok(ids)
    }
}
