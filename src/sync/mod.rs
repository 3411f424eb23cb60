//! Decides what a run should do at one destination. Does not read, write, wait or log.
//!
//! The inputs are our record of the source group (mirror), our record of the account (links) and what was read there;
//! the output is a plan, as data. To add a rule: a pure function and a table test here, an [`Action`] if there is a new
//! outcome, and the compiler leads to the code that applies it.

mod action;
mod calls;
mod capacity;
mod decide;
mod fingerprint;
mod group_name;
mod identify;
mod look;
mod mirror;
mod plan;
mod reading;
mod summary;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use calls::{Calls, Writes, calls};
pub use capacity::{CONTACT_LIMIT, Overflow, overflow};
pub use decide::{AtDestination, AtSource, Decision, decide};
pub use fingerprint::fingerprint;
pub use group_name::{ListedGroup, free_name};
pub use mirror::{MirrorUpdate, SourceReadError, mirror_after_changes, mirror_after_full_read};
pub use plan::{Plan, PlanInput, plan};
pub use reading::Reading;
pub use summary::PlannedChange;
