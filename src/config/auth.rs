//! Settings of tokens.

use std::path::PathBuf;

use clap::Args;

/// Who may sign tokens, and what they must say.
#[derive(Debug, Clone, Args)]
pub struct AuthArgs {
    /// File with the secret that signs tokens (HS256), at least 32 bytes [default: generated in the data directory].
    #[arg(long, env = "CONTACT_SYNC_JWT_SECRET_FILE", conflicts_with_all = ["jwt_public_key_file", "jwt_jwks_url"])]
    pub jwt_secret_file: Option<PathBuf>,

    /// Files with the public keys (PEM: RSA, EC on P-256 or P-384, Ed25519) of whoever signs tokens in place of this server.
    /// Comma separated.
    #[arg(long, env = "CONTACT_SYNC_JWT_PUBLIC_KEY_FILE", value_delimiter = ',', conflicts_with = "jwt_jwks_url")]
    pub jwt_public_key_file: Vec<PathBuf>,

    /// URL where an identity provider publishes its keys (JWKS). Needs --jwt-issuer and --jwt-audience.
    #[arg(long, env = "CONTACT_SYNC_JWT_JWKS_URL", requires_all = ["jwt_issuer", "jwt_audience"])]
    pub jwt_jwks_url: Option<String>,

    /// Issuer (`iss`) of every token [default: contact-sync].
    #[arg(long, env = "CONTACT_SYNC_JWT_ISSUER")]
    pub jwt_issuer: Option<String>,

    /// Audience (`aud`) of every token [default: contact-sync].
    #[arg(long, env = "CONTACT_SYNC_JWT_AUDIENCE")]
    pub jwt_audience: Option<String>,

    /// Claim with the role or the groups, a text or a list: a name, or a path such as `realm_access.roles`.
    #[arg(long, env = "CONTACT_SYNC_JWT_ROLE_CLAIM", default_value = "role")]
    pub jwt_role_claim: String,

    /// Groups and addresses with their roles: `admins@corp.example=ADMIN,desk=OPERATOR`. The highest wins. Without any, the
    /// claim holds VIEWER, OPERATOR or ADMIN.
    #[arg(long, env = "CONTACT_SYNC_JWT_ROLE_MAP", value_delimiter = ',')]
    pub jwt_role_map: Vec<String>,

    /// Claim with the caller's address, found as the role is.
    #[arg(long, env = "CONTACT_SYNC_JWT_EMAIL_CLAIM", default_value = "email")]
    pub jwt_email_claim: String,
}
