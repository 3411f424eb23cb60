//! The program, serving in a process of its own: on the machine's clock, with its own sandbox.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::demo::program;

/// What `serve` prints before the URL of the API.
const URL: &str = "GraphQL   ";

/// A folder whose data directory has a sandbox with a group `Everybody` of so many generated contacts.
pub async fn with_everybody(count: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let mut command = Command::from(program());
    command.args(["sandbox", "generate", "--user", "desk@corp.example", "--group", "Everybody"]);
    command.args(["--count", &count.to_string(), "--state"]).arg(data.join("sandbox.json"));
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

/// A process that serves; it ends with this.
pub struct Server {
    pub url: String,
    /// Holds `data`, its data directory.
    pub folder: TempDir,
    _child: Child,
    /// Kept open: the program goes on printing.
    _told: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub async fn start() -> Server {
        Server::in_folder(tempfile::tempdir().unwrap(), |_| {}).await
    }

    /// With `data` in this folder, which may be there already, as its data directory.
    pub async fn in_folder(folder: TempDir, configure: impl FnOnce(&mut Command)) -> Server {
        let mut command = Command::from(program());
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
        configure(&mut command);
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line = told.next_line().await.unwrap().expect("the server says where it listens");
            if let Some(url) = line.strip_prefix(URL) {
                break url.trim_end_matches("/graphql").to_owned();
            }
        };
        Server { url, folder, _child: child, _told: told }
    }

    /// A token that the program prints, with the secret of this data directory.
    pub async fn token(&self, role: &str, data: &str) -> String {
        let mut command = Command::from(program());
        command.args(["token", "--role", role, "--data-dir"]).arg(self.folder.path().join(data));
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
