//! Relay connections by keyset: a page costs the same at the end of a list as at its beginning, and a record that is
//! added while somebody turns pages neither repeats nor hides another.

use std::borrow::Cow;

use async_graphql::{
    Context, Object, OutputType, Result, TypeName,
    connection::{Edge, EmptyFields, PageInfo},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{Cursor, EntityTrait, FromQueryResult, PaginatorTrait, Select, SelectModel, sea_query::IntoValueTuple};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    request::{Request, bad_input, internal},
    told::{self, Asked, Json, Told, leaf},
};

/// The largest page, and the size of a page when none is asked for.
const LARGEST: u64 = 100;
const USUAL: u64 = 50;

/// A page of a list.
pub struct List<T: OutputType> {
    nodes: Vec<T>,
    cursors: Cursors,
    has_previous: bool,
    has_next: bool,
    total: u64,
}

/// A page of a list, and where it is in the list.
#[Object(name_type)]
impl<T: OutputType> List<T> {
    /// Whether there is more on either side, and where the page begins and ends.
    async fn page_info(&self) -> Result<PageInfo> {
        let last = self.nodes.len().checked_sub(1);
        Ok(PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: last.map(|_| self.cursors.at(0)).transpose()?,
            end_cursor: last.map(|last| self.cursors.at(last)).transpose()?,
        })
    }

    /// The records of the page, each with its place in the list.
    async fn edges(&self) -> Result<Vec<Edge<String, &T, EmptyFields>>> {
        let nodes = self.nodes.iter().enumerate();
        nodes
            .map(|(index, node)| Ok(Edge::new(self.cursors.at(index)?, node)))
            .collect()
    }

    /// The records of the page.
    async fn nodes(&self) -> &[T] {
        &self.nodes
    }

    /// How many records the whole list has. Counted only when asked for.
    async fn total_count(&self) -> u64 {
        self.total
    }
}

impl<T: Told> Told for List<T> {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        match field.name {
            "pageInfo" => told::record(self.page_info(field.ctx), &field.below, json),
            "nodes" => told::objects(&self.nodes, &field.below, json),
            "edges" => told::list(self.nodes.iter().enumerate(), json, |(index, node), json| {
                told::members(&field.below, json, |field, json| match field.name {
                    "cursor" => leaf(async { self.cursors.at(index) }, json),
                    "node" => told::object(node, &field.below, json),
                    _ => None,
                })
            }),
            "totalCount" => leaf(self.total_count(field.ctx), json),
            _ => None,
        }
    }
}

impl<T: OutputType> TypeName for List<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// Which page of a list is wanted.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub struct PageArgs {
    backwards: bool,
    size: u64,
    cursor: Option<String>,
}

impl PageArgs {
    /// Reads the standard arguments.
    ///
    /// # Errors
    /// Both directions at once, or a size that is not between 1 and 100.
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Self> {
        let forwards = first.is_some() || after.is_some();
        let backwards = last.is_some() || before.is_some();
        if forwards && backwards {
            return Err(bad_input(
                "Page either forwards with first/after or backwards with last/before, not both.",
            ));
        }
        let size = match first.or(last) {
            None => USUAL,
            Some(size) => u64::try_from(size)
                .ok()
                .filter(|size| (1..=LARGEST).contains(size))
                .ok_or_else(|| bad_input(format!("A page has between 1 and {LARGEST} records, not {size}.")))?,
        };
        Ok(Self {
            backwards,
            size,
            cursor: after.or(before),
        })
    }

    /// Whether the page goes towards the beginning.
    pub fn is_backwards(&self) -> bool {
        self.backwards
    }

    /// How many rows to read: one more than the page has, to see whether there are more.
    pub fn rows(&self) -> u64 {
        self.size + 1
    }

    /// The place that the page starts beyond; `None` when it starts at the list's end.
    ///
    /// # Errors
    /// The cursor is not one of this list.
    pub fn key<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let key = URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        key.map(Some)
            .ok_or_else(|| bad_input("The cursor is not one of this list: take it from pageInfo or an edge."))
    }
}

/// A page in name order.
pub async fn by_name<E>(
    ctx: &Context<'_>,
    select: Select<E>,
    (name, id): (E::Column, E::Column),
    page: &PageArgs,
    key: impl Fn(&E::Model) -> (String, Uuid),
) -> Result<Slice<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Sized + Send + Sync,
{
    let total = total(ctx, &select).await?;
    read(ctx, select.cursor_by((name, id)), page, total, key).await
}

/// A page with the newest record first. Ids are time-sortable, so the id alone is the key.
pub async fn newest_first<E>(
    ctx: &Context<'_>,
    select: Select<E>,
    id: E::Column,
    page: &PageArgs,
    key: impl Fn(&E::Model) -> Uuid,
) -> Result<Slice<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Sized + Send + Sync,
{
    let total = total(ctx, &select).await?;
    let mut cursor = select.cursor_by(id);
    cursor.desc();
    read(ctx, cursor, page, total, key).await
}

/// The rows of a page, and one more that tells whether there is another.
async fn read<M, K>(
    ctx: &Context<'_>,
    mut cursor: Cursor<SelectModel<M>>,
    page: &PageArgs,
    total: u64,
    key: impl Fn(&M) -> K,
) -> Result<Slice<M>>
where
    M: FromQueryResult + Sized + Send + Sync,
    K: IntoValueTuple + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    match (page.key::<K>()?, page.backwards) {
        (Some(at), false) => _ = cursor.after(at),
        (Some(at), true) => _ = cursor.before(at),
        (None, _) => {}
    }
    match page.backwards {
        true => _ = cursor.last(page.rows()),
        false => _ = cursor.first(page.rows()),
    }
    let rows = cursor.all(ctx.app()?.db.read()).await.map_err(internal)?;
    Ok(Slice::new(rows, page, total, key))
}

async fn total<E>(ctx: &Context<'_>, select: &Select<E>) -> Result<u64>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Sized + Send + Sync,
{
    if !ctx.look_ahead().field("totalCount").exists() {
        return Ok(0);
    }
    select.clone().count(ctx.app()?.db.read()).await.map_err(internal)
}

/// The cursors of a page's records. One is written when it is asked for.
struct Cursors(Box<dyn Fn(usize) -> Result<String> + Send + Sync>);

impl Cursors {
    fn of<K: Serialize + Send + Sync + 'static>(places: Vec<K>) -> Self {
        Self(Box::new(move |index| {
            let place = places.get(index).ok_or_else(|| internal("a cursor beyond the page"))?;
            let place = serde_json::to_vec(place).map_err(internal)?;
            Ok(URL_SAFE_NO_PAD.encode(place))
        }))
    }

    fn at(&self, index: usize) -> Result<String> {
        (self.0)(index)
    }
}

/// One page of rows with their cursors.
pub struct Slice<M> {
    rows: Vec<M>,
    cursors: Cursors,
    has_previous: bool,
    has_next: bool,
    total: u64,
}

impl<M> Slice<M> {
    /// Makes a page of [`PageArgs::rows`] rows in the list's order, whose cursors are their keys.
    pub fn new<K>(mut rows: Vec<M>, page: &PageArgs, total: u64, key: impl Fn(&M) -> K) -> Self
    where
        K: Serialize + Send + Sync + 'static,
    {
        let size = usize::try_from(page.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        if more && page.backwards {
            rows.remove(0);
        } else {
            rows.truncate(size);
        }
        let beyond = page.cursor.is_some();
        let (has_previous, has_next) = if page.backwards { (more, beyond) } else { (beyond, more) };
        Self {
            cursors: Cursors::of(rows.iter().map(key).collect()),
            rows,
            has_previous,
            has_next,
            total,
        }
    }

    /// The page as the connection of a type.
    pub fn connect<T: OutputType>(self, node: impl Fn(M) -> T) -> List<T> {
        List {
            nodes: self.rows.into_iter().map(node).collect(),
            cursors: self.cursors,
            has_previous: self.has_previous,
            has_next: self.has_next,
            total: self.total,
        }
    }
}
