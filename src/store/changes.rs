//! Changes to single contacts that a run made, or that a preview foresees.

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

use super::convert::{Named, from_json, to_json};
use super::page::{Direction, Page, PageRequest, Position, SortKey, paged};
use super::{Store, StoreResult, Tx};
use crate::domain::{ChangeAction, ContactChange, ResultId, Time, name_key};

use entity::contact_change::{ActiveModel, Column, Entity, Model};

/// Rows per statement: SQLite binds at most 32,766 values, a row has seven.
const CHUNK: usize = 2_000;

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
        let select = Entity::find().filter(condition(result, actions));
        let rows = paged(select, Column::NameKey, Column::Id, Direction::Ascending, page).all(&self.db).await?;
        Ok(Page::of(rows.into_iter().map(read).collect::<StoreResult<_>>()?, page))
    }

    /// How many changes there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_changes(&self, result: ResultId, actions: Option<&[ChangeAction]>) -> StoreResult<u64> {
        Ok(Entity::find().filter(condition(result, actions)).count(&self.db).await?)
    }
}

fn condition(result: ResultId, actions: Option<&[ChangeAction]>) -> Condition {
    let names = |actions: &[ChangeAction]| actions.iter().map(|action| action.name()).collect::<Vec<_>>();
    Condition::all()
        .add(Column::ResultId.eq(result.uuid()))
        .add_option(actions.map(|actions| Column::Action.is_in(names(actions))))
}

fn read(row: Model) -> StoreResult<(Position, ContactChange)> {
    let change = ContactChange {
        action: ChangeAction::named(&row.action)?,
        display_name: row.display_name,
        changed_fields: from_json("contact_change", row.changed_fields)?,
    };
    Ok((Position { key: SortKey::Text(row.name_key), id: row.id }, change))
}
