//! Permission as a type: what may change something asks for a proof, and cannot be called without one.

use async_graphql::Context;

use super::ApiError;
use super::context::Services;
use crate::domain::{Caller, Role, Viewer};

/// Proof that the caller is at least OPERATOR.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator<'a>(&'a Viewer);

/// Proof that the caller is ADMIN.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admin<'a>(&'a Viewer);

impl<'a> Operator<'a> {
    /// The caller.
    pub(super) fn viewer(&self) -> &'a Viewer {
        self.0
    }
}

impl Operator<'_> {
    /// Who asks for a change, and in which request. Nothing is changed without one.
    pub(super) fn caller(&self, ctx: &Context<'_>) -> Result<Caller, ApiError> {
        caller(self.0, ctx)
    }
}

impl Admin<'_> {
    /// Who asks for a change, and in which request. Nothing is changed without one.
    pub(super) fn caller(&self, ctx: &Context<'_>) -> Result<Caller, ApiError> {
        caller(self.0, ctx)
    }
}

fn caller(viewer: &Viewer, ctx: &Context<'_>) -> Result<Caller, ApiError> {
    let origin = ctx.origin()?;
    Ok(Caller { actor: viewer.actor(), request_id: origin.request_id.to_string(), ip: origin.ip })
}

/// The ways to a proof.
pub(super) trait Permission {
    /// Proof of OPERATOR.
    fn operator(&self) -> Result<Operator<'_>, ApiError>;
    /// Proof of ADMIN.
    fn admin(&self) -> Result<Admin<'_>, ApiError>;
}

impl Permission for Viewer {
    fn operator(&self) -> Result<Operator<'_>, ApiError> {
        requires(self, Role::Operator).map(Operator)
    }

    fn admin(&self) -> Result<Admin<'_>, ApiError> {
        requires(self, Role::Admin).map(Admin)
    }
}

fn requires(viewer: &Viewer, required: Role) -> Result<&Viewer, ApiError> {
    if viewer.role >= required { Ok(viewer) } else { Err(ApiError::Forbidden { required }) }
}
