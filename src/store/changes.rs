//! Changes to single contacts that a run made, or that a preview foresees.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};

use super::convert::{Named, from_json, to_json};
use super::page::{Direction, Page, PageRequest, Position, SortKey, paged};
use super::pages::{Cut, counts, first_rows, pages};
use super::{CHUNK, Store, StoreResult, Tx};
use crate::domain::{ChangeAction, ContactChange, ResultId, Time, name_key};

use entity::contact_change::{ActiveModel, Column, Entity, Model};

impl Tx {
    /// Records changes at one destination.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_changes(&self, result: ResultId, changes: &[ContactChange]) -> StoreResult<()> {
        for chunk in changes.chunks(CHUNK) {
            let rows: Vec<ActiveModel> = chunk
                .iter()
                .map(|change| {
                    Ok(ActiveModel {
                        id: Set(Uuid::new_v4()),
                        result_id: Set(result.uuid()),
                        action: Set(change.action.name().into()),
                        display_name: Set(change.display_name.clone()),
                        name_key: Set(change.display_name.as_deref().map(name_key).unwrap_or_default()),
                        changed_fields: Set(to_json("contact_change", &change.changed_fields)?),
                        at: Set(self.now),
                    })
                })
                .collect::<StoreResult<_>>()?;
            Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Records changes at one destination in place of those recorded before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_changes(&self, result: ResultId, changes: &[ContactChange]) -> StoreResult<()> {
        Entity::delete_many().filter(Column::ResultId.eq(result.uuid())).exec(&self.db).await?;
        self.record_changes(result, changes).await
    }

    /// Drops changes from before `then`.
    pub(super) async fn drop_changes(&self, then: Time) -> StoreResult<()> {
        Entity::delete_many().filter(Column::At.lt(then)).exec(&self.db).await?;
        Ok(())
    }
}

impl Store {
    /// A page of changes, by name; each with its place in the list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_page(
        &self,
        result: ResultId,
        actions: Option<&[ChangeAction]>,
        page: &PageRequest,
    ) -> StoreResult<Page<(Position, ContactChange)>> {
        let select = of_results(&[result], actions);
        let rows = paged(select, Column::NameKey, Column::Id, Direction::Ascending, page).all(&self.db).await?;
        Ok(Page::of(rows.into_iter().map(read).collect::<StoreResult<_>>()?, page))
    }

    /// The first page of changes of each of these results, by name; each change with its place in the list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_pages(
        &self,
        results: &[ResultId],
        actions: Option<&[ChangeAction]>,
        first: u32,
    ) -> StoreResult<HashMap<ResultId, Page<(Position, ContactChange)>>> {
        let direction = Direction::Ascending;
        let cut = Cut { parent: Column::ResultId, key: Column::NameKey, id: Column::Id, direction, first };
        let rows = first_rows(&self.db, of_results(results, actions), cut).await?;
        let changes = rows.into_iter().map(|row| Ok((row.result_id.into(), read(row)?)));
        Ok(pages(changes.collect::<StoreResult<Vec<_>>>()?, first))
    }

    /// How many changes each of these results has; no entry for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_changes_by_result(
        &self,
        results: &[ResultId],
        actions: Option<&[ChangeAction]>,
    ) -> StoreResult<HashMap<ResultId, u64>> {
        counts(&self.db, of_results(results, actions), Column::ResultId).await
    }
}

fn of_results(results: &[ResultId], actions: Option<&[ChangeAction]>) -> Select<Entity> {
    let names = |actions: &[ChangeAction]| actions.iter().map(|action| action.name()).collect::<Vec<_>>();
    let selected = Condition::all()
        .add(Column::ResultId.is_in(results.iter().map(|id| id.uuid())))
        .add_option(actions.map(|actions| Column::Action.is_in(names(actions))));
    Entity::find().filter(selected)
}

fn read(row: Model) -> StoreResult<(Position, ContactChange)> {
    let change = ContactChange {
        action: ChangeAction::named(&row.action)?,
        display_name: row.display_name,
        changed_fields: from_json("contact_change", row.changed_fields)?,
    };
    Ok((Position { key: SortKey::Text(row.name_key), id: row.id }, change))
}
