//! Opens the database and brings its tables up to date.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

/// Readers beside the one writer that SQLite allows.
const SQLITE_CONNECTIONS: u32 = 8;
/// Of PostgreSQL's default limit of 100, so that several replicas fit.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Why the database cannot be used, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither SQLite nor PostgreSQL.
    #[error("the database URL must begin with sqlite:// or postgres://")]
    Scheme,
    /// Not reachable, or refused.
    #[error(
        "cannot open the database: {0}. Check that the server runs, that the URL, user and password are right, and that the directory can be written"
    )]
    Open(DbErr),
    /// The tables could not be brought up to date.
    #[error(
        "cannot update the tables of the database: {0}. Nothing was changed; restore a backup if the database was made by a newer version"
    )]
    Migrate(DbErr),
}

/// Opens the database of this URL (`sqlite:///path` or `postgres://…`) and applies what is missing of the migrations.
///
/// # Errors
/// Says what to do about each.
pub async fn connect(url: &str) -> Result<DatabaseConnection, ConnectError> {
    let is_sqlite = url.starts_with("sqlite:");
    if !is_sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
        return Err(ConnectError::Scheme);
    }
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(if is_sqlite { SQLITE_CONNECTIONS } else { POSTGRES_CONNECTIONS })
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false) // statements would carry values into the log
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
        });
    let db = Database::connect(options).await.map_err(ConnectError::Open)?;
    Migrator::up(&db, None).await.map_err(ConnectError::Migrate)?;
    Ok(db)
}
