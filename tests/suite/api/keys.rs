//! Tokens that somebody else signs: with keys from a file, and with keys that an identity provider publishes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, KeyPair};
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use axum::http::StatusCode;
use chrono::TimeDelta;
use contact_sync::app;
use contact_sync::config::AuthArgs;
use contact_sync::domain::Clock;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{code, post, read};
use crate::world::{Database, Wishes, World};

const ISSUER: &str = "https://id.corp.example";

/// A key pair as an identity provider has it.
#[derive(Clone)]
pub struct Signer {
    algorithm: Algorithm,
    pub private: EncodingKey,
    private_pem: String,
    pub public_pem: String,
    public: DecodingKey,
}

impl Signer {
    pub fn new(algorithm: Algorithm) -> Signer {
        let (private, public) = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => {
                let kind = if algorithm == Algorithm::ES256 {
                    &ECDSA_P256_SHA256_FIXED_SIGNING
                } else {
                    &ECDSA_P384_SHA384_FIXED_SIGNING
                };
                let pair = EcdsaKeyPair::generate(kind).unwrap();
                (pair.to_pkcs8v1().unwrap().as_ref().to_vec(), der(pair.public_key()))
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().unwrap();
                (pair.to_pkcs8v1().unwrap().as_ref().to_vec(), der(pair.public_key()))
            }
            _ => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
                (AsDer::as_der(&pair).unwrap().as_ref().to_vec(), der(pair.public_key()))
            }
        };
        let pem = |tag: &str, der: Vec<u8>| pem::encode(&pem::Pem::new(tag, der));
        let (private_pem, public_pem) = (pem("PRIVATE KEY", private), pem("PUBLIC KEY", public));
        let (from, to) = (private_pem.as_bytes(), public_pem.as_bytes());
        let (private, public) = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => (EncodingKey::from_ec_pem(from), DecodingKey::from_ec_pem(to)),
            Algorithm::EdDSA => (EncodingKey::from_ed_pem(from), DecodingKey::from_ed_pem(to)),
            _ => (EncodingKey::from_rsa_pem(from), DecodingKey::from_rsa_pem(to)),
        };
        Signer { algorithm, private: private.unwrap(), public: public.unwrap(), private_pem, public_pem }
    }

    fn sign(&self, id: Option<&str>, claims: &Value) -> String {
        encode(&Header { kid: id.map(str::to_owned), ..Header::new(self.algorithm) }, claims, &self.private).unwrap()
    }

    /// The public half as it stands in a set.
    pub fn jwk(&self, id: &str) -> Value {
        let mut jwk = serde_json::to_value(Jwk::from_decoding_key(&self.public, None).unwrap()).unwrap();
        jwk["kid"] = json!(id);
        jwk
    }
}

fn der(key: &impl AsDer<PublicKeyX509Der<'static>>) -> Vec<u8> {
    key.as_der().unwrap().as_ref().to_vec()
}

fn args() -> AuthArgs {
    AuthArgs {
        jwt_secret_file: None,
        jwt_public_key_file: Vec::new(),
        jwt_jwks_url: None,
        jwt_issuer: Some(ISSUER.to_owned()),
        jwt_audience: Some("contact-sync".to_owned()),
        jwt_role_claim: "groups".to_owned(),
        jwt_role_map: vec!["admins@corp.example=ADMIN".to_owned(), "everybody=VIEWER".to_owned()],
        jwt_email_claim: "email".to_owned(),
    }
}

async fn world(args: AuthArgs) -> World {
    let folder = std::env::temp_dir();
    let make = move |clock| app::tokens(&args, &folder, clock).unwrap().auth;
    World::with(Database::sqlite(), Wishes { auth: Some(Box::new(make)), ..Wishes::default() }).await
}

fn claims(world: &World) -> Value {
    json!({ "sub": "ann", "email": "ann@corp.example", "groups": ["everybody", "admins@corp.example"], "iss": ISSUER,
        "aud": ["another", "contact-sync"], "exp": world.clock.now().timestamp() + 86_400 })
}

/// Status, and the role or the code of the error.
async fn ask(world: &World, token: &str) -> (u16, String) {
    let (status, body) = read(post(world).bearer_auth(token).json(&json!({ "query": "{ viewer { role } }" }))).await;
    let role = body["data"]["viewer"]["role"].as_str().unwrap_or_else(|| code(&body)).to_owned();
    (status, role)
}

fn ok() -> (u16, String) {
    (200, "ADMIN".to_owned())
}

fn refused() -> (u16, String) {
    (401, "UNAUTHENTICATED".to_owned())
}

#[tokio::test]
async fn keys_of_a_file_check_only_what_their_kind_may_sign() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];
    let signers = kinds.map(Signer::new);
    let (one, many) = (folder.path().join("one.pem"), folder.path().join("many.pem"));
    std::fs::write(&one, &signers[0].public_pem).unwrap();
    std::fs::write(&many, signers[1..].iter().map(|signer| signer.public_pem.clone()).collect::<String>()).unwrap();
    let world = world(AuthArgs { jwt_public_key_file: vec![one, many], ..args() }).await;
    let claims = claims(&world);
    for signer in &signers {
        assert_eq!(ask(&world, &signer.sign(None, &claims)).await, ok(), "{:?}", signer.algorithm);
        assert_eq!(ask(&world, &signer.sign(Some("any"), &claims)).await, ok(), "{:?}", signer.algorithm);
        let stranger = Signer::new(signer.algorithm);
        assert_eq!(ask(&world, &stranger.sign(None, &claims)).await, refused(), "{:?}", signer.algorithm);
        // The classic: what everybody may know, used as the secret of an HMAC.
        for secret in [signer.public_pem.as_bytes(), signer.public_pem.trim().as_bytes()] {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let forged = encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret)).unwrap();
                assert_eq!(ask(&world, &forged).await, refused(), "{algorithm:?}");
            }
        }
    }
    for algorithm in [Algorithm::RS512, Algorithm::PS256] {
        let signer = Signer { algorithm, ..signers[0].clone() };
        assert_eq!(ask(&world, &signer.sign(None, &claims)).await, ok(), "{algorithm:?}");
    }
    let good = signers[0].sign(None, &claims);
    let body = good.split('.').nth(1).unwrap();
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIn0"] {
        assert_eq!(ask(&world, &format!("{header}.{body}.")).await, refused(), "none");
    }
    for (name, value) in [("iss", json!("https://id.evil.example")), ("aud", json!(["another"])), ("groups", json!([]))]
    {
        let mut wrong = claims.clone();
        wrong[name] = value;
        assert_eq!(ask(&world, &signers[0].sign(None, &wrong)).await, refused(), "{name}");
    }
}

/// An identity provider: what it publishes, and how often it was asked.
struct Provider {
    url: String,
    answer: watch::Sender<(StatusCode, Value)>,
    asked: Arc<AtomicUsize>,
    server: tokio::task::JoinHandle<()>,
}

impl Provider {
    async fn new(keys: Value) -> Provider {
        let answer = watch::Sender::new((StatusCode::OK, json!({ "keys": keys })));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, count) = (answer.clone(), Arc::clone(&asked));
        let handler = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            let (status, body) = told.borrow().clone();
            (status, axum::Json(body))
        };
        let router = axum::Router::new().route("/keys", axum::routing::get(handler));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Provider { url, answer, asked, server }
    }

    fn publish(&self, keys: Value) {
        self.answer.send_replace((StatusCode::OK, json!({ "keys": keys })));
    }

    fn fail(&self) {
        self.answer.send_replace((StatusCode::INTERNAL_SERVER_ERROR, json!(null)));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn world(&self) -> World {
        world(AuthArgs { jwt_jwks_url: Some(self.url.clone()), ..args() }).await
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[tokio::test]
async fn published_keys_are_kept_and_read_again_when_a_token_names_a_new_one() {
    let (old, new) = (Signer::new(Algorithm::RS256), Signer::new(Algorithm::ES256));
    let provider = Provider::new(json!([old.jwk("1")])).await;
    let world = provider.world().await;
    let claims = claims(&world);
    for _ in 0..3 {
        assert_eq!(ask(&world, &old.sign(Some("1"), &claims)).await, ok());
    }
    assert_eq!(provider.asked(), 1, "read at the start, and kept");
    provider.publish(json!([old.jwk("1"), new.jwk("2")]));
    assert_eq!(ask(&world, &new.sign(Some("2"), &claims)).await, refused(), "not so soon after the last reading");
    assert_eq!(provider.asked(), 1);
    world.clock.advance(TimeDelta::seconds(5));
    let token = new.sign(Some("2"), &claims);
    let asked = futures_util::future::join_all((0..5).map(|_| ask(&world, &token))).await;
    assert!(asked.iter().all(|answer| *answer == ok()), "{asked:?}");
    assert_eq!(provider.asked(), 2, "one reading for all who wait");
    for nonsense in 0..5 {
        assert_eq!(
            ask(&world, &new.sign(Some(&nonsense.to_string()), &claims)).await.0,
            if nonsense == 2 { 200 } else { 401 }
        );
    }
    assert_eq!(provider.asked(), 2, "names at random do not flood the provider");
    // The old key is withdrawn: gone after ten minutes at the latest.
    provider.publish(json!([new.jwk("2")]));
    assert_eq!(ask(&world, &old.sign(Some("1"), &claims)).await, ok());
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(ask(&world, &old.sign(Some("1"), &claims)).await, refused());
    assert_eq!(ask(&world, &new.sign(None, &claims)).await, ok(), "a token may leave the name out");
}

#[tokio::test]
async fn an_outage_of_the_provider_locks_nobody_out_and_is_not_the_callers_fault() {
    let signer = Signer::new(Algorithm::EdDSA);
    let provider = Provider::new(json!([])).await;
    provider.fail();
    let world = provider.world().await;
    let token = signer.sign(Some("1"), &claims(&world));
    let response =
        post(&world).bearer_auth(&token).json(&json!({ "query": "{ viewer { role } }" })).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    assert_eq!(code(&response.json().await.unwrap()), "UPSTREAM_UNAVAILABLE");
    provider.publish(json!([signer.jwk("1")]));
    world.clock.advance(TimeDelta::seconds(5));
    assert_eq!(ask(&world, &token).await, ok());
    provider.fail();
    world.clock.advance(TimeDelta::hours(1));
    for _ in 0..3 {
        assert_eq!(ask(&world, &token).await, ok(), "the old keys are kept");
    }
    assert_eq!(ask(&world, &signer.sign(Some("2"), &claims(&world))).await, refused());
}

#[tokio::test]
async fn keys_that_are_not_meant_for_tokens_are_passed_over() {
    let signers = [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA].map(Signer::new);
    let with = |signer: &Signer, id: &str, name: &str, value: Value| {
        let mut jwk = signer.jwk(id);
        jwk[name] = value;
        jwk
    };
    let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA";
    let provider = Provider::new(json!([
        with(&signers[0], "encrypts", "use", json!("enc")),
        with(&signers[0], "wraps", "key_ops", json!(["wrapKey"])),
        with(&signers[0], "only-ps", "alg", json!("PS256")),
        with(&signers[1], "mixed", "alg", json!("RS256")),
        { "kty": "oct", "kid": "secret", "k": secret },
        { "kty": "LATTICE", "kid": "new", "x": "AA" },
        { "kty": "RSA", "kid": "broken" },
        "nonsense",
        with(&signers[0], "rsa", "alg", json!("RS256")),
        with(&signers[1], "ec", "use", json!("sig")),
        with(&signers[2], "ec-384", "key_ops", json!(["verify"])),
        signers[3].jwk("ed"),
    ]))
    .await;
    let world = provider.world().await;
    let claims = claims(&world);
    for (signer, id) in signers.iter().zip(["rsa", "ec", "ec-384", "ed"]) {
        assert_eq!(ask(&world, &signer.sign(Some(id), &claims)).await, ok(), "{id}");
    }
    for (signer, id) in [(0, "encrypts"), (0, "wraps"), (0, "only-ps"), (1, "mixed"), (0, "ec"), (3, "rsa")] {
        assert_eq!(ask(&world, &signers[signer].sign(Some(id), &claims)).await, refused(), "{id}");
    }
    let key = EncodingKey::from_base64_secret("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==").unwrap();
    for id in ["secret", "rsa"] {
        let header = Header { kid: Some(id.to_owned()), ..Header::new(Algorithm::HS256) };
        assert_eq!(ask(&world, &encode(&header, &claims, &key).unwrap()).await, refused(), "{id}");
    }
}

#[test]
fn wrong_settings_of_tokens_are_named_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        vec![path]
    };
    let rsa = Signer::new(Algorithm::RS256);
    let certificate =
        pem::encode(&pem::Pem::new("PUBLIC KEY", der(RsaKeyPair::generate(KeySize::Rsa2048).unwrap().public_key())));
    let url = |url: &str| Some(url.to_owned());
    for (args, said) in [
        (
            AuthArgs { jwt_public_key_file: vec!["missing.pem".into()], ..args() },
            "cannot read the public keys in missing.pem",
        ),
        (AuthArgs { jwt_public_key_file: file("a.pem", "hello"), ..args() }, "holds no key in PEM format"),
        (AuthArgs { jwt_public_key_file: file("b.pem", &rsa.private_pem), ..args() }, "openssl pkey -in FILE -pubout"),
        (
            AuthArgs {
                jwt_public_key_file: file("c.pem", &certificate.replace("PUBLIC KEY", "CERTIFICATE")),
                ..args()
            },
            "openssl x509",
        ),
        (AuthArgs { jwt_jwks_url: url("keys"), ..args() }, "is not a URL"),
        (AuthArgs { jwt_jwks_url: url("http://id.corp.example/keys"), ..args() }, "must be an https URL"),
        (AuthArgs { jwt_jwks_url: url("file:///etc/keys"), ..args() }, "must be an https URL"),
        (AuthArgs { jwt_role_map: vec!["admins".to_owned()], ..args() }, "write GROUP=ROLE or ADDRESS=ROLE"),
        (AuthArgs { jwt_issuer: url(" "), ..args() }, "--jwt-issuer is empty"),
    ] {
        let clock: Arc<dyn Clock> = Arc::new(app::SystemClock);
        let error = app::tokens(&args, folder.path(), clock).unwrap_err().to_string();
        assert!(error.contains(said), "{said}: {error}");
        assert!(!error.contains("MII"), "no part of a key is repeated: {error}");
    }
}
