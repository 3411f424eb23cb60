//! What may go wrong at Google, and where.

use std::time::Duration;

use sandbox::{FaultKind, Lag};

/// How late writes show, where they do.
pub const LATE: Lag = Lag {
    sync: Duration::from_secs(30),
    list: Duration::from_secs(30),
    read: Duration::from_secs(10),
    new_group: Duration::from_secs(2),
    group_client_data: Duration::from_secs(20),
    group_members: Duration::from_secs(20),
};

/// How long the server waits for an answer, where none is to come.
pub const SILENCE: Duration = Duration::from_millis(300);

/// Kinds of faults that a call answers by itself.
pub const KINDS: [FaultKind; 12] = [
    FaultKind::QuotaPerMinute,
    FaultKind::QuotaBackend,
    FaultKind::InternalError,
    FaultKind::BadGatewayHtml,
    FaultKind::Unavailable,
    FaultKind::CutBefore,
    FaultKind::CutAfter,
    FaultKind::CommitThenError,
    FaultKind::CommitThenBadGateway,
    FaultKind::ExpiredSyncToken,
    FaultKind::Unauthorized,
    FaultKind::Forbidden,
];

/// Methods of the calls that a run makes.
pub const METHODS: [&str; 14] = [
    "people.people.connections.list",
    "people.people.getBatchGet",
    "people.people.createContact",
    "people.people.batchCreateContacts",
    "people.people.updateContact",
    "people.people.batchUpdateContacts",
    "people.people.deleteContact",
    "people.people.batchDeleteContacts",
    "people.contactGroups.list",
    "people.contactGroups.get",
    "people.contactGroups.create",
    "people.contactGroups.update",
    "people.contactGroups.delete",
    "people.contactGroups.members.modify",
];
