//! The service account and its key.

use std::sync::{Mutex, OnceLock, PoisonError};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{SandboxError, ids};

const HEAD: &str = "-----BEGIN PRIVATE KEY-----";
const TAIL: &str = "-----END PRIVATE KEY-----";

/// The service account of the sandbox.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Robot {
    /// Names the key in the head of an assertion.
    pub(crate) key_id: String,
    /// Issuer of assertions.
    pub(crate) client_email: String,
    /// What an administrator would enter to grant scopes.
    pub(crate) client_id: String,
    /// The project.
    pub(crate) project_id: String,
    /// PKCS#8, PEM.
    private_key: String,
}

impl Robot {
    /// A service account with a key of its own.
    pub(crate) fn new() -> Result<Self, SandboxError> {
        Ok(Self::with_key(make_key()?))
    }

    /// A service account with the key all sandboxes of this process share: making one takes long.
    pub(crate) fn shared() -> Result<Self, SandboxError> {
        static KEY: OnceLock<String> = OnceLock::new();
        static MAKING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = KEY.get() {
            return Ok(Self::with_key(key.clone()));
        }
        let key = make_key()?;
        Ok(Self::with_key(KEY.get_or_init(|| key).clone()))
    }

    fn with_key(private_key: String) -> Self {
        Self {
            key_id: ids::hex(20),
            client_email: "contact-sync@sandbox-project.iam.gserviceaccount.com".to_owned(),
            client_id: ids::user_id(),
            project_id: "sandbox-project".to_owned(),
            private_key,
        }
    }

    /// The key file an administrator would download.
    pub(crate) fn key_file(&self, url: &str) -> Value {
        json!({
            "type": "service_account",
            "project_id": self.project_id,
            "private_key_id": self.key_id,
            "private_key": self.private_key,
            "client_email": self.client_email,
            "client_id": self.client_id,
            "auth_uri": format!("{url}/auth"),
            "token_uri": format!("{url}/token"),
            "auth_provider_x509_cert_url": format!("{url}/certs"),
            "client_x509_cert_url": format!("{url}/certs/{}", self.key_id),
            "universe_domain": "googleapis.com",
        })
    }

    /// What checks this account's signatures.
    pub(crate) fn verifier(&self) -> Result<Verifier, SandboxError> {
        let base64: String =
            self.private_key.lines().filter(|line| !line.starts_with("-----")).flat_map(str::chars).collect();
        let der = BASE64_STANDARD.decode(base64.trim()).map_err(failed)?;
        let pair = KeyPair::from_pkcs8(&der).map_err(failed)?;
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero();
        let exponent = public.exponent().big_endian_without_leading_zero();
        Ok(Verifier { key: DecodingKey::from_rsa_raw_components(modulus, exponent) })
    }
}

/// The public half of the key.
pub(crate) struct Verifier {
    /// For RS256.
    pub(crate) key: DecodingKey,
}

fn make_key() -> Result<String, SandboxError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
    let base64 = BASE64_STANDARD.encode(der.as_ref());
    let mut pem = format!("{HEAD}\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(TAIL);
    pem.push('\n');
    Ok(pem)
}

fn failed(error: impl std::fmt::Display) -> SandboxError {
    SandboxError::Key(error.to_string())
}
