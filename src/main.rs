//! The program: arguments in, the library does the rest.

use std::process::ExitCode;

use clap::Parser;
use contact_sync::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    contact_sync::cli::run(Cli::parse()).await
}
