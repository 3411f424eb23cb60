//! Bearer tokens to callers: JWTs signed with HS256.
//!
//! The algorithm is fixed here and never taken from the token. Times are checked against our clock, not the system's, and
//! without leeway: who mints and who checks read the same clock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::{Clock, EmailAddress, Role, Time, Viewer};

/// `iss` and `aud` of every token of this product.
const NAME: &str = "contact-sync";

/// Why a token does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthError {
    /// There is none.
    Missing,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// Signed with another key or algorithm.
    Signature,
    /// Made by or for somebody else.
    Audience,
    /// Not a JWT, or without the claims that are needed.
    Malformed,
}

impl AuthError {
    /// The reason for clients; repeats no part of the token.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "A bearer token is required.",
            Self::Expired => "The token has expired.",
            Self::NotYet => "The token is not valid yet.",
            Self::Signature => "The token is not signed with HS256 and this server's key.",
            Self::Audience => "The token must have the issuer and the audience contact-sync.",
            Self::Malformed => "Not a JWT with the claims sub, exp, iss, aud and role (VIEWER, OPERATOR or ADMIN).",
        }
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for AuthError {}

/// What is read of a token; issuer and audience are checked by the library.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    email: Option<String>,
    role: String,
    exp: i64,
    nbf: Option<i64>,
}

/// What is written into a token.
#[derive(Debug, Serialize)]
struct NewClaims<'a> {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    role: &'a str,
    iat: i64,
    exp: i64,
    iss: &'a str,
    aud: &'a str,
}

/// Checks tokens.
#[derive(Clone)]
pub struct Auth {
    key: DecodingKey,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").finish_non_exhaustive()
    }
}

impl Auth {
    /// Checks tokens that were signed with this secret.
    #[must_use]
    pub fn new(secret: &SecretString, clock: Arc<dyn Clock>) -> Self {
        Self { key: DecodingKey::from_secret(secret.expose_secret().as_bytes()), clock }
    }

    /// The clock by which tokens expire.
    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The caller whom a token describes.
    ///
    /// # Errors
    /// When the token does not hold.
    pub fn viewer(&self, token: &str) -> Result<Viewer, AuthError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[NAME]);
        validation.set_audience(&[NAME]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_exp = false; // by our clock, below
        validation.validate_nbf = false;
        let claims = decode::<Claims>(token, &self.key, &validation).map_err(|error| refused(&error))?.claims;
        let now = self.clock.now();
        let expires_at = instant(claims.exp)?;
        if expires_at <= now {
            return Err(AuthError::Expired);
        }
        if let Some(not_before) = claims.nbf
            && now < instant(not_before)?
        {
            return Err(AuthError::NotYet);
        }
        if claims.sub.is_empty() {
            return Err(AuthError::Malformed);
        }
        let email = claims.email.map(|email| EmailAddress::parse(&email)).transpose();
        Ok(Viewer {
            subject: claims.sub,
            email: email.map_err(|_| AuthError::Malformed)?,
            role: Role::from_name(&claims.role).ok_or(AuthError::Malformed)?,
            expires_at,
        })
    }
}

fn instant(seconds: i64) -> Result<Time, AuthError> {
    DateTime::from_timestamp(seconds, 0).ok_or(AuthError::Malformed)
}

fn refused(error: &jsonwebtoken::errors::Error) -> AuthError {
    match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => {
            AuthError::Signature
        }
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => AuthError::Audience,
        _ => AuthError::Malformed,
    }
}

/// A token for a person (`email`) or, without one, for a script.
///
/// # Errors
/// When the library cannot sign.
pub fn mint(
    secret: &SecretString,
    clock: &dyn Clock,
    role: Role,
    email: Option<&EmailAddress>,
    ttl: Duration,
) -> Result<String, jsonwebtoken::errors::Error> {
    let now = clock.now().timestamp();
    let claims = NewClaims {
        sub: email.map_or_else(|| format!("service-{}", role.name().to_ascii_lowercase()), ToString::to_string),
        email: email.map(EmailAddress::as_str),
        role: role.name(),
        iat: now,
        exp: now.saturating_add_unsigned(ttl.as_secs()),
        iss: NAME,
        aud: NAME,
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret.expose_secret().as_bytes()))
}
