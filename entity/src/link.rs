//! Our record of one synced contact: where it is, and hashes of what we sent and of what Google stored.

use sea_orm::entity::prelude::*;

/// Our record of one synced contact: where it is, and hashes of what we sent and of what Google stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub destination_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub resource: String,
    pub nonce: Option<String>,
    pub etag: String,
    pub source_etag: String,
    pub sent: Json,
    pub stored: Json,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
