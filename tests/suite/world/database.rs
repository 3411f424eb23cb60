//! A database for one test.

use sea_orm::{ConnectionTrait, Database as Connect, DatabaseTransaction, TransactionTrait};
use tempfile::TempDir;

/// File of a database of SQLite.
const FILE: &str = "test.sqlite";

/// An empty database of its own.
pub enum Database {
    Sqlite(TempDir),
    /// Address of the server without a database, and the database's name.
    Postgres(String, String),
}

impl Database {
    pub fn sqlite() -> Database {
        Database::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A new database on the server that `CONTACT_SYNC_TEST_POSTGRES` names; `None` without one.
    pub async fn postgres() -> Option<Database> {
        let server = std::env::var("CONTACT_SYNC_TEST_POSTGRES").ok()?;
        Some(Self::on(server).await)
    }

    async fn on(server: String) -> Database {
        Self::made(server, "").await
    }

    async fn made(server: String, from: &str) -> Database {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let admin = Connect::connect(format!("{server}/postgres")).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name} {from}")).await.unwrap();
        admin.close().await.unwrap();
        Database::Postgres(server, name)
    }

    pub async fn another(&self) -> Database {
        match self {
            Database::Sqlite(_) => Database::sqlite(),
            Database::Postgres(server, _) => Self::on(server.clone()).await,
        }
    }

    /// The same contents with nobody connected: those who were may take a while to let go.
    pub async fn at_rest(self) -> Database {
        let db = Connect::connect(self.url()).await.unwrap();
        let rests = match self {
            Database::Sqlite(_) => {
                let rests = Database::sqlite();
                let Database::Sqlite(dir) = &rests else { unreachable!() };
                let file = dir.path().join(FILE);
                db.execute_unprepared(&format!("VACUUM INTO '{}'", file.display())).await.unwrap();
                rests
            }
            Database::Postgres(..) => {
                let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
                db.execute_unprepared(others).await.unwrap();
                self
            }
        };
        db.close().await.unwrap();
        rests
    }

    /// A database with the same contents as this one, which is at rest.
    pub async fn copy(&self) -> Database {
        match self {
            Database::Sqlite(dir) => Database::Sqlite(super::rest::copy(dir)),
            Database::Postgres(server, name) => Self::made(server.clone(), &format!("TEMPLATE {name}")).await,
        }
    }

    /// Keeps everybody else from writing until it is dropped.
    pub async fn lock(&self) -> DatabaseTransaction {
        let locked = Connect::connect(self.url()).await.unwrap().begin().await.unwrap();
        let statement = match self {
            Database::Sqlite(_) => "UPDATE work SET attempt = attempt",
            Database::Postgres(..) => "LOCK TABLE work IN EXCLUSIVE MODE",
        };
        locked.execute_unprepared(statement).await.unwrap();
        locked
    }

    pub fn url(&self) -> String {
        match self {
            Database::Sqlite(dir) => format!("sqlite://{}", dir.path().join(FILE).display()),
            Database::Postgres(server, name) => format!("{server}/{name}"),
        }
    }
}
