//! The Workspace, its users and their contact groups, as last read from Google.

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
                    .table("workspace")
                    .col(integer("id").primary_key())
                    .col(string("customer_id"))
                    .col(string("primary_domain"))
                    .col(timestamp_with_time_zone("read_at"))
                    .col(timestamp_with_time_zone_null("users_read_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("workspace_user")
                    .col(pk_uuid("id"))
                    .col(string_uniq("google_id"))
                    .col(string("email").extra(binary(manager)))
                    .col(string("display_name"))
                    .col(string("name_key").extra(binary(manager)))
                    .col(boolean("is_suspended"))
                    .col(boolean("is_archived"))
                    .col(boolean("is_guest"))
                    .col(boolean("is_deleted"))
                    .col(timestamp_with_time_zone("read_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("user_address")
                    .col(string("address").primary_key())
                    .col(uuid("user_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("user_address", "user_id")
                            .to("workspace_user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("contact_group")
                    .col(pk_uuid("id"))
                    .col(uuid("user_id"))
                    .col(string("resource"))
                    .col(string("name"))
                    .col(integer("contact_count"))
                    .col(boolean("is_synced"))
                    .col(timestamp_with_time_zone("listed_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("contact_group", "user_id")
                            .to("workspace_user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("contact_group_by_user_id_resource")
                    .table("contact_group")
                    .unique()
                    .col("user_id")
                    .col("resource")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("workspace_user_by_email").table("workspace_user").col("email").to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("workspace_user_by_name_key")
                    .table("workspace_user")
                    .col("name_key")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("user_address_by_user").table("user_address").col("user_id").to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("contact_group").to_owned()).await?;
        manager.drop_table(Table::drop().table("user_address").to_owned()).await?;
        manager.drop_table(Table::drop().table("workspace_user").to_owned()).await?;
        manager.drop_table(Table::drop().table("workspace").to_owned()).await?;
        Ok(())
    }
}
