//! `RateLimit`: what the document costs, and what its caller has left.

use async_graphql::Object;

use crate::graphql::budget::BudgetState;

/// Cost and budget.
pub(in crate::graphql) struct RateLimit(pub(in crate::graphql) BudgetState);

/// Cost of a document, and the budget of its caller. As in `extensions.cost` of every answer.
#[Object]
impl RateLimit {
    /// Cost of this document.
    async fn cost(&self) -> i32 {
        self.0.cost
    }

    /// Greatest cost of one document.
    async fn max_cost(&self) -> i32 {
        self.0.max_cost
    }

    /// Size of the bucket.
    async fn limit(&self) -> i32 {
        self.0.limit
    }

    /// Points left.
    async fn remaining(&self) -> i32 {
        self.0.remaining
    }

    /// Points restored per second.
    async fn restore_rate(&self) -> i32 {
        self.0.restore_rate
    }
}
