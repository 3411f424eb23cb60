//! Why a token does not hold.

use std::fmt;

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
    /// Grants no role here.
    Role,
    /// Not a JWT, or without the claims that are needed.
    Malformed,
    /// It could not be checked: the identity provider gave no keys.
    Unavailable,
}

impl AuthError {
    /// The reason for clients; repeats no part of the token.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "A bearer token is required.",
            Self::Expired => "The token has expired.",
            Self::NotYet => "The token is not valid yet.",
            Self::Signature => "The token is not signed with a key that this server trusts.",
            Self::Audience => "The token has another issuer or audience than this server expects.",
            Self::Role => "The token grants none of the roles VIEWER, OPERATOR and ADMIN.",
            Self::Malformed => "Not a JWT with the claims sub, exp, iss and aud, and with a well-formed address.",
            Self::Unavailable => "The keys of the identity provider cannot be read. Try again later.",
        }
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for AuthError {}
