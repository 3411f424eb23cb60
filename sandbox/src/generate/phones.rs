//! Phone numbers from ranges kept free for fiction.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::pick;

/// Area codes in whose exchange 555 the numbers 0100 to 0199 are never given out.
const AREAS: [&str; 10] = ["202", "206", "212", "303", "312", "404", "415", "512", "617", "702"];

/// A number as people of the country write it; other countries than these have no such range and get North American
/// numbers.
pub(super) fn number(rng: &mut ChaCha8Rng, country: &str, mobile: bool) -> String {
    match (country, mobile) {
        ("GB", false) => format!("+44 20 7946 0{:03}", rng.random_range(0..1000)),
        ("GB", true) => format!("+44 7700 900{:03}", rng.random_range(0..1000)),
        ("DE", false) => format!("+49 30 23125 {:03}", rng.random_range(0..1000)),
        ("DE", true) => format!("+49 171 39200 {:02}", rng.random_range(0..100)),
        ("FR", false) => format!("+33 1 99 00 {:02} {:02}", rng.random_range(0..100), rng.random_range(0..100)),
        ("FR", true) => format!("+33 6 39 98 {:02} {:02}", rng.random_range(0..100), rng.random_range(0..100)),
        _ => {
            let (area, line) = (pick::one(rng, &AREAS), rng.random_range(100..200));
            match rng.random_range(0..4) {
                0 => format!("({area}) 555-0{line}"),
                1 => format!("+1{area}5550{line}"),
                2 => format!("+1 {area}-555-0{line}"),
                _ => format!("{area}.555.0{line}"),
            }
        }
    }
}
