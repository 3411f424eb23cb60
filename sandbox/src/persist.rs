//! The state file: one writer, replaced as a whole.

use std::{
    fs::{self, File, TryLockError},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{SandboxError, state::State};

const PROGRAM: &str = "contact-sync-sandbox";
const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Head {
    program: String,
    version: u32,
}

#[derive(Deserialize)]
struct Content {
    state: State,
}

#[derive(Serialize)]
struct Out<'a> {
    program: &'a str,
    version: u32,
    state: &'a State,
}

/// The file, held for this process alone until dropped.
pub(crate) struct Store {
    path: PathBuf,
    _lock: File,
}

impl Store {
    /// Takes the file for this process.
    pub(crate) fn open(path: &Path) -> Result<Self, SandboxError> {
        let file = |source| SandboxError::File { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(file)?;
        }
        let lock = File::options().create(true).truncate(false).write(true).open(beside(path, "lock")).map_err(file)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(SandboxError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(file(source)),
        }
    }

    /// The state of an earlier run, if there was one.
    pub(crate) fn read(&self) -> Result<Option<State>, SandboxError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SandboxError::File { path: self.path.clone(), source }),
        };
        let foreign = |reason: String| SandboxError::Foreign { path: self.path.clone(), reason };
        let head: Head = serde_json::from_slice(&bytes).map_err(|error| foreign(error.to_string()))?;
        if head.program != PROGRAM || head.version != VERSION {
            return Err(foreign(format!("it was written by {} {}", head.program, head.version)));
        }
        let mut content: Content = serde_json::from_slice(&bytes).map_err(|error| foreign(error.to_string()))?;
        content.state.reindex();
        Ok(Some(content.state))
    }

    /// Writes the state beside the file, then puts it in the file's place.
    pub(crate) fn write(&self, state: &State) -> io::Result<()> {
        let draft = beside(&self.path, "new");
        let mut out = BufWriter::new(private(&draft)?);
        serde_json::to_writer(&mut out, &Out { program: PROGRAM, version: VERSION, state })?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&draft, &self.path)
    }
}

/// A file only its owner reads: it holds the service account's key.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.flush()?;
    Ok(file)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
