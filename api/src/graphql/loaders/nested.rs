//! Lists within lists: one page for each of many owners, with one statement however many owners there are.
//!
//! The statement numbers the rows of every owner in the list's order and takes the first of each. Owners whose lists are
//! asked for alike, which all rows of a page are, share it. The rows of a single owner are not numbered: they are read until
//! there are enough.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::{Context, Result, dataloader::Loader};
use psa_entities::ProviderScope;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable, Order, QueryResult, QueryTrait,
    Select, TryGetable,
    sea_query::{
        Alias, Asterisk, ColumnRef, Expr, ExprTrait, Func, IntoColumnRef, IntoValueTuple, Query, SelectStatement,
        Value, WindowStatement,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use super::Rows;
use crate::graphql::{
    pagination::{PageArgs, Slice},
    request::{Request, internal},
};

const PAGE: &str = "page";
const OWNER: &str = "owner";
const PLACE: &str = "place";
const COUNT: &str = "count";

/// Rows that belong to a record, in an order; the value is which of them are wanted.
pub trait Nested: Clone + Eq + Hash + Send + Sync + 'static {
    /// The rows.
    type Entity: EntityTrait<Model: Send + Sync + Clone>;
    /// The id of the record that they belong to.
    type Owner: Copy + Eq + Hash + Send + Sync + Into<Value> + TryGetable + 'static;
    /// A row's place in the order; it is unique among the rows of an owner.
    type Place: Serialize + DeserializeOwned + IntoValueTuple + Send + Sync + 'static;

    /// The wanted rows of all owners, in no order.
    fn select(&self, scope: ProviderScope) -> Select<Self::Entity>;

    /// The column of the selection that has the owner.
    fn owner() -> ColumnRef;

    /// The columns that a place has, and their direction.
    fn order() -> (Vec<<Self::Entity as EntityTrait>::Column>, Order);

    /// The place of a row.
    fn place(row: &<Self::Entity as EntityTrait>::Model) -> Self::Place;
}

/// The page of one owner's list.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn page_of<N: Nested>(
    ctx: &Context<'_>,
    nested: N,
    owner: N::Owner,
    page: &PageArgs,
) -> Result<Slice<<N::Entity as EntityTrait>::Model>> {
    page.key::<N::Place>()?;
    let total = if ctx.look_ahead().field("totalCount").exists() {
        let key = CountOf {
            nested: nested.clone(),
            owner,
        };
        ctx.rows()?.load_one(key).await.map_err(internal)?.unwrap_or_default()
    } else {
        0
    };
    let key = PageOf {
        nested,
        owner,
        page: page.clone(),
    };
    let rows = ctx.rows()?.load_one(key).await.map_err(internal)?;
    Ok(Slice::new(rows.unwrap_or_default(), page, total, N::place))
}

/// A page of an owner's list, and a row beyond it when there is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageOf<N: Nested> {
    nested: N,
    owner: N::Owner,
    page: PageArgs,
}

impl<N: Nested> Loader<PageOf<N>> for Rows {
    type Value = Vec<<N::Entity as EntityTrait>::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[PageOf<N>]) -> Result<HashMap<PageOf<N>, Self::Value>, Self::Error> {
        let mut alike: HashMap<(&N, &PageArgs), Vec<N::Owner>> = HashMap::new();
        for key in keys {
            alike.entry((&key.nested, &key.page)).or_default().push(key.owner);
        }
        let mut pages: HashMap<PageOf<N>, Self::Value> = HashMap::new();
        for ((nested, page), owners) in alike {
            let is_one = owners.len() == 1;
            let statement = pages_statement::<N>(of_owners(nested, self.scope, owners), page, is_one)?;
            for row in self.read(&statement).await? {
                let owner = row.try_get("", OWNER)?;
                let model = FromQueryResult::from_query_result(&row, "")?;
                let key = PageOf {
                    nested: nested.clone(),
                    owner,
                    page: page.clone(),
                };
                pages.entry(key).or_default().push(model);
            }
        }
        Ok(pages)
    }
}

/// How many rows an owner's list has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountOf<N: Nested> {
    nested: N,
    owner: N::Owner,
}

impl<N: Nested> Loader<CountOf<N>> for Rows {
    type Value = u64;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[CountOf<N>]) -> Result<HashMap<CountOf<N>, u64>, Self::Error> {
        let mut alike: HashMap<&N, Vec<N::Owner>> = HashMap::new();
        for key in keys {
            alike.entry(&key.nested).or_default().push(key.owner);
        }
        let mut counts = HashMap::new();
        for (nested, owners) in alike {
            let mut statement = of_owners(nested, self.scope, owners);
            statement
                .clear_selects()
                .expr_as(Expr::col(N::owner()), OWNER)
                .expr_as(Func::count(Expr::col(Asterisk)), COUNT)
                .group_by_col(N::owner());
            for row in self.read(&statement).await? {
                let nested = nested.clone();
                let owner = row.try_get("", OWNER)?;
                let count: i64 = row.try_get("", COUNT)?;
                counts.insert(CountOf { nested, owner }, u64::try_from(count).unwrap_or_default());
            }
        }
        Ok(counts)
    }
}

impl Rows {
    async fn read(&self, statement: &SelectStatement) -> Result<Vec<QueryResult>, Arc<DbErr>> {
        self.app.db.read().query_all(statement).await.map_err(Arc::new)
    }
}

/// The first page of the list of the owner that `of` names in the statement around it.
pub fn first_page<N: Nested>(
    nested: &N,
    scope: ProviderScope,
    of: impl IntoColumnRef,
    page: &PageArgs,
) -> SelectStatement {
    let (columns, order) = N::order();
    let mut select = nested.select(scope).into_query();
    select
        .and_where(Expr::col(N::owner()).eq(Expr::col(of)))
        .limit(page.rows());
    for column in columns {
        select.order_by(column.as_column_ref(), order.clone());
    }
    select
}

fn of_owners<N: Nested>(nested: &N, scope: ProviderScope, owners: Vec<N::Owner>) -> SelectStatement {
    let mut select = nested.select(scope).into_query();
    select.and_where(Expr::col(N::owner()).is_in(owners));
    select
}

/// The page of every owner in `inner`, in the list's order.
fn pages_statement<N: Nested>(
    mut inner: SelectStatement,
    page: &PageArgs,
    is_one: bool,
) -> Result<SelectStatement, Arc<DbErr>> {
    let (columns, order) = N::order();
    let (towards, back) = match (order, page.is_backwards()) {
        (Order::Desc, false) | (Order::Asc, true) => (Order::Desc, Order::Asc),
        _ => (Order::Asc, Order::Desc),
    };
    let in_order = if page.is_backwards() { back } else { towards.clone() };
    let cursor = page
        .key::<N::Place>()
        .map_err(|error| Arc::new(DbErr::Custom(error.message)))?;
    if let Some(cursor) = cursor {
        let place = Expr::tuple(columns.iter().map(|column| Expr::col(column.as_column_ref())));
        let cursor = Expr::tuple(cursor.into_value_tuple().into_iter().map(Expr::value));
        inner.and_where(match towards {
            Order::Desc => place.lt(cursor),
            _ => place.gt(cursor),
        });
    }
    let page_of = |name: &'static str| (Alias::new(PAGE), Alias::new(name));
    let mut outer = Query::select();
    inner.expr_as(Expr::col(N::owner()), OWNER);
    if is_one {
        for column in &columns {
            inner.order_by(column.as_column_ref(), towards.clone());
        }
        inner.limit(page.rows());
    } else {
        let mut window = WindowStatement::partition_by(N::owner());
        for column in &columns {
            window.order_by(column.as_column_ref(), towards.clone());
        }
        inner.expr_window_as(Func::cust("ROW_NUMBER"), window, PLACE);
        outer.and_where(Expr::col(page_of(PLACE)).lte(page.rows()));
    }
    outer
        .columns(<N::Entity as EntityTrait>::Column::iter().map(|column| (Alias::new(PAGE), column)))
        .column(page_of(OWNER))
        .from_subquery(inner, PAGE);
    for column in columns {
        outer.order_by((Alias::new(PAGE), column), in_order.clone());
    }
    Ok(outer)
}
