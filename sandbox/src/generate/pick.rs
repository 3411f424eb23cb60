//! Small decisions.

use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

/// One of several; the lists of this module are never empty.
pub(super) fn one<T: Copy + Default>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices.choose(rng).copied().unwrap_or_default()
}

/// Whether something happens that happens `percent` times in a hundred.
pub(super) fn chance(rng: &mut ChaCha8Rng, percent: u32) -> bool {
    rng.random_ratio(percent.min(100), 100)
}

/// A number of things: mostly the first counts of the weights.
pub(super) fn count(rng: &mut ChaCha8Rng, weights: &[u32]) -> usize {
    let mut rest = rng.random_range(0..weights.iter().sum::<u32>().max(1));
    for (count, weight) in weights.iter().enumerate() {
        if rest < *weight {
            return count;
        }
        rest -= weight;
    }
    0
}
