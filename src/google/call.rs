//! One call: pay for it, sign it, send it, understand the answer, repeat it where that is safe.
//!
//! A read is repeated after a fault. A change is repeated only when it is certain that nothing has happened; otherwise the
//! caller is told that nobody knows.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Url};
use secrecy::ExposeSecret;
use serde_json::Value;
use tracing::{debug, warn};

use super::answer::{Meaning, meaning};
use super::config::{is_loopback, is_safe};
use super::pace::{Cost, Pace};
use super::token::Tokens;
use super::{Config, ConfigError, GoogleError, Permit};
use crate::domain::{Clock, EmailAddress};

/// Reads are tried this often, with pauses of one and two seconds.
const READ_TRIES: u32 = 3;
/// Calls refused for going too fast are tried this often.
const QUOTA_TRIES: u32 = 4;
/// Least pause after such a refusal: the limits are per minute.
const QUOTA_PAUSE: Duration = Duration::from_secs(5);
/// A new contact group can be used after about two seconds; some take longer.
const GROUP_TRIES: u32 = 5;
/// A NUL as JSON writes it.
const NUL: &[u8] = b"\\u0000";
const GROUP_PAUSE: Duration = Duration::from_secs(2);

/// As whom a call is made.
#[derive(Debug, Clone)]
pub(super) struct User {
    /// Present primary address, the `sub` of the token.
    pub(super) email: EmailAddress,
    /// What quota is counted by.
    pub(super) key: String,
    /// Calls are sent only while it lasts.
    pub(super) permit: Option<Permit>,
}

/// Whether a call changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Read,
    Change,
}

/// A call to be made.
pub(super) struct Call<'a> {
    /// Name in our words, for the log.
    pub(super) name: &'static str,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Value>,
    pub(super) cost: Cost,
    pub(super) effect: Effect,
    pub(super) scope: &'static str,
    /// Resources of a batch, in order.
    pub(super) names: Vec<&'a str>,
}

/// The line to Google: everything that clones of a client share.
pub(super) struct Line {
    http: reqwest::Client,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    pub(super) pace: Pace,
    people_url: Url,
    directory_url: Url,
    pub(super) customer: String,
    pub(super) admin: User,
}

impl Line {
    pub(super) fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        for url in [&config.people_url, &config.directory_url] {
            if !is_safe(url) || url.cannot_be_a_base() {
                return Err(ConfigError::Url(url.clone()));
            }
            if is_loopback(&config.key.token_uri) && !is_loopback(url) {
                return Err(ConfigError::Elsewhere(url.clone()));
            }
        }
        let http = reqwest::Client::builder()
            .timeout(config.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("contact-sync/", env!("CARGO_PKG_VERSION"), " (gzip)"))
            .build()
            .map_err(ConfigError::Http)?;
        Ok(Self {
            tokens: Tokens::new(config.key, http.clone(), Arc::clone(&clock))?,
            http,
            clock,
            pace: Pace::new(config.budgets),
            people_url: config.people_url,
            directory_url: config.directory_url,
            customer: config.customer,
            admin: User { key: "directory".into(), email: config.admin_email, permit: None },
        })
    }

    /// URL of a People method. `segments` are encoded but for the `:verb` at the end.
    pub(super) fn people_url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        url(&self.people_url, path, query)
    }

    /// URL of a Directory method.
    pub(super) fn directory_url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        url(&self.directory_url, path, query)
    }

    /// Contact writes left of the project's day.
    pub(super) fn daily_contact_writes_left(&self) -> u32 {
        self.pace.daily_contact_writes_left(self.clock.now())
    }

    /// Makes the call, as often as that can help and do no harm.
    pub(super) async fn send(&self, user: &User, call: Call<'_>) -> Result<Value, GoogleError> {
        let (mut faults, mut refusals, mut not_ready, mut renewed) = (0, 0, 0, false);
        loop {
            match self.ask(user, &call).await? {
                Ok(Answer::Value(value)) => return Ok(value),
                Ok(Answer::Refusal { meaning: Meaning::Unauthenticated, .. }) if !renewed => {
                    renewed = true;
                    self.tokens.drop_token(&user.email, call.scope).await;
                }
                Ok(Answer::Refusal { meaning: Meaning::TooFast, wait }) if refusals + 1 < QUOTA_TRIES => {
                    self.clock.pause(wait.max(QUOTA_PAUSE * 2u32.pow(refusals))).await;
                    refusals += 1;
                }
                Ok(Answer::Refusal { meaning: Meaning::GroupNotReady, .. })
                    if call.effect == Effect::Change && not_ready < GROUP_TRIES =>
                {
                    not_ready += 1;
                    self.clock.pause(GROUP_PAUSE).await;
                }
                Ok(Answer::Refusal { meaning, .. }) => return Err(self.failure(user, meaning)),
                Err(fault) => {
                    warn!(call = call.name, fault = ?fault, "Google did not answer {}", call.name);
                    match (call.effect, fault) {
                        (Effect::Change, Fault::Silence(_) | Fault::Status(_)) => {
                            return Err(GoogleError::Uncertain(fault.to_string()));
                        }
                        (Effect::Change, Fault::NothingSent) | (Effect::Read, _) if faults + 1 >= READ_TRIES => {
                            return Err(GoogleError::Outage(fault.to_string()));
                        }
                        (Effect::Change, Fault::NothingSent) | (Effect::Read, _) => {
                            self.clock.pause(Duration::from_secs(1 << faults) + jitter()).await;
                            faults += 1;
                        }
                    }
                }
            }
        }
    }

    /// Makes the call once, when there is budget for it.
    async fn ask(&self, user: &User, call: &Call<'_>) -> Result<Result<Answer, Fault>, GoogleError> {
        while let Some(wait) = self.pace.pay(&user.key, call.cost, self.clock.now())? {
            self.clock.pause(wait).await;
        }
        let token = self.tokens.token(&user.email, call.scope).await?;
        let mut request = self.http.request(call.method.clone(), call.url.clone()).bearer_auth(token.expose_secret());
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        if let Some(permit) = &user.permit {
            permit.held(&*self.clock).await;
        }
        let answer = match request.send().await {
            Err(error) if error.is_connect() => return Ok(Err(Fault::NothingSent)),
            Err(error) if error.is_timeout() => return Ok(Err(Fault::Silence("time-out"))),
            Err(_) => return Ok(Err(Fault::Silence("connection cut"))),
            Ok(answer) => answer,
        };
        let (status, wait) = (answer.status(), retry_after(&answer).unwrap_or_default());
        let Ok(body) = answer.bytes().await else { return Ok(Err(Fault::Silence("answer cut off"))) };
        if !status.is_success() {
            debug!(call = call.name, status = status.as_u16(), "Google refused a call");
            return Ok(match meaning(status.as_u16(), &body, &call.names) {
                Meaning::Broken => Err(Fault::Status(status.as_u16())),
                meaning => Ok(Answer::Refusal { meaning, wait }),
            });
        }
        // A change may be answered with nothing; a list that is nothing would be taken for an empty one.
        if call.effect == Effect::Read && is_blank(&body) {
            return Ok(Err(Fault::Silence("empty answer")));
        }
        let Some(value) = read(&body) else { return Ok(Err(Fault::Silence("unreadable answer"))) };
        if call.effect == Effect::Change {
            self.pace.well(&user.key);
        }
        Ok(Ok(Answer::Value(value)))
    }

    fn failure(&self, user: &User, meaning: Meaning) -> GoogleError {
        let now = self.clock.now();
        match meaning {
            Meaning::Unauthenticated => GoogleError::AccessDenied(
                "Google does not accept our token. Check the domain-wide delegation of the service account.".into(),
            ),
            Meaning::TooFast => GoogleError::SlowDown { until: now + chrono::TimeDelta::minutes(1) },
            Meaning::DaySpent => GoogleError::SlowDown { until: self.pace.spend_day(now) },
            Meaning::WornOut => GoogleError::SlowDown { until: self.pace.park(&user.key, now) },
            Meaning::Broken => GoogleError::Outage("a fault at Google".into()),
            Meaning::SyncTokenExpired => GoogleError::StartOver,
            Meaning::Stale => GoogleError::Stale,
            Meaning::NotFound | Meaning::GroupNotReady => GoogleError::NotFound,
            Meaning::NameTaken => GoogleError::NameTaken,
            Meaning::Full => GoogleError::Full,
            Meaning::Forbidden(what) => GoogleError::AccessDenied(what),
            Meaning::AccountForbidden(what) => GoogleError::ServiceOff(what),
            Meaning::Refused { message, items } => GoogleError::Refused { message, items },
        }
    }
}

/// What Google said.
enum Answer {
    Value(Value),
    Refusal {
        meaning: Meaning,
        /// For so long Google asks us to wait.
        wait: Duration,
    },
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The connection was never made.
    NothingSent,
    /// Sent, and no readable answer.
    Silence(&'static str),
    /// 5xx.
    Status(u16),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::NothingSent => f.write_str("no connection"),
            Fault::Silence(what) => f.write_str(what),
            Fault::Status(status) => write!(f, "HTTP {status}"),
        }
    }
}

/// A successful body; empty ones stand for `{}`.
fn read(body: &[u8]) -> Option<Value> {
    if is_blank(body) {
        return Some(Value::Object(serde_json::Map::new()));
    }
    let mut value = serde_json::from_slice(body).ok().filter(Value::is_object)?;
    if body.windows(NUL.len()).any(|escape| escape == NUL) {
        drop_nul(&mut value);
    }
    Some(value)
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

/// PostgreSQL stores no text with a NUL, and nobody sees one.
fn drop_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|character| character != '\0'),
        Value::Array(items) => items.iter_mut().for_each(drop_nul),
        Value::Object(parts) => parts.values_mut().for_each(drop_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn retry_after(answer: &reqwest::Response) -> Option<Duration> {
    let seconds = answer.headers().get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(Ord::min(seconds, 60)))
}

/// So that accounts that failed together do not come back together.
fn jitter() -> Duration {
    Duration::from_millis(rand::random_range(0..1_000))
}

fn url(base: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_nul(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(has_nul),
            Value::Object(parts) => parts.values().any(has_nul),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    #[test]
    fn fuzz_google_bodies() {
        let base = Url::parse("https://people.example/base/").unwrap();
        fuzz::check("google_bodies", move |bytes| {
            if let Some(value) = read(bytes) {
                assert!(value.is_object() && !has_nul(&value));
                // Names that Google gave become parts of later calls, which go to Google and nobody else.
                let name = value["resourceName"].as_str().unwrap_or_default();
                let called = url(&base, &format!("/v1/{name}:updateContact"), &[("pageToken", name)]);
                assert_eq!((called.origin(), called.username()), (base.origin(), ""));
                assert_eq!(called.query_pairs().next().map(|(_, token)| token.into_owned()).as_deref(), Some(name));
            }
        });
    }
}
