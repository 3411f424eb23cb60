//! Entry of the audit log; the database refuses to change or delete it.

use sea_orm::entity::prelude::*;

/// Entry of the audit log; the database refuses to change or delete it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub action: String,
    pub actor_kind: String,
    pub actor: String,
    pub subject: Option<String>,
    pub subject_label: String,
    pub changes: Json,
    pub request_id: String,
    pub ip: Option<String>,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
