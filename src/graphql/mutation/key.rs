//! Idempotency keys as clients send them.

use sha2::{Digest, Sha256};

use super::text;
use crate::domain::{Refusal, Viewer};
use crate::store::IdempotencyKey;

/// The key of a call. `input` is its normalised input: the same intent written differently is the same call.
pub(super) fn read(
    viewer: &Viewer,
    mutation: &'static str,
    key: Option<&str>,
    input: &[&str],
) -> Result<Option<IdempotencyKey>, Refusal> {
    let Some(key) = text::key(key, &["input", "idempotencyKey"])? else { return Ok(None) };
    let mut hash = Sha256::new();
    for part in input {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let input_hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(IdempotencyKey { subject: viewer.subject.clone(), mutation, key, input_hash }))
}
