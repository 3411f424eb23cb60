//! Settings of the client.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use crate::domain::EmailAddress;

/// Settings of the client.
#[derive(Debug, Clone)]
pub struct Config {
    /// Key of the service account that has domain-wide delegation.
    pub key: ServiceAccountKey,
    /// Administrator as whom the Directory is read.
    pub admin_email: EmailAddress,
    /// Id of the Workspace customer; `my_customer` means the administrator's.
    pub customer: String,
    /// Base URL of the People API, without a path.
    pub people_url: Url,
    /// Base URL of the Directory API, without a path.
    pub directory_url: Url,
    /// Quota to stay within.
    pub budgets: Budgets,
    /// Longest time for one call.
    pub timeout: Duration,
}

/// Quota to stay within, with the costs of the People API guide. Google shows the real numbers in the Cloud console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Critical reads per minute and account.
    pub critical_reads: u32,
    /// Critical writes per minute and account.
    pub critical_writes: u32,
    /// Group reads per minute and account.
    pub reads: u32,
    /// Deletes and group writes per minute and account.
    pub writes: u32,
    /// Contact writes per day, for the whole project.
    pub daily_contact_writes: u32,
    /// Directory queries per minute, for the whole project.
    pub directory_queries: u32,
}

impl Default for Budgets {
    /// The limits most often seen; those of the Directory are documented.
    fn default() -> Self {
        Self {
            critical_reads: 90,
            critical_writes: 90,
            reads: 90,
            writes: 90,
            daily_contact_writes: 100_000,
            directory_queries: 2_400,
        }
    }
}

impl Budgets {
    /// No limits, for a sandbox that counts nothing.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            critical_reads: u32::MAX,
            critical_writes: u32::MAX,
            reads: u32::MAX,
            writes: u32::MAX,
            daily_contact_writes: u32::MAX,
            directory_queries: u32::MAX,
        }
    }
}

/// Key of a service account.
#[derive(Debug, Clone)]
pub struct ServiceAccountKey {
    pub(super) client_email: String,
    pub(super) private_key: SecretString,
    pub(super) private_key_id: String,
    pub(super) token_uri: Url,
}

/// Why a key cannot be used, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not the file that Google's console hands out.
    #[error(
        "this is not the key file of a service account ({0}). Download a JSON key from the Cloud console: IAM > Service accounts > Keys"
    )]
    Malformed(String),
    /// The private key itself is damaged.
    #[error("the private key in the key file cannot be read. Download the key file again; keys must not be edited")]
    PrivateKey,
    /// The token endpoint is not safe.
    #[error("token_uri in the key file must be an https URL (http is accepted for this machine only)")]
    TokenUri,
}

/// Why a client cannot be made, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A base URL is not safe.
    #[error("{0} must be an https URL (http is accepted for this machine only)")]
    Url(Url),
    /// The key of a sandbox, for Google.
    #[error(
        "the key is of a sandbox on this machine, but {0} would be asked for contacts and users. Set --google-people-url and --google-directory-url to the sandbox's address"
    )]
    Elsewhere(Url),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The HTTP client.
    #[error(
        "the HTTPS client could not be set up: {0}. Install the system's CA certificates (Debian: ca-certificates)"
    )]
    Http(reqwest::Error),
}

#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: String,
    client_email: String,
    private_key: SecretString,
    private_key_id: String,
    token_uri: String,
}

impl ServiceAccountKey {
    /// Reads a key in Google's JSON format.
    ///
    /// # Errors
    /// When it is not one, or points to an unsafe token endpoint.
    pub fn from_json(text: &str) -> Result<Self, KeyError> {
        let malformed =
            |error: serde_json::Error| KeyError::Malformed(format!("line {}: {:?}", error.line(), error.classify()));
        let file: KeyFile = serde_json::from_str(text).map_err(malformed)?;
        if file.kind != "service_account" {
            return Err(KeyError::Malformed("its type is not service_account".into()));
        }
        let token_uri = Url::parse(&file.token_uri).ok().filter(is_safe).ok_or(KeyError::TokenUri)?;
        Ok(Self {
            client_email: file.client_email,
            private_key: file.private_key,
            private_key_id: file.private_key_id,
            token_uri,
        })
    }
}

/// Tokens and contacts go over https, or stay on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::EncodingKey;
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn fuzz_key_files() {
        fuzz::check("key_files", |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            match ServiceAccountKey::from_json(text) {
                Ok(key) => {
                    let uri = key.token_uri.as_str();
                    let is_here =
                        ["http://localhost", "http://127.", "http://[::1]"].iter().any(|here| uri.starts_with(here));
                    assert!(uri.starts_with("https://") || is_here, "{uri}");
                    let _ = EncodingKey::from_rsa_pem(key.private_key.expose_secret().as_bytes());
                    let others = [key.client_email.as_str(), &key.private_key_id, key.token_uri.as_str()];
                    let secret = key.private_key.expose_secret();
                    if secret.len() > 20 && !others.iter().any(|other| other.contains(secret)) {
                        assert!(!format!("{key:?}").contains(secret));
                    }
                }
                Err(KeyError::Malformed(what)) => {
                    let kind = what.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
                    let is_known = kind.map_or(what == "its type is not service_account", |(_, kind)| {
                        ["Syntax", "Data", "Eof"].contains(&kind)
                    });
                    assert!(is_known, "it repeats the file: {what}");
                }
                Err(KeyError::PrivateKey | KeyError::TokenUri) => {}
            }
        });
    }
}
