//! The short run of the suite.

use std::fs;
use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Variations on the whole corpus of a target: about a second of the slowest.
const VARIATIONS: usize = 5_000;
/// Edits that make one variation, at most.
const EDITS: usize = 6;
/// Bytes that one edit takes away, repeats or brings along, at most.
const PIECE: usize = 48;
/// What separates and ends things in the formats that are read here.
const TELLING: &[u8] = b"\n\r\t ,;:.=\\\"'/@#-_+%&?!*(){}[]<>|$0129aZ\0\x7f\x80\xC3\xFF";

/// Shows the input at hand when its property panics.
struct Shown<'a>(&'a [u8]);

impl Drop for Shown<'_> {
    #[expect(clippy::print_stderr, reason = "the report of a failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the property does not hold for b\"{}\"", self.0.escape_ascii());
        }
    }
}

pub(crate) fn run(target: &str, property: impl Fn(&[u8])) {
    let seeds = corpus(target);
    let shown = |bytes: &[u8]| {
        let _shown = Shown(bytes);
        property(bytes);
    };
    shown(&[]);
    seeds.iter().for_each(|seed| shown(seed));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..VARIATIONS {
        shown(&variation(&seeds, &mut rng));
    }
}

/// The files of the corpus, by name.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).collect()
}

fn variation(seeds: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds[rng.random_range(0..seeds.len())].clone();
    for _ in 0..rng.random_range(1..=EDITS) {
        edit(&mut bytes, seeds, rng);
    }
    bytes
}

fn edit(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut ChaCha8Rng) {
    let range = piece(bytes, rng);
    let at = rng.random_range(0..=bytes.len());
    match rng.random_range(0..7) {
        0 => drop(bytes.drain(range)),
        1 => drop(bytes.splice(at..at, bytes[range].to_vec())),
        2 => {
            let other = &seeds[rng.random_range(0..seeds.len())];
            drop(bytes.splice(at..at, other[piece(other, rng)].to_vec()));
        }
        3 => bytes.truncate(at),
        4 => bytes.insert(at, TELLING[rng.random_range(0..TELLING.len())]),
        5 if at < bytes.len() => bytes[at] = TELLING[rng.random_range(0..TELLING.len())],
        _ if at < bytes.len() => bytes[at] = rng.random(),
        _ => bytes.push(rng.random()),
    }
}

fn piece(bytes: &[u8], rng: &mut ChaCha8Rng) -> std::ops::Range<usize> {
    let from = rng.random_range(0..=bytes.len());
    from..(from + rng.random_range(0..=PIECE)).min(bytes.len())
}
