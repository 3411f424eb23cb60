//! HTTP around the core.

mod line;
mod server;

pub(crate) use server::{Running, run};
