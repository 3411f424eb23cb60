//! Job: source, schedule, health and cursor of the source. `served_date` is the latest local date that has had its run.

use sea_orm::entity::prelude::*;

/// Job: source, schedule, health and cursor of the source. `served_date` is the latest local date that has had its run.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub name_key: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub status: String,
    pub source_user_id: Uuid,
    pub source_group_id: Uuid,
    pub source_group_name: String,
    pub number: i64,
    pub custom_group_name: Option<String>,
    pub add_to_my_contacts: bool,
    pub guard: Option<Json>,
    pub is_relinked: bool,
    pub time_of_day: String,
    pub time_zone: String,
    pub served_date: Date,
    pub next_run_at: Option<DateTimeUtc>,
    pub source_status: String,
    pub source_status_since: DateTimeUtc,
    pub source_checked_at: DateTimeUtc,
    pub cursor_token: Option<String>,
    pub cursor_parameters: Option<String>,
    pub full_read_at: Option<DateTimeUtc>,
    pub run_count: i32,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by_kind: String,
    pub created_by: String,
    pub updated_at: DateTimeUtc,
}

/// Relations are followed by batches in `store`, not by the entity.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
