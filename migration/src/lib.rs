//! Steps that build the database, one file each, the same on SQLite and PostgreSQL.
//!
//! A step never changes once released; a later one mends it. Times are set by the program, never by the database.

pub use sea_orm_migration::prelude::*;

mod m20261124_000001_create_users;
mod m20261124_000002_create_jobs;
mod m20261124_000003_create_runs;
mod m20261124_000004_create_sync_state;
mod m20261124_000005_create_work;
mod m20261125_000006_create_oversight;
mod m20261128_000007_add_expected_hold;

/// All steps, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_create_users::Migration),
            Box::new(m20261124_000002_create_jobs::Migration),
            Box::new(m20261124_000003_create_runs::Migration),
            Box::new(m20261124_000004_create_sync_state::Migration),
            Box::new(m20261124_000005_create_work::Migration),
            Box::new(m20261125_000006_create_oversight::Migration),
            Box::new(m20261128_000007_add_expected_hold::Migration),
        ]
    }
}

/// Collation of columns that lists are ordered by: byte order, so that SQLite and PostgreSQL agree (SQLite's default).
fn binary(manager: &SchemaManager<'_>) -> &'static str {
    match manager.get_database_backend() {
        sea_orm_migration::sea_orm::DbBackend::Postgres => "COLLATE \"C\"",
        _ => "",
    }
}
