//! Who may sign tokens, from the settings: this program with its secret, or somebody whose public keys are known.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::config::AuthArgs;
use crate::domain::{Clock, EmailAddress, Role};
use crate::http::{self, Auth, AuthError, KeyError, Keys, RoleMap, Rules};

/// Why tokens cannot be checked with these settings, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The secret.
    #[error(transparent)]
    Secret(#[from] super::SecretError),
    /// A file with public keys cannot be read.
    #[error("cannot read the public keys in {0}: {1}. Check --jwt-public-key-file and the permissions")]
    Read(PathBuf, std::io::Error),
    /// A file holds no public key that can be used.
    #[error("{0} (--jwt-public-key-file) {1}")]
    Key(PathBuf, KeyError),
    /// The URL of the keys.
    #[error(transparent)]
    Url(#[from] super::jwks::UrlError),
    /// The roles.
    #[error("{0} (--jwt-role-map)")]
    Roles(#[from] http::RoleMapError),
    /// Without this value nobody could sign in.
    #[error("{0} is empty; leave it out, or give it a value")]
    Empty(&'static str),
}

/// Why this program does not make a token, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// Somebody else signs.
    #[error(
        "tokens are signed elsewhere (--jwt-public-key-file or --jwt-jwks-url is set); get one from whoever holds the private key"
    )]
    Elsewhere,
    /// The server would refuse it.
    #[error(
        "a server with these settings would refuse the token: {0} Tokens that this program makes have the role in the claim \
         'role' and the address in 'email'; see --jwt-role-claim, --jwt-role-map and --jwt-email-claim"
    )]
    Refused(AuthError),
    /// The library cannot sign.
    #[error("the token cannot be signed: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Checks tokens, and makes them where this program signs.
#[derive(Debug)]
pub struct Tokens {
    /// Checks tokens.
    pub auth: Auth,
    rules: Rules,
    secret: Option<SecretString>,
}

/// Tokens by these settings.
///
/// # Errors
/// Names the setting that is wrong.
pub fn tokens(args: &AuthArgs, data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Tokens, TokensError> {
    let rules = rules(args)?;
    if let Some(url) = &args.jwt_jwks_url {
        let auth = Auth::remote(super::jwks::fetch(url)?, rules.clone(), clock);
        return Ok(Tokens { auth, rules, secret: None });
    }
    if let Some((first, others)) = args.jwt_public_key_file.split_first() {
        let keys = others.iter().try_fold(keys(first)?, |all, file| Ok::<_, TokensError>(all.and(keys(file)?)))?;
        return Ok(Tokens { auth: Auth::fixed(keys, rules.clone(), clock), rules, secret: None });
    }
    Ok(own_tokens(super::secret(args.jwt_secret_file.as_deref(), data_dir)?, rules, clock))
}

/// Tokens that this program signs with its secret.
#[must_use]
pub fn own_tokens(secret: SecretString, rules: Rules, clock: Arc<dyn Clock>) -> Tokens {
    Tokens { auth: Auth::fixed(Keys::secret(&secret), rules.clone(), clock), rules, secret: Some(secret) }
}

impl Tokens {
    /// A token for a person (`email`) or, without one, for a script.
    ///
    /// # Errors
    /// When somebody else signs, or the server would refuse it.
    pub async fn mint(
        &self,
        clock: &dyn Clock,
        role: Role,
        email: Option<&EmailAddress>,
        ttl: Duration,
    ) -> Result<String, MintError> {
        let secret = self.secret.as_ref().ok_or(MintError::Elsewhere)?;
        let token = http::mint(secret, &self.rules, clock, role, email, ttl)?;
        self.auth.viewer(&token).await.map_err(MintError::Refused)?;
        Ok(token)
    }
}

fn rules(args: &AuthArgs) -> Result<Rules, TokensError> {
    let defaults = Rules::default();
    let rules = Rules {
        issuer: args.jwt_issuer.clone().unwrap_or(defaults.issuer),
        audience: args.jwt_audience.clone().unwrap_or(defaults.audience),
        role_claim: args.jwt_role_claim.clone(),
        email_claim: args.jwt_email_claim.clone(),
        roles: RoleMap::parse(&args.jwt_role_map)?,
    };
    let values = [
        ("--jwt-issuer", &rules.issuer),
        ("--jwt-audience", &rules.audience),
        ("--jwt-role-claim", &rules.role_claim),
        ("--jwt-email-claim", &rules.email_claim),
    ];
    let empty = values.into_iter().find(|(_, value)| value.trim().is_empty());
    empty.map_or(Ok(()), |(name, _)| Err(TokensError::Empty(name)))?;
    Ok(rules)
}

fn keys(file: &Path) -> Result<Keys, TokensError> {
    let text = std::fs::read(file).map_err(|error| TokensError::Read(file.to_owned(), error))?;
    Keys::from_pem(&text).map_err(|error| TokensError::Key(file.to_owned(), error))
}
