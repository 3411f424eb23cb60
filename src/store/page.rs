//! Keyset pages: a page begins after a position, so that rows which come or go meanwhile neither repeat nor hide others.

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{NullOrdering, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

use crate::domain::Time;

/// Directions of sorting. Empty values come last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    Descending,
}

/// Value of the column that a list is ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortKey {
    /// A text in the form that is ordered.
    Text(String),
    /// An instant. `None` for one that has not come.
    Instant(Option<Time>),
}

/// Where a page begins: after this item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its sort key.
    pub key: SortKey,
    /// Its id, which decides between equal keys.
    pub id: Uuid,
}

/// A page that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Most items to return.
    pub first: u32,
    /// Begin after this item. `None`: at the start.
    pub after: Option<Position>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its items, in order.
    pub items: Vec<T>,
    /// More items follow.
    pub has_next: bool,
}

impl<T> Default for Page<T> {
    /// The page of an empty list.
    fn default() -> Self {
        Self { items: Vec::new(), has_next: false }
    }
}

impl<T> Page<T> {
    /// The page of what was read: one row more than was asked for tells that there is another page.
    pub(super) fn of(mut items: Vec<T>, request: &PageRequest) -> Self {
        let first = usize::try_from(request.first).unwrap_or(usize::MAX);
        let has_next = items.len() > first;
        items.truncate(first);
        Self { items, has_next }
    }
}

/// Orders, starts and bounds a selection.
pub(super) fn paged<E: EntityTrait, K: ColumnTrait, I: ColumnTrait>(
    select: Select<E>,
    key: K,
    id: I,
    direction: Direction,
    request: &PageRequest,
) -> Select<E> {
    let order = match direction {
        Direction::Ascending => Order::Asc,
        Direction::Descending => Order::Desc,
    };
    let select = match &request.after {
        Some(position) => select.filter(after(key, id, direction, position)),
        None => select,
    };
    select
        .order_by_with_nulls(key, order.clone(), NullOrdering::Last)
        .order_by(id, order)
        .limit(u64::from(request.first) + 1)
}

fn after<K: ColumnTrait, I: ColumnTrait>(key: K, id: I, direction: Direction, position: &Position) -> Condition {
    let beyond = |column: SimpleExpr, value: Value| match direction {
        Direction::Ascending => column.gt(value),
        Direction::Descending => column.lt(value),
    };
    let column = || sea_orm::sea_query::Expr::col(key.as_column_ref());
    let id = beyond(sea_orm::sea_query::Expr::col(id.as_column_ref()), position.id.into());
    let value: Value = match &position.key {
        SortKey::Text(text) => text.as_str().into(),
        SortKey::Instant(Some(instant)) => (*instant).into(),
        SortKey::Instant(None) => return Condition::all().add(key.is_null()).add(id),
    };
    Condition::any()
        .add(beyond(column(), value.clone()))
        .add(Condition::all().add(column().eq(value)).add(id))
        .add(key.is_null())
}

/// A `LIKE` pattern for texts that begin with `start`.
pub(super) fn starts_with(start: &str) -> sea_orm::sea_query::LikeExpr {
    let escaped = start.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    sea_orm::sea_query::LikeExpr::new(format!("{escaped}%")).escape('\\')
}
