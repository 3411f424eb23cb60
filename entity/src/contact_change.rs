//! Change to one contact, made or previewed: names only, kept for a limited time.

use sea_orm::entity::prelude::*;

/// Change to one contact, made or previewed: names only, kept for a limited time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub result_id: Uuid,
    pub action: String,
    pub display_name: Option<String>,
    pub name_key: String,
    pub changed_fields: Json,
    pub at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
