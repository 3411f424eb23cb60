//! Lease on a Google account: one writer at a time.

use sea_orm::entity::prelude::*;

/// Lease on a Google account: one writer at a time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_lease")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub google_id: String,
    pub work_id: Uuid,
    pub attempt: i32,
    pub until: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
