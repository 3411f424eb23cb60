//! Gives the errors of validation their code, and has documents paid for.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ServerError, ValidationResult};

use super::ApiError;
use super::budget::Meter;

/// Mark of a request that is to be validated and not executed.
pub(super) struct OnlyValidate;

/// The extension.
pub(super) struct Codes;

impl ExtensionFactory for Codes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Codes)
    }
}

#[async_trait]
impl Extension for Codes {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await.map_err(|errors| -> Vec<_> {
            errors.into_iter().map(|error| coded(error, "GRAPHQL_VALIDATION_FAILED")).collect()
        })?;
        if ctx.data_opt::<OnlyValidate>().is_some() {
            return Err(Vec::new()); // no error, and the end
        }
        let meter = ctx.data_opt::<Arc<Meter>>().ok_or_else(|| ApiError::internal("no meter in the context"));
        meter.and_then(|meter| meter.settle(result.complexity)).map_err(|error| vec![error.into()])?;
        Ok(result)
    }
}

/// The error with this code.
pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}
