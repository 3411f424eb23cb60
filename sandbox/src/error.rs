//! What can go wrong, in words for the person who reads it.

use std::{io, net::SocketAddr, path::PathBuf};

/// A sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}. Another program may use the port; choose another with --listen")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The state file or its lock cannot be opened, read or written.
    #[error("cannot use the sandbox file {}: {source}. Check the path and the permissions", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Another sandbox has the state file open.
    #[error("the sandbox file {} is in use by another process; stop that one, or choose another file", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is there but was not written by a sandbox, or by one of another version.
    #[error("{} is not a sandbox file this version can read: {reason}. Move it away to begin a new one", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key of the service account could not be made or read.
    #[error("cannot prepare the service account's key: {0}")]
    Key(String),
    /// The Workspace to start from contradicts itself.
    #[error("the Workspace to start from is not usable: {0}")]
    Workspace(#[source] HandError),
}

/// A change made by hand was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandError {
    /// Nobody has this address.
    #[error("no user has the address {0}")]
    UnknownUser(String),
    /// The user has no such contact (or none in the trash, when restoring).
    #[error("{user} has no contact {resource}")]
    UnknownContact {
        /// Address of the user.
        user: String,
        /// `people/c…`
        resource: String,
    },
    /// The user has no such group.
    #[error("{user} has no group {resource}")]
    UnknownGroup {
        /// Address of the user.
        user: String,
        /// `contactGroups/…`
        resource: String,
    },
    /// The address or name is taken.
    #[error("{0} exists already")]
    Exists(String),
    /// Google would not accept this either.
    #[error("{0}")]
    Refused(String),
}
