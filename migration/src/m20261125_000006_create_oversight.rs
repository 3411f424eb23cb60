//! What lets people look over the sync: guard and holds, drafts of previews, changes per contact, activity, audit log.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

use super::binary;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true) // by default SQLite would not be atomic
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite takes one column per statement.
        for (table, mut column) in [
            ("job", json_binary_null("guard")),
            ("job", boolean("is_relinked").default(false).take()),
            ("run", json_binary_null("draft")),
            ("run_result", uuid_null("user_id")),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
        self.create_holds(manager).await?;
        self.create_changes(manager).await?;
        self.create_activity(manager).await?;
        self.create_audit(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_entry", "activity_state", "activity", "contact_change", "run_hold"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_entry_is_final()").await?;
        }
        for (table, column) in [("run_result", "user_id"), ("run", "draft"), ("job", "is_relinked"), ("job", "guard")] {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

impl Migration {
    async fn create_holds(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("run_hold")
                    .col(uuid("run_id").primary_key())
                    .col(string_len("reason", 24))
                    .col(integer("planned_deletions"))
                    .col(json_binary("guard"))
                    .col(timestamp_with_time_zone("held_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(string_len_null("decision", 16))
                    .col(string_len_null("decided_by_kind", 16))
                    .col(string_null("decided_by"))
                    .col(text_null("comment"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("run_hold", "run_id")
                            .to("run", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn create_changes(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("contact_change")
                    .col(pk_uuid("id"))
                    .col(uuid("result_id"))
                    .col(string_len("action", 16))
                    .col(string_null("display_name"))
                    .col(string("name_key").extra(binary(manager)))
                    .col(json_binary("changed_fields"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("contact_change", "result_id")
                            .to("run_result", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("contact_change_by_result")
                    .table("contact_change")
                    .col("result_id")
                    .col("name_key")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("contact_change_by_at").table("contact_change").col("at").to_owned())
            .await
    }

    async fn create_activity(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("activity")
                    .col(big_integer("sequence").primary_key())
                    .col(string_len("kind", 24))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid("job_id"))
                    .col(uuid_null("run_id"))
                    .to_owned(),
            )
            .await?;
        // One row: the last number given, and the last one that was dropped.
        manager
            .create_table(
                Table::create()
                    .table("activity_state")
                    .col(integer("id").primary_key())
                    .col(big_integer("last"))
                    .col(big_integer("dropped"))
                    .to_owned(),
            )
            .await?;
        let state = Query::insert()
            .into_table("activity_state")
            .columns(["id", "last", "dropped"])
            .values_panic([1.into(), 0.into(), 0.into()])
            .to_owned();
        manager.execute(state).await
    }

    async fn create_audit(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_entry")
                    .col(pk_uuid("id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(string_len("action", 24))
                    .col(string_len("actor_kind", 16))
                    .col(string("actor"))
                    .col(string_null("subject"))
                    .col(string("subject_label"))
                    .col(json_binary("changes"))
                    .col(string("request_id"))
                    .col(string_null("ip"))
                    .to_owned(),
            )
            .await?;
        for (name, column) in [("audit_entry_by_at", "at"), ("audit_entry_by_subject", "subject")] {
            manager
                .create_index(Index::create().name(name).table("audit_entry").col(column).col("id").to_owned())
                .await?;
        }
        // Append-only for whoever does not own the table: no fault of the program changes it.
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
                "CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE ON audit_entry \
                 FOR EACH ROW EXECUTE FUNCTION audit_entry_is_final()",
                "CREATE TRIGGER audit_entry_is_not_emptied BEFORE TRUNCATE ON audit_entry \
                 FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final()",
            ],
            _ => &[
                "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry \
                 BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
                "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry \
                 BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
            ],
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
