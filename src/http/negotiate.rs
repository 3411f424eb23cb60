//! Media types of GraphQL over HTTP.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

/// Media types of an answer, in the order of our preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status code tells what became of the request.
    Response,
    /// `application/json`: 200 even for a document that could not be executed, as older clients expect.
    Json,
}

impl MediaType {
    /// Value of the `Content-Type` header.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// What the client accepts. `None` when nothing that we can write.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut accepted: Vec<(f32, MediaType)> = Vec::new();
        let mut asks = false;
        for value in headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()) {
            for range in value.split(',').filter(|range| !range.trim().is_empty()) {
                asks = true;
                let (name, weight) = weighted(range);
                let media_type = match name.as_str() {
                    "application/graphql-response+json" => Self::Response,
                    "application/json" | "application/*" | "*/*" => Self::Json,
                    _ => continue,
                };
                if weight > 0.0 {
                    accepted.push((weight, media_type));
                }
            }
        }
        if !asks {
            return Some(Self::Json);
        }
        let best = accepted.iter().map(|(weight, _)| *weight).fold(0.0, f32::max);
        let is_best = |media_type: Self| accepted.contains(&(best, media_type)).then_some(media_type);
        is_best(Self::Response).or_else(|| is_best(Self::Json))
    }
}

/// The request carries JSON. Anything else could be sent by a form of a foreign page.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"))
}

fn weighted(range: &str) -> (String, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|weight| weight.parse().ok());
    (name, weight.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn accept_is_read_with_weights_and_wildcards() {
        for (accept, expected) in [
            (None, Some(MediaType::Json)),
            (Some("*/*"), Some(MediaType::Json)),
            (Some("application/graphql-response+json"), Some(MediaType::Response)),
            (Some("application/graphql-response+json, application/json;q=0.9"), Some(MediaType::Response)),
            (Some("application/json, application/graphql-response+json"), Some(MediaType::Response)),
            (Some("application/graphql-response+json;q=0.5, application/json"), Some(MediaType::Json)),
            (Some("application/graphql-response+json;q=0, text/html"), None),
            (Some("text/html"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(MediaType::accepted(&headers), expected, "{accept:?}");
        }
    }
}
