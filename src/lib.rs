//! Contact Sync.
