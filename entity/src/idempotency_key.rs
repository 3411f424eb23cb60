//! Key of a call that started work, with what it started.

use sea_orm::entity::prelude::*;

/// Key of a call that started work, with what it started.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub mutation: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub input_hash: String,
    pub rows: Json,
    pub run_id: Uuid,
    pub created_at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
