//! Requests as they come in: JSON in a body or on a socket, parameters in a URL.

use std::time::Duration;

use async_graphql::Request;
use axum::body::{Body, Bytes, to_bytes};
use serde_json::{Map, Value};
use tokio::time::timeout;

const SHAPE: &str = "A request is {\"query\": …, \"variables\": {…}, \"operationName\": …}.";

/// What a client asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: Request,
    /// `documentId` of the appendix on persisted documents.
    pub(super) document_id: Option<String>,
}

/// A request of its JSON form. What is null is not there, and what is not known is passed over.
pub(super) fn from_json(value: Value) -> Result<Asked, &'static str> {
    let Value::Object(mut object) = value else { return Err(SHAPE) };
    object.retain(|_, value| !value.is_null());
    let document_id = match object.remove("documentId") {
        None => None,
        Some(Value::String(id)) => Some(id),
        Some(_) => return Err("documentId is a text."),
    };
    let is_persisted = document_id.is_some() || object.get("extensions").is_some_and(names_a_document);
    match object.get("query") {
        Some(Value::String(_)) => {}
        None if is_persisted => {}
        Some(_) | None => return Err(SHAPE),
    }
    let request = serde_json::from_value(Value::Object(object)).map_err(|_| SHAPE)?;
    Ok(Asked { request, document_id })
}

fn names_a_document(extensions: &Value) -> bool {
    extensions.get("persistedQuery").is_some_and(|persisted| !persisted.is_null())
}

/// A request in the query of a URL. What is empty is not there.
pub(super) fn from_url(query: &str) -> Result<Asked, &'static str> {
    let mut object = Map::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
        let value = match key.as_ref() {
            "query" | "operationName" | "documentId" => value.into(),
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| "The parameters variables and extensions are JSON.")?
            }
            _ => continue,
        };
        object.insert(key.into_owned(), value);
    }
    from_json(Value::Object(object))
}

/// Why a body cannot be read.
pub(super) enum BodyError {
    /// Longer than is allowed.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// It broke off.
    Incomplete,
    /// It is no request.
    Malformed(&'static str),
}

/// The request in a body.
pub(super) async fn from_body(body: Body, most: usize, time: Duration) -> Result<Asked, BodyError> {
    let bytes: Bytes = match timeout(time, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if is_too_large(&error) => return Err(BodyError::TooLarge),
        Ok(Err(_)) => return Err(BodyError::Incomplete),
        Err(_) => return Err(BodyError::TooSlow),
    };
    let value = serde_json::from_slice(&bytes).map_err(|_| BodyError::Malformed("The body is not JSON."))?;
    if matches!(value, Value::Array(_)) {
        let message = "Batches are not served; send one document, which may have many fields.";
        return Err(BodyError::Malformed(message));
    }
    from_json(value).map_err(BodyError::Malformed)
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzz_requests() {
        fuzz::check("requests", |bytes| {
            let json = serde_json::from_slice::<Value>(bytes).ok();
            if let Some(Ok(asked)) = json.map(from_json) {
                // The same request in a URL.
                let mut url = url::form_urlencoded::Serializer::new(String::new());
                url.append_pair("query", &asked.request.query);
                for (key, value) in
                    [("operationName", &asked.request.operation_name), ("documentId", &asked.document_id)]
                {
                    url.append_pair(key, value.as_deref().unwrap_or_default());
                }
                if !asked.request.query.is_empty() {
                    let again = from_url(&url.finish()).expect("it has a document");
                    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
                    assert_eq!(again.request.query, asked.request.query);
                    assert_eq!(again.request.operation_name, filled(asked.request.operation_name));
                    assert_eq!(again.document_id, filled(asked.document_id));
                }
            }
            if let Ok(asked) = from_url(&String::from_utf8_lossy(bytes)) {
                let is_persisted = asked.request.extensions.contains_key("persistedQuery");
                assert!(!asked.request.query.is_empty() || asked.document_id.is_some() || is_persisted);
            }
        });
    }
}
