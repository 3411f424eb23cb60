//! A PostgreSQL of one test's own, to be stopped and started.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;

pub struct Cluster {
    programs: PathBuf,
    folder: TempDir,
}

impl Cluster {
    /// `None` where PostgreSQL is not installed.
    pub async fn start() -> Option<Cluster> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
        let programs = programs.filter(|bin| bin.join("initdb").exists()).max()?;
        let folder = tempfile::Builder::new().prefix("cluster").tempdir().unwrap();
        if is_root() {
            // PostgreSQL refuses to run as root, as in `scripts/test`.
            let owned = Command::new("chown").arg("nobody").arg(folder.path()).status().await.unwrap();
            assert!(owned.success());
        }
        let cluster = Cluster { programs, folder };
        let data = cluster.data();
        let data = data.to_str().unwrap();
        cluster
            .command("initdb", &["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
            .await;
        cluster.begin().await;
        Some(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.path().display())
    }

    pub async fn begin(&self) {
        let folder = self.folder.path().display();
        // A socket in the folder: while it is down nobody else can be given its port.
        let options = format!("-k {folder} -c listen_addresses='' -c max_connections=100");
        let (data, log) = (self.data(), self.folder.path().join("log"));
        let (data, log) = (data.to_str().unwrap(), log.to_str().unwrap());
        self.command("pg_ctl", &["-D", data, "-l", log, "-w", "-o", &options, "start"]).await;
    }

    /// Ends it as a crash does: no connection is told.
    pub async fn crash(&self) {
        self.command("pg_ctl", &["-D", self.data().to_str().unwrap(), "-m", "immediate", "-w", "stop"]).await;
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn command(&self, program: &str, arguments: &[&str]) {
        let done = command(&self.programs.join(program), arguments, self.folder.path()).status().await.unwrap();
        assert!(done.success(), "{program} {arguments:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        let arguments = ["-D", data.to_str().unwrap_or_default(), "-m", "immediate", "stop"];
        drop(command(&self.programs.join("pg_ctl"), &arguments, self.folder.path()).as_std_mut().status());
    }
}

fn command(program: &Path, arguments: &[&str], folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "nobody", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).current_dir(folder).stdout(std::process::Stdio::null());
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}
