//! Lists that are told at once.
//!
//! The engine makes a future of every field of every row. Where all that is asked of a list is known as soon as its rows
//! are, this writes the answer itself, with the same resolvers: what they say is asked of them, once, without waiting.
//! Whatever they cannot say at once leaves the list to the engine.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, EnumType, ID, InputType, Name, OutputType, Positioned, Result, ScalarType,
    ServerResult, Value,
    connection::PageInfo,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;

use super::pagination::List;

/// A field that is asked for.
pub struct Asked<'a> {
    /// What resolvers are given: the context of the list.
    pub ctx: &'a Context<'a>,
    /// What it is called in the answer.
    key: &'a str,
    /// Its name.
    pub name: &'a str,
    arguments: Vec<(&'a Name, Value)>,
    /// What is asked of its value.
    pub below: Vec<Asked<'a>>,
}

impl<'a> Asked<'a> {
    /// What is asked of the field that is being resolved; `None` where it depends on more than the document and the
    /// variables, as with a directive.
    pub fn of(ctx: &'a Context<'a>) -> Option<Self> {
        Self::from_field(ctx, &ctx.item.node)
    }

    fn from_field(ctx: &'a Context<'a>, field: &'a Field) -> Option<Self> {
        if !field.directives.is_empty() {
            return None;
        }
        let given = |name: &Name| ctx.query_env.variables.get(name).cloned().ok_or(());
        let mut arguments = Vec::with_capacity(field.arguments.len());
        for (name, value) in &field.arguments {
            let value = value.node.clone().into_const_with(|name| given(&name)).ok()?;
            arguments.push((&name.node, value));
        }
        Some(Self {
            ctx,
            key: &field.response_key().node,
            name: &field.name.node,
            arguments,
            below: Self::from_set(ctx, &field.selection_set.node)?,
        })
    }

    fn from_set(ctx: &'a Context<'a>, set: &'a SelectionSet) -> Option<Vec<Self>> {
        let mut fields: Vec<Self> = Vec::with_capacity(set.items.len());
        let mut add = |found: Vec<Self>| {
            found.into_iter().try_for_each(|field| {
                // Fields of one key are one field: putting them together is the engine's.
                let is_new = fields.iter().all(|known| known.key != field.key);
                is_new.then(|| fields.push(field))
            })
        };
        for item in &set.items {
            let (directives, inner) = match &item.node {
                Selection::Field(field) => {
                    add(vec![Self::from_field(ctx, &field.node)?])?;
                    continue;
                }
                Selection::InlineFragment(fragment) => (&fragment.node.directives, &fragment.node.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = &ctx.query_env.fragments.get(&spread.node.fragment_name.node)?.node;
                    if !fragment.directives.is_empty() {
                        return None;
                    }
                    (&spread.node.directives, &fragment.selection_set)
                }
            };
            if !directives.is_empty() {
                return None;
            }
            add(Self::from_set(ctx, &inner.node)?)?;
        }
        Some(fields)
    }

    /// Whether a field of the name of this column is asked for anywhere below it: `reportedAt` for `reported_at`.
    pub fn shows(&self, column: &str) -> bool {
        let letters = || column.bytes().filter(|byte| *byte != b'_');
        let is_it = |name: &str| name.bytes().map(|byte| byte.to_ascii_lowercase()).eq(letters());
        self.below.iter().any(|field| is_it(field.name) || field.shows(column))
    }

    /// The fields of this name below it.
    pub fn fields(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.below.iter().filter(move |field| field.name == name)
    }

    /// An argument; `None` when it is not what it must be. One that is not given is null.
    pub fn argument<T: InputType>(&self, name: &str) -> Option<T> {
        let given = self.arguments.iter().find(|(known, _)| known.as_str() == name);
        T::parse(given.map(|(_, value)| value.clone())).ok()
    }

    /// The arguments that are given.
    pub fn given(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(|(name, _)| name.as_str())
    }
}

/// The text that an answer is written to.
pub type Json = Vec<u8>;

/// Records whose fields can be told at once. `None` always means: leave it to the engine.
pub trait Told: OutputType {
    /// Writes the value of a field.
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()>;
}

/// Writes what a resolver says at once.
pub fn leaf<T: Leaf>(says: impl Future<Output = Result<T>>, json: &mut Json) -> Option<()> {
    says.now_or_never()?.ok()?.write(json)
}

/// Writes the value of an enum that a resolver says at once.
pub fn choice<T: EnumType>(says: impl Future<Output = Result<T>>, json: &mut Json) -> Option<()> {
    let value = says.now_or_never()?.ok()?;
    T::items().iter().find(|item| item.value == value)?.name.write(json)
}

/// Writes the record that a resolver gives at once.
pub fn record<T: Told>(gives: impl Future<Output = Result<T>>, fields: &[Asked<'_>], json: &mut Json) -> Option<()> {
    object(&gives.now_or_never()?.ok()?, fields, json)
}

/// Writes the record that a resolver gives at once, or that there is none.
pub fn optional<T: Told>(
    gives: impl Future<Output = Result<Option<T>>>,
    fields: &[Asked<'_>],
    json: &mut Json,
) -> Option<()> {
    match gives.now_or_never()?.ok()? {
        Some(value) => object(&value, fields, json),
        None => null(json),
    }
}

/// Writes a record.
pub fn object<T: Told>(value: &T, fields: &[Asked<'_>], json: &mut Json) -> Option<()> {
    members(fields, json, |field, json| match field.name {
        "__typename" => T::type_name().as_ref().write(json),
        _ => value.tell(field, json),
    })
}

/// Writes a list of records.
pub fn objects<'v, T: Told + 'v>(
    values: impl IntoIterator<Item = &'v T>,
    fields: &[Asked<'_>],
    json: &mut Json,
) -> Option<()> {
    list(values, json, |value, json| object(value, fields, json))
}

/// Writes a list.
pub fn list<T>(
    values: impl IntoIterator<Item = T>,
    json: &mut Json,
    mut write: impl FnMut(T, &mut Json) -> Option<()>,
) -> Option<()> {
    json.push(b'[');
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        write(value, json)?;
    }
    json.push(b']');
    Some(())
}

/// Writes an object.
pub fn members(
    fields: &[Asked<'_>],
    json: &mut Json,
    mut write: impl FnMut(&Asked<'_>, &mut Json) -> Option<()>,
) -> Option<()> {
    json.push(b'{');
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        // A name of GraphQL has nothing that JSON escapes.
        json.push(b'"');
        json.extend_from_slice(field.key.as_bytes());
        json.extend_from_slice(b"\":");
        write(field, json)?;
    }
    json.push(b'}');
    Some(())
}

fn null(json: &mut Json) -> Option<()> {
    json.extend_from_slice(b"null");
    Some(())
}

/// A value without fields.
pub trait Leaf {
    /// Writes it.
    fn write(&self, json: &mut Json) -> Option<()>;
}

macro_rules! leaves {
    ($($ty:ty),+) => {$(
        impl Leaf for $ty {
            fn write(&self, json: &mut Json) -> Option<()> {
                serde_json::to_writer(json, self).ok()
            }
        }
    )+};
}

leaves!(str, String, bool, u64, i32);

impl Leaf for ID {
    fn write(&self, json: &mut Json) -> Option<()> {
        self.0.write(json)
    }
}

impl Leaf for DateTime<Utc> {
    fn write(&self, json: &mut Json) -> Option<()> {
        serde_json::to_writer(json, &ScalarType::to_value(self)).ok()
    }
}

impl<T: Leaf + ?Sized> Leaf for &T {
    fn write(&self, json: &mut Json) -> Option<()> {
        (**self).write(json)
    }
}

impl<T: Leaf> Leaf for Option<T> {
    fn write(&self, json: &mut Json) -> Option<()> {
        match self {
            Some(value) => value.write(json),
            None => null(json),
        }
    }
}

impl<T: Leaf> Leaf for [T] {
    fn write(&self, json: &mut Json) -> Option<()> {
        list(self, json, Leaf::write)
    }
}

impl<T: Told> Told for &T {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        (**self).tell(field, json)
    }
}

impl Told for PageInfo {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        match field.name {
            "hasPreviousPage" => self.has_previous_page.write(json),
            "hasNextPage" => self.has_next_page.write(json),
            "startCursor" => self.start_cursor.write(json),
            "endCursor" => self.end_cursor.write(json),
            _ => None,
        }
    }
}

/// A list that is told at once if that can be.
pub enum Page<T: OutputType> {
    /// It is left to the engine.
    Listed(List<T>),
    /// It is told: the one kind of value that no type of the schema has; `written` knows what it is.
    Told(Value),
}

impl<T: Told> Page<T> {
    /// Tells a list when everything that is asked of it can be told.
    pub fn of(list: List<T>, asked: Option<&Asked<'_>>) -> Self {
        let mut json = Json::new();
        match asked.and_then(|asked| object(&list, &asked.below, &mut json)) {
            Some(()) => Self::Told(Value::Binary(json.into())),
            None => Self::Listed(list),
        }
    }
}

impl<T: OutputType> OutputType for Page<T> {
    fn type_name() -> Cow<'static, str> {
        List::<T>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        List::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Listed(list) => list.resolve(ctx, field).await,
            Self::Told(json) => Ok(json.clone()),
        }
    }
}
