//! Wish to create a contact, recorded before the call.

use sea_orm::entity::prelude::*;

/// Wish to create a contact, recorded before the call.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "create_intent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub destination_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub nonce: String,
    pub number: i64,
    pub at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
