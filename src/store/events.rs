//! Logs of runs, read.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::convert::{Named, from_json};
use super::page::{Direction, Page, PageRequest};
use super::pages::{Cut, first_rows, pages};
use super::{Store, StoreResult};
use crate::domain::{Event, RunId, RunStatus};

use entity::{run, run_event};

impl Store {
    /// Events of a run after a sequence number, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events(&self, run: RunId, after: i32, limit: u32) -> StoreResult<Vec<Event>> {
        use run_event::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::RunId.eq(run.uuid()).and(Column::Sequence.gt(after)))
            .order_by_asc(Column::Sequence)
            .limit(u64::from(limit))
            .all(&self.db)
            .await?;
        rows.into_iter().map(read_event).collect()
    }

    /// A page of the log of a run, after a sequence number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_page(&self, run: RunId, after: i32, first: u32) -> StoreResult<Page<Event>> {
        Ok(Page::of(self.events(run, after, first + 1).await?, &PageRequest { first, after: None }))
    }

    /// The first page of the log of each of these runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_pages(&self, runs: &[RunId], first: u32) -> StoreResult<HashMap<RunId, Page<Event>>> {
        use run_event::{Column, Entity};
        let select = Entity::find().filter(Column::RunId.is_in(runs.iter().map(|id| id.uuid())));
        let direction = Direction::Ascending;
        let cut = Cut { parent: Column::RunId, key: Column::Sequence, id: Column::Sequence, direction, first };
        let rows = first_rows(&self.db, select, cut).await?;
        let events = rows.into_iter().map(read_event).collect::<StoreResult<Vec<_>>>()?;
        Ok(pages(events.into_iter().map(|event| (event.run, event)), first))
    }

    /// Sequence number of the last event of a run; 0 when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_sequence(&self, run: RunId) -> StoreResult<i32> {
        let row = run::Entity::find_by_id(run.uuid()).one(&self.db).await?;
        Ok(row.map_or(0, |row| row.last_sequence))
    }

    /// Sequence numbers of the last events of these runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_sequences(&self, runs: &[RunId]) -> StoreResult<HashMap<RunId, i32>> {
        use run::{Column, Entity};
        let these = Entity::find().filter(Column::Id.is_in(runs.iter().map(|id| id.uuid())));
        let columns = these.select_only().column(Column::Id).column(Column::LastSequence);
        let rows: Vec<(Uuid, i32)> = columns.into_tuple().all(&self.db).await?;
        Ok(rows.into_iter().map(|(run, sequence)| (run.into(), sequence)).collect())
    }
}

fn read_event(row: run_event::Model) -> StoreResult<Event> {
    Ok(Event {
        run: row.run_id.into(),
        sequence: row.sequence,
        at: row.at,
        status: RunStatus::named(&row.status)?,
        kind: from_json("run_event", row.kind)?,
    })
}
