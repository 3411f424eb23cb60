//! The Workspace and its users, as last read from the Directory.

use super::{EmailAddress, InvalidDestinationReason, Time, UserId};

/// The Google Workspace customer that this deployment serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Google's id of the customer, `C…`.
    pub customer_id: String,
    /// Domain whose users may be sources and destinations.
    pub primary_domain: String,
    /// When it was read.
    pub read_at: Time,
}

/// User of the Workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceUser {
    /// Our id.
    pub id: UserId,
    /// Google's immutable id: survives a change of address.
    pub google_id: String,
    /// Primary address.
    pub email: EmailAddress,
    /// Full name.
    pub display_name: String,
    /// Suspended by an administrator or by Google.
    pub is_suspended: bool,
    /// Archived: keeps data, has no services.
    pub is_archived: bool,
    /// Guest of the Workspace.
    pub is_guest: bool,
    /// No longer in the Directory.
    pub is_deleted: bool,
    /// When it was read from the Directory.
    pub read_at: Time,
}

impl WorkspaceUser {
    /// Why this user can be neither source nor destination (R9). `None` when eligible.
    #[must_use]
    pub fn ineligible_reason(&self, primary_domain: &str) -> Option<InvalidDestinationReason> {
        if self.is_deleted {
            Some(InvalidDestinationReason::UserNotFound)
        } else if self.email.domain() != primary_domain {
            Some(InvalidDestinationReason::NotOnPrimaryDomain)
        } else if self.is_guest {
            Some(InvalidDestinationReason::GuestUser)
        } else if self.is_archived {
            Some(InvalidDestinationReason::UserArchived)
        } else if self.is_suspended {
            Some(InvalidDestinationReason::UserSuspended)
        } else {
            None
        }
    }
}

/// User as one answer of the Directory describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    /// Google's immutable id.
    pub google_id: String,
    /// Primary address.
    pub email: EmailAddress,
    /// Other addresses that lead to the user: aliases, also those of alias domains.
    pub aliases: Vec<EmailAddress>,
    /// Full name.
    pub display_name: String,
    /// Suspended by an administrator or by Google.
    pub is_suspended: bool,
    /// Archived.
    pub is_archived: bool,
    /// Guest of the Workspace.
    pub is_guest: bool,
}
