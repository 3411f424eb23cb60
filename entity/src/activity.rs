//! Something that happened to a job or its runs, in one order.

use sea_orm::entity::prelude::*;

/// Something that happened to a job or its runs, in one order.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    pub kind: String,
    pub at: DateTimeUtc,
    pub job_id: Uuid,
    pub run_id: Option<Uuid>,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
