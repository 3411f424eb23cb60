//! Media types of GraphQL over HTTP and over event streams.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// Media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status code tells what became of the request.
    Response,
    /// `application/json`: 200 even for a document that could not be executed, as older clients expect.
    Json,
    /// `text/event-stream`: any number of answers.
    Events,
}

impl MediaType {
    /// Value of the `Content-Type` header.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Events => "text/event-stream; charset=utf-8",
        }
    }
}

/// What a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accepted {
    /// Media type of a single answer.
    pub(super) best: MediaType,
    /// An event stream is accepted too.
    pub(super) events: bool,
}

impl Accepted {
    /// Of media types with the same weight, in the order of our preference. `None` when it accepts nothing that we can write.
    /// An event stream is asked for by name: `*/*` comes from clients that expect a single answer.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let texts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<(String, f32)> =
            texts.flat_map(|text| text.split(',')).filter(|range| !range.trim().is_empty()).map(weighted).collect();
        if ranges.is_empty() {
            return Some(Self { best: MediaType::Json, events: false });
        }
        let weight = |names: &[&str]| {
            // The most specific range that matches counts (RFC 9110 §12.5.1); the names go from it to the least.
            let found = names.iter().find_map(|name| ranges.iter().find(|(range, _)| range == name));
            found.map_or(0.0, |(_, weight)| *weight)
        };
        // Wildcards come from clients that know nothing of the newer media type.
        let response = weight(&["application/graphql-response+json"]);
        let json = weight(&["application/json", "application/*", "*/*"]);
        let events = weight(&["text/event-stream", "text/*"]);
        let offers = [(response, MediaType::Response), (json, MediaType::Json), (events, MediaType::Events)];
        let best = offers.into_iter().filter(|(weight, _)| *weight > 0.0);
        let best = best.reduce(|best, offer| if offer.0 > best.0 { offer } else { best });
        best.map(|(_, best)| Self { best, events: events > 0.0 })
    }
}

/// The request carries JSON in UTF-8 as it is. Anything else could be sent by a form of a foreign page.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?").trim());
    let is_plain = text(CONTENT_ENCODING).is_none_or(|encoding| encoding.eq_ignore_ascii_case("identity"));
    let mut parts = text(CONTENT_TYPE).unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    is_plain && is_json && is_utf8 && headers.get_all(CONTENT_TYPE).iter().count() == 1
}

fn weighted(range: &str) -> (String, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
    let weight = weight.and_then(|(_, weight)| weight.parse::<f32>().ok()).filter(|weight| weight.is_finite());
    (name, weight.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn accept_is_read_with_weights_and_wildcards() {
        let only = |best| Some(Accepted { best, events: false });
        let also = |best| Some(Accepted { best, events: true });
        for (accept, expected) in [
            (None, only(MediaType::Json)),
            (Some(""), only(MediaType::Json)),
            (Some("*/*"), only(MediaType::Json)),
            (Some("application/*"), only(MediaType::Json)),
            (Some("Application/GraphQL-Response+JSON; charset=utf-8"), only(MediaType::Response)),
            (Some("application/graphql-response+json, application/json;q=0.9"), only(MediaType::Response)),
            (Some("application/json, application/graphql-response+json"), only(MediaType::Response)),
            (Some("application/graphql-response+json;q=0.5, application/json"), only(MediaType::Json)),
            (Some("application/graphql-response+json;q=0, */*;q=0.1"), only(MediaType::Json)),
            (Some("application/json;q=0, */*"), None),
            (Some("application/graphql-response+json;q=0, text/html"), None),
            (Some("text/html"), None),
            (Some("text/event-stream"), also(MediaType::Events)),
            (Some("text/*"), also(MediaType::Events)),
            (Some("text/event-stream;q=0.5, application/json;q=0.4"), also(MediaType::Events)),
            (Some("application/json, text/event-stream, multipart/mixed"), also(MediaType::Json)),
            (Some("text/event-stream;q=0, application/json"), only(MediaType::Json)),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(Accepted::of(&headers), expected, "{accept:?}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_taken() {
        for (lines, encoding, expected) in [
            (&["application/json"][..], None, true),
            (&["Application/JSON ; Charset=\"UTF-8\""], None, true),
            (&["application/json"], Some("identity"), true),
            (&["application/json; charset=utf-16"], None, false),
            (&["application/json"], Some("gzip"), false),
            (&["text/plain, application/json"], None, false),
            (&["text/plain", "application/json"], None, false),
            (&["application/json+x"], None, false),
            (&[], None, false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(line));
            }
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            assert_eq!(is_json(&headers), expected, "{lines:?} {encoding:?}");
        }
    }
}
