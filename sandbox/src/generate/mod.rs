//! Invented contacts for trying the product at size: many scripts, many fields, always the same for the same seed.
//!
//! Nobody can be reached by accident: mail addresses and web pages are under the domains reserved for examples, and
//! phone numbers come from the ranges that numbering authorities keep free for films and books.

mod culture;
mod east;
mod extras;
mod latin;
mod phones;
mod pick;
mod profile;
mod scripts;
mod words;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value};

/// Most contacts Google keeps per account.
const MAX_CONTACTS: usize = 25_000;

/// The first `count` contacts of a seed, at most 25,000; each is a `Person` of the People API with writable fields
/// only. A contact depends on the seed and its position alone, so a longer list begins with the shorter one.
pub fn contacts(seed: u64, count: usize) -> Vec<Map<String, Value>> {
    (0..count.min(MAX_CONTACTS)).map(|index| contact(seed, index)).collect()
}

fn contact(seed: u64, index: usize) -> Map<String, Value> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index as u64);
    let mut person = Map::new();
    for (field, items) in profile::fields(&mut rng, index) {
        if !items.is_empty() {
            person.insert(field.to_owned(), Value::Array(items));
        }
    }
    person
}
