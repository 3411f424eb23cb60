//! The sandbox over real HTTP.

mod conformance;
mod directory;
mod faults;
mod groups;
mod helper;
mod knobs;
mod listing;
mod official;
mod people;
mod quotas;
mod restart;
mod tokens;
