//! A world put to rest, of which any number wake up: what comes before the matter of a test happens once.

use contact_sync::domain::{Clock, Time};
use tempfile::TempDir;

use super::{Database, TestClock, Wishes, World};

/// A sandbox and a database as they were at an instant.
pub struct Rest {
    workspace: TempDir,
    database: Database,
    at: Time,
}

impl World {
    /// A world that can be put to rest.
    pub async fn mortal(database: Database) -> (World, TempDir) {
        let workspace = tempfile::tempdir().unwrap();
        let state = Some(workspace.path().join("workspace.json"));
        (World::with(database, Wishes { state, accounts: 1, ..Wishes::default() }).await, workspace)
    }

    /// Ends the server and the sandbox, and keeps what they have written into `workspace`.
    pub async fn rest(self, workspace: TempDir) -> Rest {
        let at = self.clock.now();
        self.app.stop().await;
        self.sandbox.stop().await;
        Rest { workspace, database: self.database.at_rest().await, at }
    }
}

impl Rest {
    /// A world of its own that goes on from there. The directory must live as long as it.
    pub async fn wake(&self, wishes: Wishes) -> (World, TempDir) {
        let workspace = copy(&self.workspace);
        let state = Some(workspace.path().join("workspace.json"));
        let clock = TestClock::new();
        clock.reach_by(self.at);
        let world = World::at(clock, self.database.copy().await, Wishes { state, ..wishes }).await;
        (world, workspace)
    }
}

/// A directory with the same files.
pub(super) fn copy(from: &TempDir) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(from.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}
