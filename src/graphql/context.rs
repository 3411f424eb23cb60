//! What resolvers reach through the context, without a panic where something is missing.

use std::sync::Arc;

use async_graphql::Context;

use super::budget::Meter;
use super::loaders::Loaders;
use super::{ApiError, GooglePort, Options, Origin};
use crate::domain::{Clock, Viewer};
use crate::store::Store;

/// Data of the schema and of the request.
pub(super) trait Services {
    /// The database.
    fn store(&self) -> Result<&Store, ApiError>;
    /// Reads at Google.
    fn port(&self) -> Result<&dyn GooglePort, ApiError>;
    /// The clock.
    fn clock(&self) -> Result<Arc<dyn Clock>, ApiError>;
    /// Settings of the schema.
    fn options(&self) -> Result<&Options, ApiError>;
    /// Most items of a page.
    fn max_page(&self) -> Result<i32, ApiError>;
    /// The caller.
    fn viewer(&self) -> Result<&Viewer, ApiError>;
    /// Where the request comes from.
    fn origin(&self) -> Result<&Origin, ApiError>;
    /// What the request costs its caller.
    fn meter(&self) -> Result<&Meter, ApiError>;
    /// Batches of this execution.
    fn loaders(&self) -> Result<&Arc<Loaders>, ApiError>;
}

fn data<'a, T: Send + Sync + 'static>(ctx: &Context<'a>) -> Result<&'a T, ApiError> {
    ctx.data_opt::<T>().ok_or_else(|| ApiError::internal(format!("no {} in the context", std::any::type_name::<T>())))
}

impl Services for Context<'_> {
    fn store(&self) -> Result<&Store, ApiError> {
        data(self)
    }

    fn port(&self) -> Result<&dyn GooglePort, ApiError> {
        data::<Arc<dyn GooglePort>>(self).map(AsRef::as_ref)
    }

    fn clock(&self) -> Result<Arc<dyn Clock>, ApiError> {
        data::<Arc<dyn Clock>>(self).cloned()
    }

    fn options(&self) -> Result<&Options, ApiError> {
        data(self)
    }

    fn max_page(&self) -> Result<i32, ApiError> {
        Ok(self.options()?.limits.page)
    }

    fn viewer(&self) -> Result<&Viewer, ApiError> {
        data(self)
    }

    fn origin(&self) -> Result<&Origin, ApiError> {
        data(self)
    }

    fn meter(&self) -> Result<&Meter, ApiError> {
        data::<Arc<Meter>>(self).map(AsRef::as_ref)
    }

    fn loaders(&self) -> Result<&Arc<Loaders>, ApiError> {
        data(self)
    }
}
