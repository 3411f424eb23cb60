//! Faults to inject, and what they look like.

use std::collections::HashSet;

use serde::Deserialize;

use crate::{
    core::{Body, Delivery, Served, refused},
    quota,
    refusal::Refusal,
};

mod shapes;

pub(crate) use shapes::{NOT_FOUND_PAGE, after, before};

/// A fault to inject.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Which requests it meets.
    pub at: When,
    /// What happens to them.
    pub kind: FaultKind,
    /// How many matching requests, in a row, it meets; 0 for all from then on.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault that happens once, or with [`When::Always`] without end.
    pub fn new(at: When, kind: FaultKind) -> Self {
        let times = if matches!(at, When::Always { .. }) { 0 } else { 1 };
        Self { at, kind, times }
    }
}

/// Which requests a fault meets. [`FaultKind::TokenRefused`], [`FaultKind::RobotDisabled`] and
/// [`FaultKind::AccountRestricted`] meet requests of the token endpoint, which the other kinds never do unless their method
/// id is `token`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// The n-th request from now, from 1. Token requests are not counted.
    Call(u64),
    /// The n-th request of one method.
    Method {
        /// Discovery id, such as `people.people.batchCreateContacts`.
        id: String,
        /// From 1.
        nth: u32,
    },
    /// Every request that matches.
    Always {
        /// Discovery id; any where absent.
        id: Option<String>,
        /// Address of the user acted for; any where absent.
        user: Option<String>,
    },
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// Quota of the minute used up: 429, at the Directory 403.
    QuotaPerMinute,
    /// The account's store is exhausted: 429 with the other body.
    QuotaBackend,
    /// 500, not applied.
    InternalError,
    /// 502 with an HTML page, not applied.
    BadGatewayHtml,
    /// 503, not applied.
    Unavailable,
    /// Not applied and never answered.
    HangBefore,
    /// Applied and never answered.
    HangAfter,
    /// Not applied; the connection is closed without an answer.
    CutBefore,
    /// Applied; the connection is closed without an answer.
    CutAfter,
    /// Applied, and answered when the faults are cleared.
    Held,
    /// Applied, then 500.
    CommitThenError,
    /// Applied, then 502 with an HTML page.
    CommitThenBadGateway,
    /// The sync token has expired.
    ExpiredSyncToken,
    /// The token endpoint refuses: the user where the fault names one, otherwise the client.
    TokenRefused,
    /// The token endpoint says that the service account is disabled.
    RobotDisabled,
    /// The token endpoint says that the user's account is restricted.
    AccountRestricted,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
}

impl FaultKind {
    /// Does it meet requests of the token endpoint alone?
    fn is_of_tokens(self) -> bool {
        matches!(self, Self::TokenRefused | Self::RobotDisabled | Self::AccountRestricted)
    }
}

/// Names an injected fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaultId(pub(crate) u64);

struct Active {
    id: FaultId,
    fault: Fault,
    matched: u64,
}

/// Faults waiting for their request.
#[derive(Default)]
pub(crate) struct Faults {
    active: Vec<Active>,
    last: u64,
    hit: HashSet<FaultId>,
}

impl Faults {
    /// Adds a fault.
    pub(crate) fn inject(&mut self, fault: Fault) -> FaultId {
        self.last += 1;
        let id = FaultId(self.last);
        self.active.push(Active { id, fault, matched: 0 });
        id
    }

    /// Removes all faults; those that were hit stay known.
    pub(crate) fn clear(&mut self) {
        self.active.clear();
    }

    /// Is it still there?
    pub(crate) fn is_active(&self, id: FaultId) -> bool {
        self.active.iter().any(|active| active.id == id)
    }

    /// Has it met a request?
    pub(crate) fn was_hit(&self, id: FaultId) -> bool {
        self.hit.contains(&id)
    }

    /// The fault of an API request.
    pub(crate) fn pick_api(&mut self, id: &str, user: Option<&str>) -> Option<(FaultId, FaultKind)> {
        self.pick(|fault| {
            !fault.kind.is_of_tokens()
                && match &fault.at {
                    When::Call(_) => true,
                    When::Method { id: wanted, .. } => wanted == id,
                    When::Always { id: wanted, user: who } => {
                        wanted.as_deref().is_none_or(|wanted| wanted == id) && is_user(who.as_deref(), user)
                    }
                }
        })
    }

    /// The fault of a token request.
    pub(crate) fn pick_token(&mut self, user: Option<&str>) -> Option<(FaultId, FaultKind)> {
        self.pick(|fault| {
            let refused = fault.kind.is_of_tokens();
            match &fault.at {
                When::Call(_) => refused,
                When::Method { id, .. } => refused || id == "token",
                When::Always { id, user: who } => {
                    (refused || id.as_deref() == Some("token")) && is_user(who.as_deref(), user)
                }
            }
        })
    }

    /// Does the fault name a user?
    pub(crate) fn is_personal(&self, fault: Option<(FaultId, FaultKind)>) -> bool {
        let found = fault.and_then(|(id, _)| self.active.iter().find(|active| active.id == id));
        found.is_some_and(|active| matches!(&active.fault.at, When::Always { user: Some(_), .. }))
    }

    fn pick(&mut self, matches: impl Fn(&Fault) -> bool) -> Option<(FaultId, FaultKind)> {
        let mut picked = None;
        for active in self.active.iter_mut().filter(|active| matches(&active.fault)) {
            active.matched += 1;
            let first = match active.fault.at {
                When::Call(nth) => nth.max(1),
                When::Method { nth, .. } => u64::from(nth.max(1)),
                When::Always { .. } => 1,
            };
            let times = active.fault.times;
            let due = active.matched >= first && (times == 0 || active.matched < first + u64::from(times));
            if due && picked.is_none() {
                picked = Some((active.id, active.fault.kind));
            }
        }
        self.hit.extend(picked.map(|(id, _)| id));
        picked
    }
}

fn is_user(wanted: Option<&str>, user: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| user.is_some_and(|user| user.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_the_nth_request_and_as_many_as_told() {
        let mut faults = Faults::default();
        let id = faults.inject(Fault { at: When::Call(2), kind: FaultKind::InternalError, times: 2 });
        let hits: Vec<_> = (0..5).map(|_| faults.pick_api("x", None).is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.was_hit(id));
    }

    #[test]
    fn a_method_is_counted_by_itself() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(When::Method { id: "b".to_owned(), nth: 2 }, FaultKind::Unavailable));
        let hits: Vec<_> = ["b", "a", "b", "b"].iter().map(|id| faults.pick_api(id, None).is_some()).collect();
        assert_eq!(hits, [false, false, true, false]);
    }

    #[test]
    fn token_requests_meet_only_their_own_faults() {
        let mut faults = Faults::default();
        let always = |user: &str| When::Always { id: None, user: Some(user.to_owned()) };
        faults.inject(Fault::new(always("a@x"), FaultKind::TokenRefused));
        faults.inject(Fault::new(always("b@x"), FaultKind::Unavailable));
        assert!(faults.pick_api("x", Some("a@x")).is_none());
        assert!(faults.pick_token(Some("b@x")).is_none());
        assert!(faults.pick_api("x", Some("B@x")).is_some());
        let picked = faults.pick_token(Some("a@x"));
        assert!(picked.is_some() && faults.is_personal(picked));
    }

    #[test]
    fn faults_read_from_json() {
        let fault: Fault = serde_json::from_str(r#"{"at":{"call":3},"kind":"hangAfter"}"#).unwrap();
        assert_eq!(fault, Fault { at: When::Call(3), kind: FaultKind::HangAfter, times: 1 });
    }
}
