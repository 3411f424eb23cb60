//! What the engine remembers of a source between runs: the mirror of its group, its cursor, and how it last was.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::convert::{Named, from_json, to_json};
use super::sync_state::cursor;
use super::{CHUNK, Cursor, Store, StoreResult, Tx};
use crate::domain::{ActivityKind, ContactNumber, JobId, Mirror, MirrorEntry, ResourceName, SourceHealthStatus};

use entity::{job, mirror_contact};

impl Store {
    /// Our record of the source group.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mirror(&self, job: JobId) -> StoreResult<Mirror> {
        let rows =
            mirror_contact::Entity::find().filter(mirror_contact::Column::JobId.eq(job.uuid())).all(&self.db).await?;
        let entry = |row: mirror_contact::Model| {
            let content = from_json("mirror_contact", row.hashes)?;
            let entry = MirrorEntry { resource: ResourceName::new(row.resource), is_present: row.is_present, content };
            Ok((ContactNumber::from_i64(row.number), entry))
        };
        rows.into_iter().map(entry).collect()
    }

    /// Cursor of the source account. `None` when there is none for these parameters.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn source_cursor(&self, job: JobId, parameters: &str) -> StoreResult<Option<Cursor>> {
        let row = job::Entity::find_by_id(job.uuid()).one(&self.db).await?;
        Ok(row.and_then(|row| cursor(row.cursor_token, row.cursor_parameters, row.full_read_at, parameters)))
    }
}

impl Tx {
    /// Saves what a complete reading of the source brought: entries of the mirror and the cursor, together.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_mirror(
        &self,
        job: JobId,
        changed: &[(ContactNumber, MirrorEntry)],
        cursor: Option<&Cursor>,
        parameters: &str,
    ) -> StoreResult<()> {
        use mirror_contact::{ActiveModel, Column, Entity};
        for chunk in changed.chunks(CHUNK) {
            let rows: Vec<ActiveModel> = chunk
                .iter()
                .map(|(number, entry)| {
                    Ok(ActiveModel {
                        job_id: Set(job.uuid()),
                        number: Set(number.to_i64()),
                        resource: Set(entry.resource.to_string()),
                        is_present: Set(entry.is_present),
                        hashes: Set(to_json("mirror_contact", &entry.content)?),
                    })
                })
                .collect::<StoreResult<_>>()?;
            let newer = OnConflict::columns([Column::JobId, Column::Number])
                .update_columns([Column::Resource, Column::IsPresent, Column::Hashes])
                .to_owned();
            Entity::insert_many(rows).on_conflict(newer).exec_without_returning(&self.db).await?;
        }
        job::Entity::update_many()
            .col_expr(job::Column::CursorToken, Expr::value(cursor.map(|cursor| cursor.token.as_str())))
            .col_expr(job::Column::CursorParameters, Expr::value(parameters))
            .col_expr(job::Column::FullReadAt, Expr::value(cursor.map(|cursor| cursor.full_read_at)))
            .filter(job::Column::Id.eq(job.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Saves what the last check of the source found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_source_health(
        &self,
        job: JobId,
        health: SourceHealthStatus,
        group_name: Option<&str>,
    ) -> StoreResult<()> {
        use job::{Column, Entity};
        let this = Column::Id.eq(job.uuid());
        let changed = Entity::update_many()
            .col_expr(Column::SourceStatus, Expr::value(health.name()))
            .col_expr(Column::SourceStatusSince, Expr::value(self.now))
            .filter(this.clone().and(Column::SourceStatus.ne(health.name())))
            .exec(&self.db)
            .await?;
        if changed.rows_affected > 0 {
            self.tell(ActivityKind::SourceHealthChanged, job, None);
        }
        let mut update = Entity::update_many().col_expr(Column::SourceCheckedAt, Expr::value(self.now)).filter(this);
        if let Some(name) = group_name {
            update = update.col_expr(Column::SourceGroupName, Expr::value(name));
        }
        update.exec(&self.db).await?;
        Ok(())
    }
}
