//! Address that leads to a user: the primary one or an alias.

use sea_orm::entity::prelude::*;

/// Address that leads to a user: the primary one or an alias.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user_address")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    pub user_id: Uuid,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
