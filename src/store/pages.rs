//! First pages and counts of lists that are nested in several parents: one statement for all of them.

use std::collections::HashMap;
use std::hash::Hash;

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Func, NullOrdering, OverStatement, Query, WindowStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QuerySelect, QueryTrait, Select};

use super::StoreResult;
use super::page::{Direction, Page, PageRequest};

/// Column of the place that a row has in the list of its parent.
const PLACE: &str = "place";

/// How the lists of all parents are cut: after so many rows, ordered as one page alone is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut<P, K, I> {
    /// Column that names the parent.
    pub parent: P,
    /// Column that is ordered by.
    pub key: K,
    /// Column that decides between equal keys.
    pub id: I,
    pub direction: Direction,
    /// Most items of a page.
    pub first: u32,
}

/// The first rows of each parent's list, and one more that tells of another page; each list in its order.
pub(super) async fn first_rows<E, P, K, I>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    cut: Cut<P, K, I>,
) -> StoreResult<Vec<E::Model>>
where
    E: EntityTrait,
    P: ColumnTrait,
    K: ColumnTrait,
    I: ColumnTrait,
{
    let order = match cut.direction {
        Direction::Ascending => Order::Asc,
        Direction::Descending => Order::Desc,
    };
    let column = |column: sea_orm::sea_query::ColumnRef| Expr::col(column);
    let mut window = WindowStatement::new();
    window.add_partition_by(column(cut.parent.as_column_ref().into()));
    window.order_by_expr_with_nulls(column(cut.key.as_column_ref().into()), order.clone(), NullOrdering::Last);
    window.order_by_expr(column(cut.id.as_column_ref().into()), order);
    let mut placed = select.into_query();
    placed.expr_window_as(Func::cust("ROW_NUMBER"), window, PLACE);
    let firsts = Query::select()
        .column(Asterisk)
        .from_subquery(placed, "placed")
        .and_where(Expr::col(PLACE).lte(i64::from(cut.first) + 1))
        .order_by(PLACE, Order::Asc)
        .to_owned();
    let statement = db.get_database_backend().build(&firsts);
    Ok(E::Model::find_by_statement(statement).all(db).await?)
}

/// The pages of what [`first_rows`] read, each item with its parent. A parent without items has none.
pub(super) fn pages<P: Eq + Hash, T>(items: impl IntoIterator<Item = (P, T)>, first: u32) -> HashMap<P, Page<T>> {
    let request = PageRequest { first, after: None };
    let mut lists: HashMap<P, Vec<T>> = HashMap::new();
    for (parent, item) in items {
        lists.entry(parent).or_default().push(item);
    }
    lists.into_iter().map(|(parent, items)| (parent, Page::of(items, &request))).collect()
}

/// How many rows are selected per parent. A parent without rows has no count.
pub(super) async fn counts<E, C, P>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    parent: C,
) -> StoreResult<HashMap<P, u64>>
where
    E: EntityTrait,
    C: ColumnTrait,
    P: From<Uuid> + Eq + Hash,
{
    let rows: Vec<(Uuid, i64)> = select
        .select_only()
        .column(parent)
        .column_as(parent.count(), "number")
        .group_by(parent)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(parent, number)| (parent.into(), u64::try_from(number).unwrap_or(0))).collect())
}
