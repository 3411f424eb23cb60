//! Writes into the audit log what was refused for the caller's role.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{Context, ServerError, ServerResult, Value};

use super::context::Services;
use super::{ApiError, Origin};
use crate::domain::{Caller, Viewer};
use crate::store::Store;

/// The extension; one state per operation, so that a field which is asked for many times is written once.
#[derive(Default)]
pub(super) struct Denials(Mutex<BTreeSet<String>>);

impl Denials {
    /// Whether this is the first refusal of the field.
    fn is_first(&self, what: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned())
    }
}

impl ExtensionFactory for Denials {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Denials::default())
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
            && self.is_first(&what)
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

/// Writes a refusal that a field does not fail for.
pub(super) async fn write(ctx: &Context<'_>, what: &str) -> Result<(), ApiError> {
    let origin = ctx.origin()?;
    let request_id = origin.request_id.to_string();
    let by = Caller { actor: ctx.viewer()?.actor(), request_id, ip: origin.ip };
    Ok(ctx.store()?.audit_denial(&by, what).await?)
}

fn is_denial(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|values| values.get("code"));
    code == Some(&Value::String("FORBIDDEN".to_owned()))
}
