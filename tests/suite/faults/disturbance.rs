//! What may disturb a call.

use sandbox::{Fault, FaultKind, When};

/// What happens at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// A fault of Google's, once.
    Once(FaultKind),
    /// Google is out from this call on, for the whole run.
    Outage,
    /// Users edit everything just before the call: its etags are stale.
    Edited,
    /// Users delete everything just before the call: what it asks for is not found.
    Deleted,
    /// The server is killed before Google sees the call.
    KilledBefore,
    /// The server is killed when Google has carried the call out, before its answer comes.
    KilledAfter,
    /// The server is killed when the answer has come, before anything of it is recorded.
    KilledBeforeRecord,
}

/// Everything that may happen at a call of an API.
pub const AT_CALLS: [Disturbance; 20] = [
    Disturbance::Once(FaultKind::QuotaPerMinute),
    Disturbance::Once(FaultKind::QuotaBackend),
    Disturbance::Once(FaultKind::InternalError),
    Disturbance::Once(FaultKind::BadGatewayHtml),
    Disturbance::Once(FaultKind::Unavailable),
    Disturbance::Once(FaultKind::HangBefore),
    Disturbance::Once(FaultKind::HangAfter),
    Disturbance::Once(FaultKind::CutBefore),
    Disturbance::Once(FaultKind::CutAfter),
    Disturbance::Once(FaultKind::CommitThenError),
    Disturbance::Once(FaultKind::CommitThenBadGateway),
    Disturbance::Once(FaultKind::ExpiredSyncToken),
    Disturbance::Once(FaultKind::Unauthorized),
    Disturbance::Once(FaultKind::Forbidden),
    Disturbance::Outage,
    Disturbance::Edited,
    Disturbance::Deleted,
    Disturbance::KilledBefore,
    Disturbance::KilledAfter,
    Disturbance::KilledBeforeRecord,
];

/// Everything that may happen where a token is asked for.
pub const AT_TOKENS: [Disturbance; 6] = [
    Disturbance::Once(FaultKind::TokenRefused),
    Disturbance::Once(FaultKind::InternalError),
    Disturbance::Once(FaultKind::BadGatewayHtml),
    Disturbance::Once(FaultKind::CutBefore),
    Disturbance::KilledBefore,
    Disturbance::KilledAfter,
];

/// Which call is disturbed, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Call(u64),
    Token(u64),
}

impl At {
    fn when(self) -> When {
        match self {
            Self::Call(nth) => When::Call(nth),
            Self::Token(nth) => When::Method { id: "token".into(), nth: u32::try_from(nth).unwrap() },
        }
    }
}

impl Disturbance {
    /// The fault of the sandbox that brings it about. `None`: somebody must act at that instant.
    pub fn fault(self, at: At) -> Option<Fault> {
        let once = |kind| Some(Fault::new(at.when(), kind));
        match self {
            Self::Once(FaultKind::TokenRefused) => {
                let At::Token(nth) = at else { return None };
                Some(Fault::new(When::Call(nth), FaultKind::TokenRefused))
            }
            Self::Once(kind) => once(kind),
            Self::Outage => Some(Fault { at: at.when(), kind: FaultKind::Unavailable, times: 0 }),
            Self::KilledBefore => once(FaultKind::HangBefore),
            Self::KilledAfter => once(FaultKind::HangAfter),
            Self::Edited | Self::Deleted | Self::KilledBeforeRecord => None,
        }
    }

    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter | Self::KilledBeforeRecord)
    }

    /// The server must lose patience with a call that is never answered.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Once(FaultKind::HangBefore | FaultKind::HangAfter))
    }

    /// Users act meanwhile.
    pub fn is_by_users(self) -> bool {
        matches!(self, Self::Edited | Self::Deleted)
    }
}
