//! The API: schema, resolvers, mutations, subscription, limits.
//!
//! Reads and changes go to `store`; what must be asked of Google while a client waits goes through [`GooglePort`]. Doc comments
//! on types and fields here are the public descriptions. Expected refusals are data (`userErrors`); see `error` for the rest.

mod activity;
mod answer;
mod budget;
mod call;
mod codes;
mod context;
mod denials;
mod documents;
mod error;
mod execute;
mod filter;
mod gate;
mod groups;
mod lexis;
mod limits;
mod loaders;
mod mutation;
mod nested;
mod nulls;
mod operation;
mod order;
mod page;
mod permission;
mod port;
mod query;
mod scalars;
mod subscription;
mod types;

use std::sync::Arc;

use async_graphql::{SDLExportOptions, SchemaBuilder};

use crate::domain::{Clock, DeletionGuard};
use crate::store::Store;
use budget::Budgets;
use documents::Documents;
use mutation::Mutation;
use query::Query;
use subscription::Subscription;

pub use answer::Answer;
pub use budget::RateLimit;
pub use call::{Call, Kind, Origin, RequestId};
pub use documents::{Manifest, ManifestError};
pub use error::ApiError;
pub use execute::{Prepared, Schema};
pub use limits::Limits;
pub use port::{GooglePort, PortError};

/// Settings of the schema.
#[derive(Debug, Clone)]
pub struct Options {
    /// The Workspace is the built-in sandbox.
    pub is_sandbox: bool,
    /// Time zone of schedules that name none.
    pub default_zone: chrono_tz::Tz,
    /// Guard of jobs that have none of their own.
    pub default_guard: DeletionGuard,
    /// Page that documents the codes, each under an anchor of its name in lower case. Without one, `helpUrl` is null.
    pub help: Option<url::Url>,
    /// Limits of documents and requests.
    pub limits: Limits,
    /// Documents beside which nothing is served. Without them every document is.
    pub documents: Option<Manifest>,
}

/// The schema over these services.
pub fn schema(store: Store, port: Arc<dyn GooglePort>, clock: Arc<dyn Clock>, mut options: Options) -> Schema {
    let limits = options.limits;
    let budgets = Arc::new(Budgets::new(limits.rate, Arc::clone(&clock)));
    let documents = Arc::new(Documents::new(options.documents.take()));
    let inner = builder()
        .extension(nulls::NullPropagation) // first: it has to see what the others leave of a result
        .extension(codes::Codes)
        .extension(loaders::PerExecution)
        .extension(denials::Denials::default())
        .data(store)
        .data(port)
        .data(clock)
        .data(options)
        .finish();
    Schema { inner, limits, budgets, documents }
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query, Mutation, Subscription)
        .register_output_type::<types::MutationPayload>() // no field returns it
        .limit_recursive_depth(limits::NESTING)
}

/// The schema in the schema definition language, sorted and described.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident();
    builder().finish().sdl_with_options(options)
}
