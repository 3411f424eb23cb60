//! One execution of a job. `slot` is the local date that a scheduled run serves.

use sea_orm::entity::prelude::*;

/// One execution of a job. `slot` is the local date that a scheduled run serves.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub job_id: Option<Uuid>,
    pub number: i32,
    pub kind: String,
    pub trigger: String,
    pub status: String,
    pub slot: Option<Date>,
    pub draft: Option<Json>,
    pub resumes_at: Option<DateTimeUtc>,
    pub cancel_requested: bool,
    pub destinations_total: i32,
    pub destinations_finished: i32,
    pub destinations_failed: i32,
    pub counts: Json,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub expected_hold_reason: Option<String>,
    pub last_sequence: i32,
    pub requested_by_kind: String,
    pub requested_by: String,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
