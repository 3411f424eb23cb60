//! Writes into the audit log what was refused for the caller's role.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerError, ServerResult, Value};

use super::Origin;
use crate::domain::{Caller, Viewer};
use crate::store::Store;

/// The extension.
pub(super) struct Denials;

impl ExtensionFactory for Denials {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Denials)
    }
}

#[async_trait]
impl Extension for Denials {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let what = format!("{}.{}", info.parent_type, info.name);
        let result = next.run(ctx, info).await;
        if let Err(error) = &result
            && is_denial(error)
            && let (Some(store), Some(viewer), Some(origin)) =
                (ctx.data_opt::<Store>(), ctx.data_opt::<Viewer>(), ctx.data_opt::<Origin>())
        {
            let request_id = origin.request_id.to_string();
            let by = Caller { actor: viewer.actor(), request_id, ip: origin.ip };
            if let Err(failure) = store.audit_denial(&by, &what).await {
                tracing::error!(error = %failure, "a refusal could not be written into the audit log");
            }
        }
        result
    }
}

fn is_denial(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|values| values.get("code"));
    code == Some(&Value::String("FORBIDDEN".to_owned()))
}
