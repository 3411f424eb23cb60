//! A plain client, and a sandbox whose ledger is checked against the discovery documents at the end.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use sandbox::{Options, Sandbox, Workspace, conformance};
use serde_json::{Value, json};

pub(crate) const CONTACTS: &str = "https://www.googleapis.com/auth/contacts";
pub(crate) const DIRECTORY: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly https://www.googleapis.com/auth/admin.directory.customer.readonly https://www.googleapis.com/auth/admin.directory.domain.readonly";
pub(crate) const SOURCE: &str = "sources=READ_SOURCE_TYPE_CONTACT";

/// A sandbox and a way to call it.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
}

/// A user's access token.
pub(crate) struct As<'a> {
    stage: &'a Stage,
    token: String,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// Starts with a clock that stands still until moved.
    pub(crate) async fn with(options: Options) -> Self {
        let start: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
        let micros = AtomicI64::new(0);
        let clock = Arc::new(move || start + TimeDelta::microseconds(micros.fetch_add(1, Ordering::Relaxed)));
        let options = Options { control: true, clock, ..options };
        let sandbox = Sandbox::start(options, Workspace::sample()).await.unwrap();
        Self { sandbox, http: reqwest::Client::new() }
    }

    /// Starts with the machine's clock.
    pub(crate) async fn with_real_clock() -> Self {
        let options = Options { control: true, ..Options::default() };
        let sandbox = Sandbox::start(options, Workspace::sample()).await.unwrap();
        Self { sandbox, http: reqwest::Client::new() }
    }

    /// The claims a correct client signs.
    pub(crate) fn claims(&self, email: &str, scope: &str) -> Value {
        let now = self.sandbox.now().timestamp();
        json!({
            "iss": self.sandbox.key()["client_email"],
            "sub": email,
            "scope": scope,
            "aud": format!("{}/token", self.sandbox.url()),
            "iat": now,
            "exp": now + 3_600,
        })
    }

    pub(crate) async fn exchange(&self, claims: &Value) -> (u16, Value) {
        let key = self.sandbox.key();
        let mut header = Header::new(Algorithm::RS256);
        header.kid = key["private_key_id"].as_str().map(str::to_owned);
        let pem = EncodingKey::from_rsa_pem(key["private_key"].as_str().unwrap().as_bytes()).unwrap();
        self.exchange_assertion(&jsonwebtoken::encode(&header, claims, &pem).unwrap()).await
    }

    pub(crate) async fn exchange_assertion(&self, assertion: &str) -> (u16, Value) {
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        let answer = self.http.post(format!("{}/token", self.sandbox.url())).form(&form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn user(&self, local: &str) -> As<'_> {
        self.with_scope(&format!("{local}@corp.example"), CONTACTS).await
    }

    pub(crate) async fn admin(&self) -> As<'_> {
        self.with_scope(&self.sandbox.admin_email(), DIRECTORY).await
    }

    pub(crate) async fn with_scope(&self, email: &str, scope: &str) -> As<'_> {
        let (status, body) = self.exchange(&self.claims(email, scope)).await;
        assert_eq!(status, 200, "{body}");
        As { stage: self, token: body["access_token"].as_str().unwrap().to_owned() }
    }

    /// Every request so far conforms to the discovery documents, except those meant to be wrong.
    pub(crate) fn conforms(&self) {
        for entry in self.sandbox.ledger() {
            if entry.status != 400 && !entry.id.is_empty() {
                conformance::check(&entry).unwrap();
            }
        }
    }

    pub(crate) async fn control(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/control/{path}", self.sandbox.url());
        let answer = self.http.request(method, url).json(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }
}

impl As<'_> {
    pub(crate) async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<(u16, Value)> {
        let url = format!("{}{path}", self.stage.sandbox.url());
        let mut request = self.stage.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.try_call(method, path, body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PATCH, path, Some(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call(Method::DELETE, path, None).await
    }

    /// Creates a contact that must be accepted.
    pub(crate) async fn create(&self, person: Value) -> Value {
        let (status, person) = self.post("/v1/people:createContact", person).await;
        assert_eq!(status, 200, "{person}");
        person
    }

    pub(crate) async fn list(&self, query: &str) -> (u16, Value) {
        self.get(&format!("/v1/people/me/connections?{query}")).await
    }
}

pub(crate) fn named(given: &str) -> Value {
    json!({ "names": [{ "givenName": given }] })
}

pub(crate) fn message(body: &Value) -> &str {
    body["error"]["message"].as_str().unwrap_or_default()
}

pub(crate) fn given_names(list: &Value) -> Vec<String> {
    let people = list["connections"].as_array().into_iter().flatten();
    people.map(|person| person["names"][0]["givenName"].as_str().unwrap_or("-").to_owned()).collect()
}
