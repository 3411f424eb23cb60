//! Hold of a run by the deletion guard, with its decision.

use sea_orm::entity::prelude::*;

/// Hold of a run by the deletion guard, with its decision.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_hold")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    pub reason: String,
    pub planned_deletions: i32,
    pub guard: Json,
    pub held_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub decision: Option<String>,
    pub decided_by_kind: Option<String>,
    pub decided_by: Option<String>,
    pub comment: Option<String>,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
