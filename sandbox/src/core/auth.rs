//! Who may call what.

use chrono::{DateTime, Utc};

use super::Core;
use crate::{SuspendedMode, discovery::route::Match, refusal::Refusal};

const WHO: &str = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/// 401.
pub(crate) fn unauthenticated() -> Refusal {
    Refusal::people(401, "UNAUTHENTICATED", WHO)
}

/// 403 of the People API.
pub(crate) fn denied() -> Refusal {
    Refusal::people(403, "PERMISSION_DENIED", "The caller does not have permission")
}

/// 403 of the Directory API.
pub(crate) fn not_authorised() -> Refusal {
    Refusal::directory(403, "forbidden", "Not Authorized to access this resource/api")
}

impl Core {
    /// Address of whoever holds the token, while it is good.
    pub(super) fn acting_user(&self, bearer: Option<&str>, now: DateTime<Utc>) -> Option<String> {
        let grant = self.grants.get(bearer?).filter(|grant| grant.expires > now)?;
        Some(self.state.accounts.get(&grant.user_id)?.user.primary_email.clone())
    }

    /// Checks token, scopes and the user's standing; gives the user's id.
    pub(super) fn authorise(&self, bearer: Option<&str>, found: &Match, now: DateTime<Utc>) -> Result<String, Refusal> {
        let grant = bearer.and_then(|token| self.grants.get(token)).filter(|grant| grant.expires > now);
        let grant = grant.ok_or_else(unauthenticated)?;
        let user = self.state.accounts.get(&grant.user_id).map(|account| &account.user);
        let user = user.filter(|user| !user.deleted).ok_or_else(unauthenticated)?;
        if !found.method.scopes.iter().any(|scope| grant.scopes.contains(scope)) {
            let service = if found.api.name == "people" { "people.googleapis.com" } else { "admin.googleapis.com" };
            let text = "Request had insufficient authentication scopes.";
            return Err(Refusal::people(403, "PERMISSION_DENIED", text).with_info(
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "googleapis.com",
                serde_json::json!({ "service": service, "method": found.method.id }),
            ));
        }
        let asleep = user.suspended || user.archived;
        if asleep && self.settings.suspended == SuspendedMode::TokenRefused {
            return Err(unauthenticated()); // tokens from before are revoked
        }
        let turned_away = asleep && self.settings.suspended == SuspendedMode::ForbiddenAtApi;
        if found.api.name == "people" {
            if turned_away || !user.contacts_service {
                return Err(denied());
            }
        } else if turned_away || !user.is_admin {
            return Err(not_authorised());
        }
        Ok(user.id.clone())
    }
}
