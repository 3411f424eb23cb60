//! Settings of limits: what one document, one request and one caller may ask for.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{RangedI64ValueParser, RangedU64ValueParser};

/// How wide the doors of the API are open.
#[derive(Debug, Clone, Args)]
pub struct LimitArgs {
    /// Levels of fields in a document; introspection does not count.
    #[arg(long, env = "CONTACT_SYNC_MAX_DEPTH", default_value_t = 15, value_parser = positive())]
    pub max_depth: usize,

    /// Points that one document may cost: a field costs one, a page its items.
    #[arg(long, env = "CONTACT_SYNC_MAX_COST", default_value_t = 50_000, value_parser = positive())]
    pub max_cost: usize,

    /// Fields in a document, fragments expanded; and as many places where a fragment is put in.
    #[arg(long, env = "CONTACT_SYNC_MAX_FIELDS", default_value_t = 2_000, value_parser = positive())]
    pub max_fields: usize,

    /// Aliases in a document, fragments expanded.
    #[arg(long, env = "CONTACT_SYNC_MAX_ALIASES", default_value_t = 100, value_parser = positive())]
    pub max_aliases: usize,

    /// Root fields of a query.
    #[arg(long, env = "CONTACT_SYNC_MAX_ROOT_FIELDS", default_value_t = 100, value_parser = positive())]
    pub max_root_fields: usize,

    /// Root fields of a mutation.
    #[arg(long, env = "CONTACT_SYNC_MAX_ROOT_MUTATIONS", default_value_t = 10, value_parser = positive())]
    pub max_root_mutations: usize,

    /// Directives in a document, fragments expanded.
    #[arg(long, env = "CONTACT_SYNC_MAX_DIRECTIVES", default_value_t = 100, value_parser = positive())]
    pub max_directives: usize,

    /// Tokens of a document: names, numbers, strings and punctuators.
    #[arg(long, env = "CONTACT_SYNC_MAX_TOKENS", default_value_t = 10_000, value_parser = positive())]
    pub max_tokens: usize,

    /// Items of a page, at most 100.
    #[arg(long, env = "CONTACT_SYNC_MAX_PAGE_SIZE", default_value_t = 100, value_parser = RangedI64ValueParser::<i32>::new().range(1..=100))]
    pub max_page_size: i32,

    /// Bytes of a request's body, or of one message on a socket.
    #[arg(long, env = "CONTACT_SYNC_MAX_BODY_BYTES", default_value_t = 1024 * 1024, value_parser = positive())]
    pub max_body_bytes: usize,

    /// Points that every caller has; each document takes its cost.
    #[arg(long, env = "CONTACT_SYNC_RATE_LIMIT", default_value_t = 50_000, value_parser = points())]
    pub rate_limit: u32,

    /// Points that every caller gets back in a second.
    #[arg(long, env = "CONTACT_SYNC_RATE_RESTORE", default_value_t = 500, value_parser = points())]
    pub rate_restore: u32,

    /// Sockets and event streams that one caller may have open.
    #[arg(long, env = "CONTACT_SYNC_MAX_CONNECTIONS", default_value_t = 20, value_parser = positive())]
    pub max_connections: usize,

    /// Operations that may run on one socket.
    #[arg(long, env = "CONTACT_SYNC_MAX_SOCKET_OPERATIONS", default_value_t = 100, value_parser = positive())]
    pub max_socket_operations: usize,

    /// Seconds that a query or a mutation may take.
    #[arg(long, env = "CONTACT_SYNC_REQUEST_TIMEOUT", default_value_t = 60, value_parser = seconds())]
    pub request_timeout: u64,

    /// Seconds within which a client has to send the head of a request, or use an idle connection again. Longer than a
    /// reverse proxy keeps its connections.
    #[arg(long, env = "CONTACT_SYNC_HEADER_TIMEOUT", default_value_t = 75, value_parser = seconds())]
    pub header_timeout: u64,

    /// Seconds within which a client has to send the body of a request.
    #[arg(long, env = "CONTACT_SYNC_BODY_TIMEOUT", default_value_t = 20, value_parser = seconds())]
    pub body_timeout: u64,

    /// Let callers with a token introspect the schema. GraphiQL needs it.
    #[arg(long, env = "CONTACT_SYNC_INTROSPECTION", default_value_t = true, action = clap::ArgAction::Set)]
    pub introspection: bool,

    /// Let callers without a token introspect the schema, and nothing else.
    #[arg(long, env = "CONTACT_SYNC_ANONYMOUS_INTROSPECTION", default_value_t = false, action = clap::ArgAction::Set)]
    pub anonymous_introspection: bool,

    /// File with the only documents that are served, beside introspection: a JSON object of ids with their documents, as the
    /// compilers of Relay and GraphQL Codegen write it.
    #[arg(long, env = "CONTACT_SYNC_DOCUMENTS")]
    pub documents: Option<PathBuf>,
}

fn positive() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

/// GraphQL's integers, in which clients read them, have 32 bits.
fn points() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=0x7FFF_FFFF)
}

fn seconds() -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(1..=3_600)
}
