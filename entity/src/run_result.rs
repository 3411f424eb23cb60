//! Result of a run at one destination.

use sea_orm::entity::prelude::*;

/// Result of a run at one destination.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub run_id: Uuid,
    pub destination_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub shard: i32,
    pub email: String,
    pub status: String,
    pub attempts: i32,
    pub next_attempt_at: Option<DateTimeUtc>,
    pub counts: Json,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub planned_deletions: i32,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
