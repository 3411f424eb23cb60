//! Gives the errors of validation their code, and refuses documents that cost too much.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ServerError, ValidationResult};

use super::ApiError;

/// The extension, with the greatest cost of one document.
pub(super) struct Codes {
    pub(super) complexity: usize,
}

impl ExtensionFactory for Codes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Codes { complexity: self.complexity })
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
        if result.complexity > self.complexity {
            let (requested, maximum) = (result.complexity, self.complexity);
            return Err(vec![ApiError::CostLimitExceeded { what: "points of cost", requested, maximum }.into()]);
        }
        Ok(result)
    }
}

/// The error with this code.
pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}
