//! Group that the sync created at a destination. `wanted_name` is the name it was to have; `name` may carry a suffix.

use sea_orm::entity::prelude::*;

/// Group that the sync created at a destination. `wanted_name` is the name it was to have; `name` may carry a suffix.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "synced_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub destination_id: Uuid,
    pub resource: String,
    pub name: String,
    pub wanted_name: String,
    pub synced_contact_count: i32,
    pub addition_count: i32,
    pub created_at: DateTimeUtc,
    pub last_synced_at: Option<DateTimeUtc>,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
