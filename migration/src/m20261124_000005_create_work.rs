//! The work queue and the leases on Google accounts.

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
                    .table("work")
                    .col(pk_uuid("id"))
                    .col(string("lane"))
                    .col(json_binary("task"))
                    .col(uuid("run_id"))
                    .col(string_len("state", 8))
                    .col(timestamp_with_time_zone("run_at"))
                    .col(integer("attempt"))
                    .col(integer("failures"))
                    .col(string_null("locked_by"))
                    .col(timestamp_with_time_zone_null("locked_until"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("work", "run_id")
                            .to("run", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("account_lease")
                    .col(string("google_id").primary_key())
                    .col(uuid("work_id"))
                    .col(integer("attempt"))
                    .col(timestamp_with_time_zone("until"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("work_due").table("work").col("state").col("run_at").to_owned())
            .await?;
        manager.create_index(Index::create().name("work_by_run").table("work").col("run_id").to_owned()).await?;
        manager
            .create_index(
                Index::create()
                    .name("work_one_running_per_lane")
                    .table("work")
                    .unique()
                    .col("lane")
                    .and_where(Expr::cust("state = 'running'"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("work_one_waiting_per_lane")
                    .table("work")
                    .unique()
                    .col("lane")
                    .and_where(Expr::cust("state = 'ready'"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account_lease").to_owned()).await?;
        manager.drop_table(Table::drop().table("work").to_owned()).await?;
        Ok(())
    }
}
