//! Contact Sync.
fn main() {}
