//! Tokens that this product makes itself: signed with HS256.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::Rules;
use crate::domain::{Clock, EmailAddress, Role};

/// What is written into a token.
#[derive(Debug, Serialize)]
struct Claims<'a> {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    role: &'a str,
    iat: i64,
    exp: i64,
    iss: &'a str,
    aud: &'a str,
}

/// A token for a person (`email`) or, without one, for a script.
///
/// # Errors
/// When the library cannot sign.
pub fn mint(
    secret: &SecretString,
    rules: &Rules,
    clock: &dyn Clock,
    role: Role,
    email: Option<&EmailAddress>,
    ttl: Duration,
) -> Result<String, jsonwebtoken::errors::Error> {
    let now = clock.now().timestamp();
    let claims = Claims {
        sub: email.map_or_else(|| format!("service-{}", role.name().to_ascii_lowercase()), ToString::to_string),
        email: email.map(EmailAddress::as_str),
        role: role.name(),
        iat: now,
        exp: now.saturating_add_unsigned(ttl.as_secs()),
        iss: &rules.issuer,
        aud: &rules.audience,
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret.expose_secret().as_bytes()))
}
