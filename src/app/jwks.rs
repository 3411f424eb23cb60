//! Reads the keys that an identity provider publishes.

use std::sync::Arc;

use reqwest::redirect::Policy;
use url::{Host, Url};

use crate::http::FetchKeys;

/// Bytes of the largest set that is read. Providers publish a handful of keys of a few kilobytes.
const MOST_BYTES: usize = 256 * 1024;

/// Why a URL cannot be the one of keys, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    /// Not a URL.
    #[error("'{0}' (--jwt-jwks-url) is not a URL: {1}. Your provider names it as jwks_uri in its openid-configuration")]
    Malformed(String, url::ParseError),
    /// Anybody on the way could put keys into the answer.
    #[error("'{0}' (--jwt-jwks-url) must be an https URL; http is allowed only on this machine")]
    Insecure(Url),
    /// There is no client.
    #[error("keys cannot be read over HTTP: {0}")]
    Client(#[from] reqwest::Error),
}

/// Reads the set at this URL.
///
/// # Errors
/// When the URL cannot be the one of keys.
pub(super) fn fetch(url: &str) -> Result<FetchKeys, UrlError> {
    let url = Url::parse(url).map_err(|error| UrlError::Malformed(url.to_owned(), error))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && is_here) {
        return Err(UrlError::Insecure(url));
    }
    // A redirect could lead from https to http.
    let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
    Ok(Arc::new(move || {
        let request = client.get(url.clone()).header("accept", "application/json");
        Box::pin(async move { read(request).await })
    }))
}

async fn read(request: reqwest::RequestBuilder) -> Result<Vec<u8>, String> {
    let mut response = request.send().await.map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("the answer has the status {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_BYTES {
            return Err(format!("the answer is longer than {MOST_BYTES} bytes"));
        }
    }
    Ok(bytes)
}
