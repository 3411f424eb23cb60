//! Documents that are known by their ids: those that clients have sent before (automatic persisted queries), and those of a
//! list beside which nothing is served.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Value;
use async_graphql::parser::parse_query;
use lru::LruCache;
use sha2::{Digest, Sha256};

use super::{ApiError, Call, lexis};

/// Documents that are kept, and bytes of the longest of them: together 32 MB at most.
const KEPT: NonZeroUsize = NonZeroUsize::new(1_000).expect("not zero");
const LONGEST: usize = 32 * 1024;
/// Beginning of an id that is the hash of its document.
const HASH: &str = "sha256:";
/// Opened brackets that a listed document may have; the parser must not take the stack at the start.
const NESTING: usize = super::limits::NESTING;

type Hash = [u8; 32];

/// Documents beside which nothing is served.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    by_id: HashMap<String, Arc<str>>,
    by_hash: HashMap<Hash, Arc<str>>,
}

/// Why a list of documents cannot be used, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not the form.
    #[error("is not a JSON object of ids with their documents, {{\"<id>\": \"query …\"}}: {0}")]
    Form(serde_json::Error),
    /// No document at all.
    #[error("is empty; every request would be refused")]
    Empty,
    /// One that cannot be parsed.
    #[error("holds under the id '{0}' something that is no document: {1}")]
    Document(String, String),
}

impl Manifest {
    /// Reads a JSON object of ids with their documents, as the compilers of Relay and GraphQL Codegen write it.
    ///
    /// # Errors
    /// When it is none, or holds something that is no document.
    pub fn read(json: &[u8]) -> Result<Self, ManifestError> {
        let listed: HashMap<String, Arc<str>> = serde_json::from_slice(json).map_err(ManifestError::Form)?;
        if listed.is_empty() {
            return Err(ManifestError::Empty);
        }
        for (id, text) in &listed {
            let wrong = |what: String| ManifestError::Document(id.clone(), what);
            if lexis::measure(text).nesting > NESTING {
                return Err(wrong(format!("more than {NESTING} brackets are open at once")));
            }
            parse_query(&**text).map_err(|error| wrong(error.to_string()))?;
        }
        let by_hash = listed.values().map(|text| (hash(text), Arc::clone(text))).collect();
        Ok(Self { by_id: listed, by_hash })
    }
}

/// What is to be done once the document has passed its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Serve it.
    Free,
    /// Serve it, and keep it for clients that send its hash alone.
    Keep(Hash),
    /// Serve it only if it introspects the schema: it is not on the list.
    Unlisted,
}

/// All documents that are known.
pub(super) struct Documents {
    list: Option<Manifest>,
    kept: Mutex<LruCache<Hash, Arc<str>>>,
}

impl Documents {
    pub(super) fn new(list: Option<Manifest>) -> Self {
        Self { list, kept: Mutex::new(LruCache::new(KEPT)) }
    }

    /// Puts the document into the call that names it by its id.
    pub(super) fn find(&self, call: &mut Call) -> Result<Standing, ApiError> {
        let id = persisted(call)?.or_else(|| call.document_id.clone());
        match &self.list {
            Some(list) => listed(list, call, id.as_deref()),
            None => match id {
                Some(id) => self.known(call, &id),
                None => Ok(Standing::Free),
            },
        }
    }

    /// Keeps a document that has passed its limits.
    pub(super) fn keep(&self, hash: Hash, text: &str) {
        if text.len() <= LONGEST {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(hash, text.into());
        }
    }

    fn known(&self, call: &mut Call, id: &str) -> Result<Standing, ApiError> {
        let wanted = id.strip_prefix(HASH).and_then(unhex);
        if !call.request.query.is_empty() {
            return match wanted {
                None => Ok(Standing::Free), // an id of the client's own beside its document
                Some(wanted) if wanted == hash(&call.request.query) => Ok(Standing::Keep(wanted)),
                Some(_) => Err(ApiError::BadUserInput {
                    argument: "extensions",
                    message: "The hash is not the SHA-256 of the document.".to_owned(),
                }),
            };
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let text = wanted.and_then(|wanted| kept.get(&wanted)).ok_or(ApiError::PersistedQueryNotFound)?;
        call.request.query = text.to_string();
        Ok(Standing::Free)
    }
}

fn listed(list: &Manifest, call: &mut Call, id: Option<&str>) -> Result<Standing, ApiError> {
    if !call.request.query.is_empty() {
        let is_listed = list.by_hash.contains_key(&hash(&call.request.query));
        return Ok(if is_listed { Standing::Free } else { Standing::Unlisted });
    }
    let by_hash = |id: &str| {
        let digits = id.strip_prefix(HASH)?;
        list.by_id.get(digits).or_else(|| list.by_hash.get(&unhex(digits)?))
    };
    let text = id.and_then(|id| list.by_id.get(id).or_else(|| by_hash(id))).ok_or(ApiError::DocumentNotAllowed)?;
    call.request.query = text.to_string();
    Ok(Standing::Free)
}

/// The id of Apollo's protocol: `extensions.persistedQuery {version sha256Hash}`.
fn persisted(call: &Call) -> Result<Option<String>, ApiError> {
    let Some(value) = call.request.extensions.get("persistedQuery").filter(|value| **value != Value::Null) else {
        return Ok(None);
    };
    let Value::Object(fields) = value else { return Err(unreadable()) };
    match (fields.get("version"), fields.get("sha256Hash")) {
        (Some(Value::Number(version)), Some(Value::String(hash)))
            if version.as_i64() == Some(1) && unhex(hash).is_some() =>
        {
            Ok(Some(format!("{HASH}{hash}")))
        }
        _ => Err(unreadable()),
    }
}

fn unreadable() -> ApiError {
    ApiError::BadUserInput {
        argument: "extensions",
        message: "persistedQuery is {\"version\": 1, \"sha256Hash\": \"<64 hexadecimal digits in lower case>\"}."
            .to_owned(),
    }
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

fn unhex(text: &str) -> Option<Hash> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    if !is_hex {
        return None;
    }
    let mut hash = Hash::default();
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = digit(index * 2)?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use async_graphql::Request;

    use super::*;
    use crate::graphql::Origin;

    #[test]
    fn fuzz_manifest() {
        fuzz::check("manifest", |bytes| {
            let Ok(list) = Manifest::read(bytes) else { return };
            let listed = list.by_id.clone();
            assert!(!listed.is_empty());
            let documents = Documents::new(Some(list));
            for (id, text) in &listed {
                assert!(lexis::measure(text).nesting <= NESTING && parse_query(&**text).is_ok());
                let call = |query: &str, id: &str| {
                    let document_id = (!id.is_empty()).then(|| id.to_owned());
                    Call { request: Request::new(query), document_id, viewer: None, origin: Origin::new(None) }
                };
                let mut by_id = call("", id);
                if !id.is_empty() {
                    assert_eq!(documents.find(&mut by_id).ok(), Some(Standing::Free));
                    assert_eq!(by_id.request.query, **text);
                }
                assert_eq!(documents.find(&mut call(text, "")).ok(), Some(Standing::Free), "it is known by its text");
                let other = format!("{text} ");
                let is_listed = listed.values().any(|text| **text == *other);
                let expected = if is_listed { Standing::Free } else { Standing::Unlisted };
                assert_eq!(documents.find(&mut call(&other, "")).ok(), Some(expected), "nothing else is");
            }
        });
    }
}
