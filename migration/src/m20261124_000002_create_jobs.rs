//! Jobs and their destinations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::binary;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true) // by default SQLite would not be atomic
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("job")
                    .col(pk_uuid("id"))
                    .col(string("name"))
                    .col(string("name_key").extra(binary(manager)))
                    .col(text("description"))
                    .col(string_len("status", 16))
                    .col(uuid("source_user_id"))
                    .col(uuid("source_group_id"))
                    .col(string("source_group_name"))
                    .col(big_integer("number"))
                    .col(string_null("custom_group_name"))
                    .col(boolean("add_to_my_contacts"))
                    .col(string_len("time_of_day", 5))
                    .col(string("time_zone"))
                    .col(date("served_date"))
                    .col(timestamp_with_time_zone_null("next_run_at"))
                    .col(string_len("source_status", 32))
                    .col(timestamp_with_time_zone("source_status_since"))
                    .col(timestamp_with_time_zone("source_checked_at"))
                    .col(text_null("cursor_token"))
                    .col(string_null("cursor_parameters"))
                    .col(timestamp_with_time_zone_null("full_read_at"))
                    .col(integer("run_count"))
                    .col(integer("version"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(string_len("created_by_kind", 16))
                    .col(string("created_by"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("job", "source_user_id")
                            .to("workspace_user", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("job", "source_group_id")
                            .to("contact_group", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("destination")
                    .col(pk_uuid("id"))
                    .col(uuid("job_id"))
                    .col(uuid("user_id"))
                    .col(uuid("source_user_id"))
                    .col(string("source_group"))
                    .col(string_len("status", 16))
                    .col(boolean("is_dirty"))
                    .col(timestamp_with_time_zone_null("unsettled_since"))
                    .col(text_null("cursor_token"))
                    .col(string_null("cursor_parameters"))
                    .col(timestamp_with_time_zone_null("full_read_at"))
                    .col(timestamp_with_time_zone_null("last_success_at"))
                    .col(integer("consecutive_failures"))
                    .col(timestamp_with_time_zone_null("next_attempt_at"))
                    .col(timestamp_with_time_zone("added_at"))
                    .col(string_len("added_by_kind", 16))
                    .col(string("added_by"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("destination", "job_id")
                            .to("job", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("destination", "user_id")
                            .to("workspace_user", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("destination_by_source_user_id_source_group_user_id")
                    .table("destination")
                    .unique()
                    .col("source_user_id")
                    .col("source_group")
                    .col("user_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("synced_group")
                    .col(pk_uuid("id"))
                    .col(uuid_uniq("destination_id"))
                    .col(string("resource"))
                    .col(string("name"))
                    .col(string("wanted_name"))
                    .col(integer("synced_contact_count"))
                    .col(integer("addition_count"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("last_synced_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("synced_group", "destination_id")
                            .to("destination", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("job_due").table("job").col("next_run_at").to_owned()).await?;
        manager
            .create_index(Index::create().name("job_by_created_at").table("job").col("created_at").col("id").to_owned())
            .await?;
        manager
            .create_index(Index::create().name("job_by_name_key").table("job").col("name_key").col("id").to_owned())
            .await?;
        manager
            .create_index(
                Index::create().name("destination_by_job").table("destination").col("job_id").col("status").to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("destination_by_user").table("destination").col("user_id").to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("synced_group").to_owned()).await?;
        manager.drop_table(Table::drop().table("destination").to_owned()).await?;
        manager.drop_table(Table::drop().table("job").to_owned()).await?;
        Ok(())
    }
}
