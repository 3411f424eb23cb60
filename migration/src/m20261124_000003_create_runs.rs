//! Runs, their results per destination, their event logs, and keys of calls that may be repeated.

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
                    .table("run")
                    .col(pk_uuid("id"))
                    .col(uuid_null("job_id"))
                    .col(integer("number"))
                    .col(string_len("kind", 16))
                    .col(string_len("trigger", 16))
                    .col(string_len("status", 24))
                    .col(date_null("slot"))
                    .col(timestamp_with_time_zone_null("resumes_at"))
                    .col(boolean("cancel_requested"))
                    .col(integer("destinations_total"))
                    .col(integer("destinations_finished"))
                    .col(integer("destinations_failed"))
                    .col(json_binary("counts"))
                    .col(string_len_null("error_code", 48))
                    .col(text_null("error_message"))
                    .col(integer("last_sequence"))
                    .col(string_len("requested_by_kind", 16))
                    .col(string("requested_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("started_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .foreign_key(
                        ForeignKey::create().from("run", "job_id").to("job", "id").on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("run_by_job_id_slot").table("run").unique().col("job_id").col("slot").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("run_result")
                    .col(pk_uuid("id"))
                    .col(uuid("run_id"))
                    .col(uuid_null("destination_id"))
                    .col(integer("shard"))
                    .col(string("email"))
                    .col(string_len("status", 16))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone_null("next_attempt_at"))
                    .col(json_binary("counts"))
                    .col(string_len_null("error_code", 48))
                    .col(text_null("error_message"))
                    .col(integer("planned_deletions"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("run_result", "run_id")
                            .to("run", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("run_result", "destination_id")
                            .to("destination", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("run_result_by_run_id_destination_id")
                    .table("run_result")
                    .unique()
                    .col("run_id")
                    .col("destination_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("run_event")
                    .col(uuid("run_id"))
                    .col(integer("sequence"))
                    .col(timestamp_with_time_zone("at"))
                    .col(string_len("status", 24))
                    .col(json_binary("kind"))
                    .primary_key(Index::create().col("run_id").col("sequence"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("run_event", "run_id")
                            .to("run", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("idempotency_key")
                    .col(string("subject"))
                    .col(string_len("mutation", 32))
                    .col(string_len("key", 128))
                    .col(string("input_hash"))
                    .col(json_binary("rows"))
                    .col(uuid("run_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("subject").col("mutation").col("key"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("idempotency_key", "run_id")
                            .to("run", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("run_by_job").table("run").col("job_id").col("created_at").col("id").to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("run_by_created_at").table("run").col("created_at").col("id").to_owned())
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("run_one_unfinished_sync")
                    .table("run")
                    .unique()
                    .col("job_id")
                    .and_where(Expr::cust("kind = 'sync' and finished_at is null"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("run_result_by_shard").table("run_result").col("run_id").col("shard").to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("run_result_by_destination").table("run_result").col("destination_id").to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_key").to_owned()).await?;
        manager.drop_table(Table::drop().table("run_event").to_owned()).await?;
        manager.drop_table(Table::drop().table("run_result").to_owned()).await?;
        manager.drop_table(Table::drop().table("run").to_owned()).await?;
        Ok(())
    }
}
