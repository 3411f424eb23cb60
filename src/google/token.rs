//! Access tokens: one per user and scopes, kept until shortly before they expire, fetched once at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::config::ServiceAccountKey;
use super::{GoogleError, KeyError};
use crate::domain::{Clock, EmailAddress, Time};

/// Read and write a user's contacts.
pub(super) const CONTACTS: &str = "https://www.googleapis.com/auth/contacts";
/// Read users.
pub(super) const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
/// Read the customer.
pub(super) const CUSTOMER: &str = "https://www.googleapis.com/auth/admin.directory.customer.readonly";
/// Read domains.
pub(super) const DOMAINS: &str = "https://www.googleapis.com/auth/admin.directory.domain.readonly";

/// Google accepts assertions of one hour at most.
const ASSERTION_LIFE: TimeDelta = TimeDelta::seconds(3_600);
/// Tokens are renewed this long before they expire.
const RENEW_EARLY: TimeDelta = TimeDelta::minutes(5);
/// Tokens kept; beyond it, expired ones are dropped.
const KEPT: usize = 1_000;

type Slot = Arc<tokio::sync::Mutex<Option<(SecretString, Time)>>>;
/// Slots by user and scope, each with the time it was last used.
type Slots = HashMap<(EmailAddress, &'static str), (Slot, Time)>;

/// Fetches and keeps tokens.
pub(super) struct Tokens {
    key: ServiceAccountKey,
    signer: EncodingKey,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    slots: Mutex<Slots>,
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Option<SecretString>,
    expires_in: Option<i64>,
}

#[derive(Deserialize, Default)]
struct Denied {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Tokens {
    pub(super) fn new(key: ServiceAccountKey, http: reqwest::Client, clock: Arc<dyn Clock>) -> Result<Self, KeyError> {
        let signer =
            EncodingKey::from_rsa_pem(key.private_key.expose_secret().as_bytes()).map_err(|_| KeyError::PrivateKey)?;
        Ok(Self { key, signer, http, clock, slots: Mutex::default() })
    }

    /// A token of this user for this scope.
    ///
    /// # Errors
    /// `AccessDenied`, `AccountGone`, `AccountSuspended` or `Outage`.
    pub(super) async fn token(&self, user: &EmailAddress, scope: &'static str) -> Result<SecretString, GoogleError> {
        let slot = self.slot(user, scope);
        let mut kept = slot.lock().await; // one fetch at a time; those who waited find the token
        let now = self.clock.now();
        if let Some((token, expires_at)) = kept.as_ref().filter(|(_, expires_at)| now + RENEW_EARLY < *expires_at) {
            let (token, _) = (token.clone(), expires_at);
            return Ok(token);
        }
        let (token, expires_at) = self.fetch(user, scope, now).await?;
        *kept = Some((token.clone(), expires_at));
        Ok(token)
    }

    /// Forgets a token that Google does not accept.
    pub(super) async fn drop_token(&self, user: &EmailAddress, scope: &'static str) {
        *self.slot(user, scope).lock().await = None;
    }

    fn slot(&self, user: &EmailAddress, scope: &'static str) -> Slot {
        let now = self.clock.now();
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() > KEPT {
            slots.retain(|_, (_, used_at)| now - *used_at < ASSERTION_LIFE);
        }
        let (slot, used_at) = slots.entry((user.clone(), scope)).or_insert_with(|| (Slot::default(), now));
        *used_at = now;
        Arc::clone(slot)
    }

    async fn fetch(&self, user: &EmailAddress, scope: &str, now: Time) -> Result<(SecretString, Time), GoogleError> {
        let header = Header { kid: Some(self.key.private_key_id.clone()), ..Header::new(Algorithm::RS256) };
        let assertion = Assertion {
            iss: &self.key.client_email,
            sub: user.as_str(),
            scope,
            aud: self.key.token_uri.as_str(),
            iat: now.timestamp(),
            exp: (now + ASSERTION_LIFE).timestamp(),
        };
        let assertion = encode(&header, &assertion, &self.signer).map_err(|_| {
            GoogleError::AccessDenied("The service account's key cannot sign. Download the key file again.".into())
        })?;
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())];
        let outage = |what: &str| GoogleError::Outage(format!("token endpoint: {what}"));
        let answer =
            self.http.post(self.key.token_uri.clone()).form(&form).send().await.map_err(|_| outage("no connection"))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|_| outage("cut off"))?;
        if !status.is_success() {
            return Err(denied(status.as_u16(), &serde_json::from_slice(&body).unwrap_or_default()));
        }
        let (token, life) = granted(&body)?;
        Ok((token, now + life))
    }
}

/// The token in an answer, and how long it may be used.
fn granted(body: &[u8]) -> Result<(SecretString, TimeDelta), GoogleError> {
    let unreadable = || GoogleError::Outage("token endpoint: an unreadable answer".into());
    let granted: Granted = serde_json::from_slice(body).map_err(|_| unreadable())?;
    // An unknown scope is answered with an id_token alone.
    let token = granted.access_token.ok_or_else(|| GoogleError::AccessDenied(delegation()))?;
    // Of anything else no header can be made, and a call would seem to be cut off.
    let is_token = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token(token.expose_secret()) {
        return Err(unreadable());
    }
    Ok((token, TimeDelta::seconds(granted.expires_in.unwrap_or(3_600).clamp(0, 3_600))))
}

fn delegation() -> String {
    "Google refuses the service account. In the Admin console, under Security > API controls > Domain-wide delegation, \
     authorise its client id for the scopes named in the README; a change there may take a day."
        .into()
}

/// The table of Google's refusals, as observed.
fn denied(status: u16, answer: &Denied) -> GoogleError {
    let says = |text: &str| answer.error_description.contains(text);
    match answer.error.as_str() {
        _ if status >= 500 || answer.error == "internal_failure" => GoogleError::Outage(format!("token endpoint: HTTP {status}")),
        "unauthorized_client" | "invalid_scope" => GoogleError::AccessDenied(delegation()),
        "invalid_grant" if says("Invalid email or User ID") || says("Not a valid email") => {
            GoogleError::AccountGone("Google knows no such user, or the user is suspended".into())
        }
        "invalid_grant" if says("account has been deleted") => GoogleError::AccountGone("the account was deleted".into()),
        "invalid_request" => GoogleError::AccountGone("Google knows no such user".into()),
        "access_denied" => GoogleError::AccountSuspended("the account is restricted".into()),
        "invalid_grant" if says("short-lived token") => GoogleError::AccessDenied(
            "Google does not accept the time in our request. Set the clock of this machine (NTP).".into(),
        ),
        "disabled_client" | "invalid_grant" | "invalid_client" => GoogleError::AccessDenied(
            "Google does not accept the key of the service account. Check that the account is enabled and the key exists, or \
             download a new key file."
                .into(),
        ),
        _ if status == 429 => GoogleError::Outage("token endpoint: too many requests".into()),
        _ => GoogleError::Outage(format!("token endpoint: HTTP {status}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fuzz_google_tokens() {
        const SENT: &str = "ann@corp.example";
        // A status in the first line, then a body.
        fuzz::check("google_tokens", |bytes| {
            let (status, body) = match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => (&bytes[..end], &bytes[end + 1..]),
                None => (&b""[..], bytes),
            };
            match granted(body) {
                Ok((token, life)) => {
                    assert!(life >= TimeDelta::zero() && life <= TimeDelta::hours(1));
                    let header = format!("Bearer {}", token.expose_secret());
                    assert!(reqwest::header::HeaderValue::from_str(&header).is_ok());
                }
                Err(GoogleError::AccessDenied(_) | GoogleError::Outage(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
            let status = std::str::from_utf8(status).ok().and_then(|status| status.parse().ok()).unwrap_or(400);
            let mut answer: Denied = serde_json::from_slice(body).unwrap_or_default();
            let text = denied(status, &answer).to_string();
            answer.error_description = json!([SENT, answer.error_description, SENT]).to_string();
            let error = denied(status, &answer);
            let is_expected = matches!(
                error,
                GoogleError::AccessDenied(_)
                    | GoogleError::AccountGone(_)
                    | GoogleError::AccountSuspended(_)
                    | GoogleError::Outage(_)
            );
            assert!(is_expected, "{error:?}");
            assert!(error.to_string().len().max(text.len()) < 400 && !error.to_string().contains(SENT));
        });
    }
}
