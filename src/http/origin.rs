//! Which pages may call: open sockets, and read answers over HTTP (CORS). None but the server's own, unless settings name it.

use std::time::Duration;

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, Method};
use tower::layer::util::Identity;
use tower::util::{Either, option_layer};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser need not ask again; Chromium's longest.
const KEPT: Duration = Duration::from_secs(2 * 3_600);

/// No origin (not a browser), the server's own, or one that the settings name.
pub(super) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    let Some(origin) = text(ORIGIN) else { return true };
    let own = text(HOST).is_some_and(|host| {
        origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
    });
    own || is_named(origin, allowed)
}

fn is_named(origin: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

/// Lets pages of these origins read answers. Tokens come in a header that the page sets itself, so credentials of the
/// browser (cookies) are not let in.
pub(super) fn layer(allowed: &[String]) -> Either<CorsLayer, Identity> {
    let listed = allowed.to_vec();
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            origin.to_str().is_ok_and(|origin| is_named(origin, &listed))
        }))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("graphql-client-name"),
            HeaderName::from_static("graphql-client-version"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([RETRY_AFTER, WWW_AUTHENTICATE])
        .max_age(KEPT);
    option_layer((!allowed.is_empty()).then_some(layer))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_own_and_named_origins_are_allowed() {
        let allowed = ["https://console.example.com/".to_owned()];
        for (origin, expected) in [
            (None, true),
            (Some("https://sync.example.com"), true),
            (Some("https://console.example.com"), true),
            (Some("https://evil.example.com"), false),
            (Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("sync.example.com"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(is_allowed(&headers, &allowed), expected, "{origin:?}");
        }
    }
}
