//! The steps that build the database, on one that is filled already.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database as Connection};

use crate::world::Database;

/// Steps that were there when the first rows were written.
const FIRST: u32 = 6;

async fn goes_up_and_down(database: Database) {
    let url = database.url();
    let url = if url.starts_with("sqlite:") { format!("{url}?mode=rwc") } else { url };
    let db = Connection::connect(url).await.unwrap();
    Migrator::up(&db, Some(FIRST)).await.unwrap();
    let insert = "INSERT INTO run (id, number, kind, trigger, status, cancel_requested, destinations_total, \
        destinations_finished, destinations_failed, counts, last_sequence, requested_by_kind, requested_by, created_at) \
        VALUES ('7b0e4f6c-5d0f-4b0a-9d55-0f6f6a5f3c11', 1, 'sync', 'manual', 'queued', false, 0, 0, 0, '{}', 0, 'system', '', \
        '2026-11-25 00:00:00+00:00')";
    db.execute_unprepared(insert).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    assert!(Migrator::get_pending_migrations(&db).await.unwrap().is_empty());
    let count = async || {
        let rows =
            db.query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), "SELECT number FROM run"));
        rows.await.unwrap().len()
    };
    assert_eq!(count().await, 1, "what was there is there");
    let later = u32::try_from(Migrator::migrations().len()).unwrap() - FIRST;
    Migrator::down(&db, Some(later)).await.unwrap();
    assert_eq!(count().await, 1, "and back");
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn a_filled_database_goes_up_and_down_sqlite() {
    goes_up_and_down(Database::sqlite()).await;
}

#[tokio::test]
async fn a_filled_database_goes_up_and_down_postgres() {
    if let Some(database) = Database::postgres().await {
        goes_up_and_down(database).await;
    }
}
