//! The Google Workspace customer this deployment serves: one row.

use sea_orm::entity::prelude::*;

/// The Google Workspace customer this deployment serves: one row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub customer_id: String,
    pub primary_domain: String,
    pub read_at: DateTimeUtc,
    pub users_read_at: Option<DateTimeUtc>,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
