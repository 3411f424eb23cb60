//! Contact that the destination's user put into the synced group.

use sea_orm::entity::prelude::*;

/// Contact that the destination's user put into the synced group.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "addition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub destination_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource: String,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
