//! Fuzz targets: tests named `fuzz_…` that hold a property against bytes, beside the parser they are about.
//!
//! In the suite a target goes through its corpus, `fuzz/corpus/<target>/`, and through variations on it that are the same
//! every time. Under `scripts/fuzz` libFuzzer makes the variations, led by the branches that they reach, and what reaches a
//! new one goes into the corpus. So does, with the repair, an input that broke a property.

#[cfg(fuzzing)]
mod libfuzzer;
#[cfg(not(fuzzing))]
mod rehearsal;

/// Holds a property, which panics where it is broken, against the inputs of a target.
#[cfg(not(fuzzing))]
pub fn check(target: &str, property: impl Fn(&[u8]) + 'static) {
    rehearsal::run(target, property);
}

/// Holds a property, which panics where it is broken, against what libFuzzer thinks of. Ends with the process.
#[cfg(fuzzing)]
pub fn check(_target: &str, property: impl Fn(&[u8]) + 'static) {
    libfuzzer::run(property);
}
