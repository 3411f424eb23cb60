//! Wish to create the synced group, recorded before the call, with the groups listed at that time.

use sea_orm::entity::prelude::*;

/// Wish to create the synced group, recorded before the call, with the groups listed at that time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "group_intent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub destination_id: Uuid,
    pub name: String,
    pub listed: Json,
    pub at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
