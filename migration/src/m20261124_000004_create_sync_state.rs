//! What the engine remembers between runs: ids, etags and hashes, never contact data.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

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
                    .table("mirror_contact")
                    .col(uuid("job_id"))
                    .col(big_integer("number"))
                    .col(string("resource"))
                    .col(boolean("is_present"))
                    .col(json_binary("hashes"))
                    .primary_key(Index::create().col("job_id").col("number"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("mirror_contact", "job_id")
                            .to("job", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("link")
                    .col(uuid("destination_id"))
                    .col(big_integer("number"))
                    .col(string("resource"))
                    .col(string_len_null("nonce", 32))
                    .col(string("etag"))
                    .col(string("source_etag"))
                    .col(json_binary("sent"))
                    .col(json_binary("stored"))
                    .primary_key(Index::create().col("destination_id").col("number"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("link", "destination_id")
                            .to("destination", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("addition")
                    .col(uuid("destination_id"))
                    .col(string("resource"))
                    .primary_key(Index::create().col("destination_id").col("resource"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("addition", "destination_id")
                            .to("destination", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("create_intent")
                    .col(uuid("destination_id"))
                    .col(string_len("nonce", 32))
                    .col(big_integer("number"))
                    .col(timestamp_with_time_zone("at"))
                    .primary_key(Index::create().col("destination_id").col("nonce"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("create_intent", "destination_id")
                            .to("destination", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("group_intent")
                    .col(uuid("destination_id").primary_key())
                    .col(string("name"))
                    .col(json_binary("listed"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("group_intent", "destination_id")
                            .to("destination", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("group_intent").to_owned()).await?;
        manager.drop_table(Table::drop().table("create_intent").to_owned()).await?;
        manager.drop_table(Table::drop().table("addition").to_owned()).await?;
        manager.drop_table(Table::drop().table("link").to_owned()).await?;
        manager.drop_table(Table::drop().table("mirror_contact").to_owned()).await?;
        Ok(())
    }
}
