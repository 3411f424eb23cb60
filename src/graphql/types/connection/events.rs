//! Pages of the log of a run.

use async_graphql::{Context, Object};

use super::PageInfo;
use crate::domain::{self, RunId};
use crate::graphql::ApiError;
use crate::graphql::context::Services;
use crate::graphql::page::{self, EVENT_PAGE, event_position};
use crate::graphql::types::RunEventEdge;
use crate::graphql::types::run_event::RunEvent;
use crate::store::Page;

/// Page of the log of a run.
pub(in crate::graphql) struct RunEventConnection {
    run: RunId,
    page: Page<domain::Event>,
    has_previous: bool,
}

impl RunEventConnection {
    /// Events of a run.
    pub(in crate::graphql) async fn of_run(
        ctx: &Context<'_>,
        run: RunId,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let first = page::checked(first, EVENT_PAGE, ctx.max_page()?)?;
        let position = event_position(run, after.as_deref())?;
        let page = match position {
            0 => ctx.loaders()?.nested().events(run, first).await?,
            position => ctx.store()?.events_page(run, position, first).await?,
        };
        Ok(Self { run, page, has_previous: after.is_some() })
    }
}

/// Page of the log of a run.
#[Object]
impl RunEventConnection {
    /// Items with their cursors.
    async fn edges(&self) -> Vec<RunEventEdge> {
        self.page.items.iter().cloned().map(|event| RunEventEdge::new(event, true)).collect()
    }

    /// Items alone.
    async fn nodes(&self) -> Vec<RunEvent> {
        self.page.items.iter().cloned().map(RunEvent::from).collect()
    }

    /// State of the pagination.
    async fn page_info(&self) -> PageInfo {
        let cursor = |event: &domain::Event| page::event_cursor(event.run, event.sequence);
        PageInfo {
            has_next_page: self.page.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.page.items.first().map(cursor),
            end_cursor: self.page.items.last().map(cursor),
        }
    }

    /// Number of items in all pages, counted only if selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        ctx.loaders()?.nested().last_sequence(self.run, ()).await
    }
}
