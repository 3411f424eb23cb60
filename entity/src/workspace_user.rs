//! User of the Workspace, as last read from the Directory.

use sea_orm::entity::prelude::*;

/// User of the Workspace, as last read from the Directory.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace_user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub google_id: String,
    pub email: String,
    pub display_name: String,
    pub name_key: String,
    pub is_suspended: bool,
    pub is_archived: bool,
    pub is_guest: bool,
    pub is_deleted: bool,
    pub read_at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
