//! What holds for every token, whoever made it.

use std::future::{Future, ready};
use std::pin::Pin;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use secrecy::SecretString;

use super::*;
use crate::domain::{Role, Time};

const SECRET: &str = "the secret of a test, of 32 bytes";
/// A key to which nobody has the private half any more.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAthZa6Fcc/pqOEmVvcA8w
holB7rHtqXxzHnYZkVrgijEANLGvVePB4lF/7J+XimPPjq45OxWHcoryOqnAazNn
hoSVI7F0U1nKpys+d8fz0KppNzdKuQDg3LiCwOP3SHCGhVzDAn0pHfp2BFC0NoA1
T0dIH953ZC04DzDo3BV3sL4nYtBAZCN1u1h9B3ZfhcqcId1Aw0AEaIBFgxG4z4QT
bAskVb20f83NIgjdDNWVNCRIylOTj589eyAQhFj34CI7Vt19n8dq/MXLjgN/h/6I
FjKO88EQpj57dk/COjZ3hPGOxeF4grM/sjSeHQCJb5wMu/fWkp3XAjl+YOuaY6Po
kQIDAQAB
-----END PUBLIC KEY-----";

/// A clock that stands still.
struct Still;

impl Still {
    const NOW: i64 = 1_800_000_000;
}

impl Clock for Still {
    fn now(&self) -> Time {
        Time::from_timestamp(Self::NOW, 0).expect("an instant")
    }

    fn reach(&self, _: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(ready(()))
    }

    fn pause(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(ready(()))
    }
}

fn auth(keys: Keys) -> Auth {
    Auth::fixed(keys, Rules::default(), Arc::new(Still))
}

fn viewer(auth: &Auth, token: &str) -> Result<Viewer, AuthError> {
    auth.viewer(token).now_or_never().expect("fixed keys are there at once")
}

/// A token of any header and claims, with a signature of HS256.
fn signed(header: &[u8], claims: &[u8], secret: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A text, or one of a list.
fn is_or_has(value: &Value, wanted: &str) -> bool {
    *value == wanted || value.as_array().is_some_and(|values| values.iter().any(|value| *value == wanted))
}

#[test]
fn fuzz_tokens() {
    let ours = auth(Keys::secret(&SecretString::from(SECRET)));
    let theirs = auth(Keys::from_pem(PUBLIC.as_bytes()).unwrap());
    // A header in the first line, then the claims.
    fuzz::check("tokens", move |bytes| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            assert!(viewer(&ours, text).is_err(), "nobody signs by chance");
        }
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let (header, claims) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
        let token = signed(header, claims, SECRET);
        let (message, signature) = token.rsplit_once('.').expect("three parts");
        let other = if signature.starts_with('A') { "B" } else { "A" };
        for forged in [
            signed(header, claims, "another secret of a test, of 41 bytes"),
            format!("{message}."),
            message.to_owned(),
            format!("{message}.{other}{}", &signature[1..]),
            format!("{message}A.{signature}"),
        ] {
            assert!(viewer(&ours, &forged).is_err(), "{forged}");
        }
        for secret in [PUBLIC, SECRET, ""] {
            assert!(viewer(&theirs, &signed(header, claims, secret)).is_err(), "a public key is no secret");
        }
        let Ok(viewer) = viewer(&ours, &token) else { return };
        let header: Value = serde_json::from_slice(header).expect("it was read");
        assert_eq!(header["alg"], "HS256");
        let claims: Value = serde_json::from_slice(claims).expect("they were read");
        assert!(is_or_has(&claims["iss"], "contact-sync") && is_or_has(&claims["aud"], "contact-sync"), "{claims}");
        assert_eq!(claims["sub"], viewer.subject);
        assert!(!viewer.subject.is_empty() && !viewer.subject.chars().any(char::is_control));
        #[expect(clippy::cast_precision_loss, reason = "the instant has 31 bits")]
        let now = Still::NOW as f64;
        assert!(claims["exp"].as_f64().is_some_and(|expires| expires > now), "{claims}");
        assert!(claims["nbf"].as_f64().is_none_or(|begins| begins < now + 1.0), "{claims}");
        assert!(viewer.expires_at > Still.now());
        let roles = Role::ALL.iter().filter(|role| {
            let is_it = |value: &Value| value.as_str().is_some_and(|name| name.eq_ignore_ascii_case(role.name()));
            is_it(&claims["role"]) || claims["role"].as_array().is_some_and(|roles| roles.iter().any(is_it))
        });
        assert_eq!(roles.max(), Some(&viewer.role), "{claims}");
        if let Some(email) = &viewer.email {
            assert!(claims["email"].as_str().is_some_and(|said| said.trim().eq_ignore_ascii_case(email.as_str())));
            assert!(["", "true"].contains(&claims["email_verified"].as_str().unwrap_or_default()));
            assert_ne!(claims["email_verified"], Value::Bool(false), "{claims}");
        }
    });
}
