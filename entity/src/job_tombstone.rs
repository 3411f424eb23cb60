//! Job that was deleted, so that a repeated deletion gets the same answer.

use sea_orm::entity::prelude::*;

/// Job that was deleted, so that a repeated deletion gets the same answer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job_tombstone")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    pub run_id: Uuid,
    pub synced_contacts: String,
    pub at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
