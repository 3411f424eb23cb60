//! Bearer tokens to callers.
//!
//! Which algorithms a key may check is fixed by the kind of the key, never taken from the token. Times are checked against
//! our clock, not the system's, and without leeway: clocks that differ by more than a second are a fault to be seen.

mod claims;
mod error;
mod keys;
mod mint;
mod remote;
mod roles;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::domain::{Clock, Viewer};

pub use claims::Rules;
pub use error::AuthError;
pub use keys::{KeyError, Keys};
pub use mint::mint;
pub use remote::FetchKeys;
use remote::RemoteKeys;
pub use roles::{RoleMap, RoleMapError};

/// Where the keys that check tokens come from.
#[derive(Clone)]
enum Source {
    Fixed(Arc<Keys>),
    Remote(Arc<RemoteKeys>),
}

/// Checks tokens.
#[derive(Clone)]
pub struct Auth {
    source: Source,
    rules: Arc<Rules>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Auth {
    /// Checks tokens with these keys.
    #[must_use]
    pub fn fixed(keys: Keys, rules: Rules, clock: Arc<dyn Clock>) -> Self {
        Self { source: Source::Fixed(Arc::new(keys)), rules: Arc::new(rules), clock }
    }

    /// Checks tokens with the keys that an identity provider publishes.
    #[must_use]
    pub fn remote(fetch: FetchKeys, rules: Rules, clock: Arc<dyn Clock>) -> Self {
        let keys = RemoteKeys::new(fetch, Arc::clone(&clock));
        Self { source: Source::Remote(Arc::new(keys)), rules: Arc::new(rules), clock }
    }

    /// Reads the keys of an identity provider now, so that the first caller does not wait and the log tells early when it
    /// cannot be done.
    pub async fn warm(&self) {
        if let Source::Remote(keys) = &self.source {
            keys.refresh().await;
        }
    }

    /// The clock by which tokens expire.
    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The caller whom a token describes.
    ///
    /// # Errors
    /// When the token does not hold, or no key could be had to tell.
    pub async fn viewer(&self, token: &str) -> Result<Viewer, AuthError> {
        let header = decode_header(token).map_err(|error| refused(&error))?;
        if header.crit.is_some() {
            return Err(AuthError::Malformed); // extensions that must be understood, and none is (RFC 7515 §4.1.11)
        }
        let keys = match &self.source {
            Source::Fixed(keys) => Arc::clone(keys),
            Source::Remote(remote) => remote.keys(header.kid.as_deref()).await?,
        };
        let mut refusal = AuthError::Signature;
        for key in keys.candidates(header.kid.as_deref(), header.alg) {
            let mut validation = Validation { algorithms: key.algorithms.clone(), ..Validation::default() };
            validation.set_issuer(&[&self.rules.issuer]);
            validation.set_audience(&[&self.rules.audience]);
            validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
            validation.validate_exp = false; // by our clock, in `Rules::viewer`
            validation.validate_nbf = false;
            match decode::<Map<String, Value>>(token, &key.decoding, &validation) {
                Ok(data) => return self.rules.viewer(&data.claims, self.clock.now()),
                Err(error) => refusal = refused(&error),
            }
            if refusal != AuthError::Signature {
                break; // the signature holds, and the claims do not
            }
        }
        Err(refusal)
    }
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
