//! The secret that signs tokens: from a file, or generated once in the data directory.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rand::RngCore;
use secrecy::SecretString;

/// RFC 7518 §3.2: a key for HS256 has at least 256 bits.
const LEAST_BYTES: usize = 32;

/// File of the generated secret, in the data directory.
pub const SECRET_FILE: &str = "jwt-secret";

/// Why there is no secret, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("cannot read the secret in {0}: {1}. Check the path and the permissions")]
    Read(PathBuf, std::io::Error),
    /// The file cannot be made.
    #[error("cannot write a new secret to {0}: {1}. Check that the data directory can be written")]
    Write(PathBuf, std::io::Error),
    /// Too short to be safe.
    #[error("the secret in {0} is shorter than 32 bytes; make one with: head -c 48 /dev/urandom | base64 > FILE")]
    TooShort(PathBuf),
}

/// The secret in `file`, or the one generated in `data_dir`.
///
/// # Errors
/// When it cannot be read or made, or is too short.
pub fn secret(file: Option<&Path>, data_dir: &Path) -> Result<SecretString, SecretError> {
    let generated = data_dir.join(SECRET_FILE);
    let path = match file {
        Some(path) => path,
        None if generated.exists() => &generated,
        None => return generate(data_dir, &generated),
    };
    let text = fs::read_to_string(path).map_err(|error| SecretError::Read(path.to_owned(), error))?;
    let text = text.trim();
    if text.len() < LEAST_BYTES {
        return Err(SecretError::TooShort(path.to_owned()));
    }
    Ok(SecretString::from(text))
}

fn generate(data_dir: &Path, path: &Path) -> Result<SecretString, SecretError> {
    let failed = |error| SecretError::Write(path.to_owned(), error);
    let mut bytes = [0u8; LEAST_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    create_private_dir(data_dir).map_err(failed)?;
    write_private(path, text.as_bytes()).map_err(failed)?;
    Ok(SecretString::from(text))
}

/// Makes a directory that only its owner can look into. One that is there already stays as it is.
///
/// # Errors
/// Those of the file system.
pub(super) fn create_private_dir(path: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// Those of the file system.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?; // of a file that was there before
    file.write_all(bytes)
}
