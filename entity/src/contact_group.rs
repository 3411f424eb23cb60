//! Personal contact group of a user, as last listed.

use sea_orm::entity::prelude::*;

/// Personal contact group of a user, as last listed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub resource: String,
    pub name: String,
    pub contact_count: i32,
    pub is_synced: bool,
    pub listed_at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
