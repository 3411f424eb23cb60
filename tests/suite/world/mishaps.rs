//! What may go wrong at Google, and where.

use sandbox::FaultKind;

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
