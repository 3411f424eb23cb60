//! The token endpoint: assertions of the service account, delegated to users.

use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{FaultKind, SuspendedMode, core::Core, ids};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
const SCOPE_START: &str = "https://www.googleapis.com/auth/";
/// Seconds an access token is good for.
const LIFE: i64 = 3_599;
/// Seconds a clock may be ahead.
const SKEW: i64 = 300;

const UNAUTHORISED: TokenError = TokenError(
    401,
    "unauthorized_client",
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
);
const NO_SUCH_USER: TokenError = TokenError(400, "invalid_grant", "Invalid email or User ID");
const BAD_TIMES: TokenError = TokenError(
    400,
    "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
);

/// An access token that was given out.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Whom it acts for.
    pub(crate) user_id: String,
    /// What it may do.
    pub(crate) scopes: HashSet<String>,
    /// When it ends.
    pub(crate) expires: DateTime<Utc>,
}

/// HTTP status, `error`, `error_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenError(u16, &'static str, &'static str);

impl TokenError {
    /// Status and body.
    pub(crate) fn reply(self) -> (u16, Value) {
        (self.0, json!({ "error": self.1, "error_description": self.2 }))
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    aud: Value,
    iat: i64,
    exp: i64,
}

/// The user an assertion names, read without checking anything: for faults and the ledger.
pub(crate) fn claimed_user(form: &[(String, String)]) -> Option<String> {
    let payload = field(form, "assertion")?.split('.').nth(1)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&bytes).ok()?;
    claims.get("sub")?.as_str().map(str::to_lowercase)
}

/// The answer of a fault of the token endpoint, for the kinds that have one.
pub(crate) fn fault_refusal(kind: FaultKind, user: Option<&str>, personal: bool) -> Option<(u16, Value)> {
    let refusal = match kind {
        FaultKind::TokenRefused if personal && user.is_some() => NO_SUCH_USER,
        FaultKind::TokenRefused => UNAUTHORISED,
        FaultKind::RobotDisabled => TokenError(401, "disabled_client", "Robot is disabled."),
        FaultKind::AccountRestricted => TokenError(403, "access_denied", "Account restricted"),
        _ => return None,
    };
    Some(refusal.reply())
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

impl Core {
    /// Exchanges an assertion for an access token.
    pub(crate) fn mint(&mut self, form: &[(String, String)], now: DateTime<Utc>) -> Result<Value, TokenError> {
        match field(form, "grant_type") {
            Some(GRANT_TYPE) => {}
            None => return Err(TokenError(400, "invalid_request", "Missing required parameter: grant_type")),
            Some(_) => return Err(TokenError(400, "unsupported_grant_type", "Invalid grant_type")),
        }
        let missing = TokenError(400, "invalid_request", "Missing required parameter: assertion");
        let assertion = field(form, "assertion").ok_or(missing)?;
        let claims = self.verify(assertion)?;
        self.check_audience(&claims)?;
        check_times(&claims, now)?;
        let scopes: HashSet<String> = claims.scope.split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(TokenError(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."));
        }
        if scopes.iter().any(|scope| !scope.starts_with(SCOPE_START)) {
            return Ok(json!({ "id_token": format!("{}.{}.{}", ids::hex(12), ids::hex(40), ids::hex(64)) }));
        }
        if !scopes.iter().all(|scope| self.state.scopes.contains(scope)) {
            return Err(UNAUTHORISED);
        }
        let user_id = self.subject(claims.sub.as_deref())?;
        let token = format!("ya29.{}", ids::hex(48));
        self.grants.retain(|_, grant| grant.expires > now);
        self.grants.insert(token.clone(), Grant { user_id, scopes, expires: now + TimeDelta::seconds(LIFE) });
        Ok(json!({ "access_token": token, "expires_in": LIFE, "token_type": "Bearer" }))
    }

    fn verify(&self, assertion: &str) -> Result<Claims, TokenError> {
        let garbled = TokenError(400, "invalid_grant", "Invalid JWT: Failed to parse the assertion.");
        let payload = assertion.split('.').nth(1).and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok());
        let claimed: Claims = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(garbled)?;
        if claimed.iss != self.state.robot.client_email {
            return Err(TokenError(400, "invalid_grant", "Invalid grant: account not found"));
        }
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let bad_signature = TokenError(400, "invalid_grant", "Invalid JWT Signature.");
        let head = jsonwebtoken::decode_header(assertion).map_err(|_| garbled)?;
        if head.kid.is_some_and(|kid| kid != self.state.robot.key_id) {
            return Err(bad_signature);
        }
        let verified = jsonwebtoken::decode::<Claims>(assertion, &self.verifier.key, &validation);
        verified.map(|token| token.claims).map_err(|_| bad_signature)
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), TokenError> {
        let own = format!("{}/token", self.url);
        let fits = |audience: &str| audience == own || audience == AUDIENCE;
        let right = match &claims.aud {
            Value::String(audience) => fits(audience),
            Value::Array(all) => all.iter().filter_map(Value::as_str).any(fits),
            _ => false,
        };
        if right { Ok(()) } else { Err(TokenError(400, "invalid_grant", "Invalid JWT: Failed audience check.")) }
    }

    /// The id of a user who may be acted for. Only primary addresses count.
    fn subject(&self, sub: Option<&str>) -> Result<String, TokenError> {
        let sub = sub.filter(|sub| sub.contains('@'));
        let malformed = TokenError(400, "invalid_request", "Invalid impersonation \"sub\" field.");
        let user = self.state.by_primary(sub.ok_or(malformed)?).map(|account| &account.user).ok_or(NO_SUCH_USER)?;
        if user.deleted {
            return Err(TokenError(400, "invalid_grant", "The account has been deleted."));
        }
        if (user.suspended || user.archived) && self.settings.suspended == SuspendedMode::TokenRefused {
            return Err(NO_SUCH_USER);
        }
        Ok(user.id.clone())
    }
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<(), TokenError> {
    let now = now.timestamp();
    let short = claims.exp > claims.iat && claims.exp - claims.iat <= 3_600;
    let current = claims.iat <= now + SKEW && claims.exp > now - SKEW;
    if short && current { Ok(()) } else { Err(BAD_TIMES) }
}
