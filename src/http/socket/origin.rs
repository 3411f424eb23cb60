//! Which pages may open a socket. Browsers send cookies and credentials of the network with any of them.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// No origin (not a browser), the server's own, or one that the settings name.
pub(super) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    let Some(origin) = text(ORIGIN) else { return true };
    let own = text(HOST).is_some_and(|host| {
        origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
    });
    own || allowed.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
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
