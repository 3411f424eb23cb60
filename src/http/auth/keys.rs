//! Keys that check tokens, each with the algorithms that its kind allows.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

/// What an RSA key may check. RFC 7518 §3.3: it has at least 2048 bits.
const RSA: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
/// Bytes of the modulus of the weakest RSA key.
const LEAST_RSA_BYTES: usize = 2048 / 8;
/// Bytes of an uncompressed point on P-256 and P-384.
const P256_POINT: usize = 1 + 2 * 32;
const P384_POINT: usize = 1 + 2 * 48;

/// Why a file holds no key that can be used, with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM block.
    #[error("holds no key in PEM format (-----BEGIN PUBLIC KEY-----)")]
    NoPem,
    /// A secret where it does not belong.
    #[error(
        "holds a private key, which belongs to whoever signs; write its public half with: openssl pkey -in FILE -pubout"
    )]
    Private,
    /// A certificate.
    #[error("holds a certificate; write the key in it with: openssl x509 -in FILE -pubkey -noout")]
    Certificate,
    /// Another kind of key.
    #[error("holds a key of a kind that is not served; RSA from 2048 bits, EC on P-256 or P-384, and Ed25519 are")]
    Kind,
    /// Not a set of keys.
    #[error("is not a set of keys (JWKS)")]
    NoSet,
    /// A set without a key that could check a token.
    #[error("is a set without a key that could check a token")]
    EmptySet,
}

/// One key.
#[derive(Clone)]
pub(super) struct Key {
    /// Name in a set; keys of files have none.
    id: Option<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) decoding: DecodingKey,
}

/// Keys of one issuer.
#[derive(Clone)]
pub struct Keys(Vec<Key>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

impl Keys {
    /// The secret with which this product signs its own tokens (HS256).
    #[must_use]
    pub fn secret(secret: &SecretString) -> Self {
        let decoding = DecodingKey::from_secret(secret.expose_secret().as_bytes());
        Self(vec![Key { id: None, algorithms: vec![Algorithm::HS256], decoding }])
    }

    /// All public keys of a file in PEM format.
    ///
    /// # Errors
    /// When there is none, or one that cannot be used.
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let blocks = pem::parse_many(text).map_err(|_| KeyError::NoPem)?;
        if blocks.is_empty() {
            return Err(KeyError::NoPem);
        }
        blocks.iter().map(public_key).collect::<Result<_, _>>().map(Self)
    }

    /// The keys of a set that can check a token; others are passed over, as a set may hold keys for other uses.
    pub(super) fn from_set(bytes: &[u8]) -> Result<Self, KeyError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_slice(bytes).map_err(|_| KeyError::NoSet)?;
        let known = set.keys.into_iter().filter_map(|value| serde_json::from_value(value).ok());
        let keys: Vec<Key> = known.filter_map(|jwk: Jwk| key_of_set(&jwk)).collect();
        if keys.is_empty() { Err(KeyError::EmptySet) } else { Ok(Self(keys)) }
    }

    /// These keys and those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The token may be signed with one of these.
    pub(super) fn know(&self, id: Option<&str>) -> bool {
        self.0.iter().any(|key| key.is_meant(id))
    }

    /// Keys that may check a token with this header.
    pub(super) fn candidates(&self, id: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &Key> {
        self.0.iter().filter(move |key| key.is_meant(id) && key.algorithms.contains(&algorithm))
    }
}

impl Key {
    /// A key without a name may be meant by any token, and any key by a token that names none.
    fn is_meant(&self, id: Option<&str>) -> bool {
        match (&self.id, id) {
            (Some(own), Some(id)) => own == id,
            (None, _) | (_, None) => true,
        }
    }
}

fn public_key(block: &pem::Pem) -> Result<Key, KeyError> {
    match block.tag() {
        "CERTIFICATE" => return Err(KeyError::Certificate),
        tag if tag.ends_with("PRIVATE KEY") => return Err(KeyError::Private),
        _ => {}
    }
    let text = pem::encode(block);
    let text = text.as_bytes();
    let (algorithms, decoding) = if let Ok(key) = DecodingKey::from_rsa_pem(text) {
        (RSA.to_vec(), key)
    } else if let Ok(key) = DecodingKey::from_ec_pem(text) {
        (vec![curve_of(&key).ok_or(KeyError::Kind)?], key)
    } else {
        (vec![Algorithm::EdDSA], DecodingKey::from_ed_pem(text).map_err(|_| KeyError::Kind)?)
    };
    // Of an RSA key the bytes are a sequence of modulus and exponent, a little longer than the modulus.
    let is_weak = algorithms == RSA && decoding.try_get_as_bytes().is_ok_and(|bytes| bytes.len() <= LEAST_RSA_BYTES);
    if is_weak { Err(KeyError::Kind) } else { Ok(Key { id: None, algorithms, decoding }) }
}

fn curve_of(key: &DecodingKey) -> Option<Algorithm> {
    match key.try_get_as_bytes().ok()?.len() {
        P256_POINT => Some(Algorithm::ES256),
        P384_POINT => Some(Algorithm::ES384),
        _ => None,
    }
}

fn key_of_set(jwk: &Jwk) -> Option<Key> {
    let signs = match (&jwk.common.public_key_use, &jwk.common.key_operations) {
        (Some(PublicKeyUse::Signature), _) | (None, None) => true,
        (None, Some(operations)) => operations.contains(&KeyOperations::Verify),
        (Some(PublicKeyUse::Encryption | PublicKeyUse::Other(_)), _) => false,
    };
    if !signs {
        return None;
    }
    let allowed = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => RSA.to_vec(),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => vec![Algorithm::ES256],
            EllipticCurve::P384 => vec![Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => vec![Algorithm::EdDSA],
        _ => return None, // among them secrets, which are none once they are published
    };
    let algorithms = match jwk.common.key_algorithm {
        None => allowed,
        Some(named) => allowed.into_iter().filter(|algorithm| named.to_string() == format!("{algorithm:?}")).collect(),
    };
    let decoding = DecodingKey::from_jwk(jwk).ok()?;
    let bytes = |n: &[u8]| n.iter().skip_while(|byte| **byte == 0).count(); // zeros in front make no key stronger
    let is_weak =
        matches!(decoding.kind(), DecodingKeyKind::RsaModulusExponent { n, .. } if bytes(n) < LEAST_RSA_BYTES);
    (!algorithms.is_empty() && !is_weak).then(|| Key { id: jwk.common.key_id.clone(), algorithms, decoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_safe(keys: &Keys) {
        assert!(!keys.0.is_empty());
        for key in &keys.0 {
            assert!(!key.algorithms.is_empty());
            for secret in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                assert!(!key.algorithms.contains(&secret), "what is published is no secret");
            }
            if let DecodingKeyKind::RsaModulusExponent { n, .. } = key.decoding.kind() {
                let bytes = n.iter().skip_while(|byte| **byte == 0).count();
                assert!(bytes >= LEAST_RSA_BYTES, "{bytes} bytes are too weak");
            }
        }
        assert_eq!(keys.candidates(None, Algorithm::HS256).count(), 0);
    }

    #[test]
    fn fuzz_keys() {
        fuzz::check("keys", |bytes| {
            if let Ok(keys) = Keys::from_set(bytes) {
                are_safe(&keys);
            }
            if let Ok(keys) = Keys::from_pem(bytes) {
                are_safe(&keys);
                let blocks = pem::parse_many(bytes).expect("it was read");
                assert_eq!(blocks.len(), keys.0.len(), "no block is passed over");
                assert!(!blocks.iter().any(|block| block.tag().contains("PRIVATE")));
            }
        });
    }
}
