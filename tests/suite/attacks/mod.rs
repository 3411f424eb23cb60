//! Attacks on the server from outside, beyond what the tests of each door try. `docs/security.md` lists all attacks, and
//! where each is tried.

mod headers;
mod secrets;
mod sockets;
mod tokens;
