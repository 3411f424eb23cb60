//! User of a job. `is_dirty` from before the first write of a run until its last record; `unsettled_since` while a write has no certain answer.

use sea_orm::entity::prelude::*;

/// User of a job. `is_dirty` from before the first write of a run until its last record; `unsettled_since` while a write has no certain answer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "destination")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub job_id: Uuid,
    pub user_id: Uuid,
    pub source_user_id: Uuid,
    pub source_group: String,
    pub status: String,
    pub is_dirty: bool,
    pub unsettled_since: Option<DateTimeUtc>,
    pub cursor_token: Option<String>,
    pub cursor_parameters: Option<String>,
    pub full_read_at: Option<DateTimeUtc>,
    pub last_success_at: Option<DateTimeUtc>,
    pub consecutive_failures: i32,
    pub next_attempt_at: Option<DateTimeUtc>,
    pub added_at: DateTimeUtc,
    pub added_by_kind: String,
    pub added_by: String,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
