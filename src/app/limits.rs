//! Limits of the API, from the settings.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{LimitArgs, ServeArgs};
use crate::graphql::{Limits, Manifest, ManifestError, RateLimit};
use crate::http::Doors;

/// Why the limits cannot be used, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    /// A document that is allowed could never be paid for.
    #[error(
        "--rate-limit is {0} and --max-cost is {1}: a document of the greatest cost could never be paid for. Lower --max-cost, or raise --rate-limit"
    )]
    NeverPaid(u32, usize),
    /// The list of documents cannot be read.
    #[error("cannot read the documents in {0}: {1}. Check --documents and the permissions")]
    Read(PathBuf, std::io::Error),
    /// The list of documents is none.
    #[error("{0} (--documents) {1}")]
    Documents(PathBuf, ManifestError),
}

/// Limits of documents, requests and callers.
///
/// # Errors
/// When they contradict each other.
pub fn limits(args: &LimitArgs) -> Result<Limits, LimitsError> {
    if usize::try_from(args.rate_limit).is_ok_and(|points| points < args.max_cost) {
        return Err(LimitsError::NeverPaid(args.rate_limit, args.max_cost));
    }
    Ok(Limits {
        depth: args.max_depth,
        complexity: args.max_cost,
        fields: args.max_fields,
        aliases: args.max_aliases,
        root_fields: args.max_root_fields,
        root_mutations: args.max_root_mutations,
        directives: args.max_directives,
        tokens: args.max_tokens,
        page: args.max_page_size,
        body_bytes: args.max_body_bytes,
        request_time: Duration::from_secs(args.request_timeout),
        rate: RateLimit { points: args.rate_limit, restored: args.rate_restore },
        introspection: args.introspection,
        anonymous_introspection: args.anonymous_introspection,
    })
}

/// The list of documents beside which nothing is served, if there is one.
///
/// # Errors
/// When it cannot be read, or holds something else.
pub fn documents(args: &LimitArgs) -> Result<Option<Manifest>, LimitsError> {
    let Some(file) = &args.documents else { return Ok(None) };
    let json = std::fs::read(file).map_err(|error| LimitsError::Read(file.clone(), error))?;
    Manifest::read(&json).map(Some).map_err(|error| LimitsError::Documents(file.clone(), error))
}

/// How wide the doors are open.
#[must_use]
pub fn doors(args: &ServeArgs) -> Doors {
    Doors {
        allowed_origins: args.allowed_origins.clone(),
        trusted_proxies: args.trusted_proxies,
        connections_per_caller: args.limits.max_connections,
        operations_per_socket: args.limits.max_socket_operations,
        header_timeout: Duration::from_secs(args.limits.header_timeout),
        body_timeout: Duration::from_secs(args.limits.body_timeout),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn the_settings_defaults_are_those_of_the_rooms() {
        let args = Settings::parse_from(["serve"]).limits;
        assert_eq!(limits(&args).unwrap(), Limits::default());
        let doors = Doors::default();
        assert_eq!(
            (args.max_connections, args.max_socket_operations, args.header_timeout, args.body_timeout),
            (
                doors.connections_per_caller,
                doors.operations_per_socket,
                doors.header_timeout.as_secs(),
                doors.body_timeout.as_secs()
            )
        );
    }
}
