//! What can go wrong in the database, named by what the caller does next.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Result of a store function.
pub type StoreResult<T> = Result<T, StoreError>;

/// A failed read or write.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The caller's work was given to another worker: stop, write nothing more.
    #[error("the lease on this work was lost")]
    LeaseLost,
    /// Another transaction came first: a row with these unique columns exists, or this one was given up for it.
    #[error("another transaction came first")]
    Conflict,
    /// A row says what this program could not have written.
    #[error("nonsense in table {table}: {what}")]
    Nonsense {
        /// Table of the row.
        table: &'static str,
        /// What is wrong; holds no personal data.
        what: String,
    },
    /// The database did not do it.
    #[error("the database failed: {0}")]
    Database(DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict,
            _ if lost_a_race(&error) => Self::Conflict,
            _ => Self::Database(error),
        }
    }
}

/// PostgreSQL gave this transaction up so that another could go on (deadlock, serialization failure).
fn lost_a_race(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40P01" | "40001"))
}
