//! The shape of a record as data: each field's name, type, length and who may write it.

use serde_json::{Map, Value};

use crate::connectwise::resource::Resource;

/// One JSON object as the API shows it.
pub(crate) type Record = Map<String, Value>;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Double,
    /// Text of at most this many characters; 0 stands for no limit.
    Text(usize),
    Flag,
    /// An instant, `yyyy-MM-ddTHH:mm:ssZ`.
    Time,
    /// An instant of which only the day is kept.
    Day,
    Choice(&'static [&'static str]),
    /// A reference that is resolved by id or natural key.
    To(Resource),
    /// A reference whose meaning depends on the ticket's board.
    OfBoard(Resource),
    /// A reference whose meaning depends on the record's company.
    OfCompany(Resource),
    Many(Resource),
    /// An object or list that the simulator keeps as it was given.
    Open,
}

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Writable,
    /// Accepted and ignored, as the server computes it.
    ReadOnly,
    /// Settable while creating, ignored afterwards.
    OnCreate,
    /// Acted upon and never shown.
    Unreturned,
}

/// One field of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    pub(crate) required: bool,
}

impl Field {
    pub(crate) const fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    pub(crate) const fn unreturned(mut self) -> Self {
        self.access = Access::Unreturned;
        self
    }

    pub(crate) const fn on_create(mut self) -> Self {
        self.access = Access::OnCreate;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// A record type.
#[derive(Debug)]
pub(crate) struct Model {
    /// The name that errors about unknown members use: `ServiceNote`.
    pub(crate) type_name: &'static str,
    /// The name that validation errors use: `ticket`.
    pub(crate) resource: &'static str,
    /// The name that "… 5 not found" uses: `Contact`.
    pub(crate) label: &'static str,
    pub(crate) fields: &'static [Field],
}

impl Model {
    /// The field of exactly this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field of this name, whatever its capitals.
    pub(crate) fn field_any_case(&self, name: &str) -> Option<&'static Field> {
        self.field(name)
            .or_else(|| self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)))
    }
}

pub(crate) const fn int(name: &'static str) -> Field {
    field(name, Kind::Int)
}

pub(crate) const fn double(name: &'static str) -> Field {
    field(name, Kind::Double)
}

pub(crate) const fn text(name: &'static str, most: usize) -> Field {
    field(name, Kind::Text(most))
}

pub(crate) const fn flag(name: &'static str) -> Field {
    field(name, Kind::Flag)
}

pub(crate) const fn time(name: &'static str) -> Field {
    field(name, Kind::Time)
}

pub(crate) const fn day(name: &'static str) -> Field {
    field(name, Kind::Day)
}

pub(crate) const fn choice(name: &'static str, values: &'static [&'static str]) -> Field {
    field(name, Kind::Choice(values))
}

pub(crate) const fn to(name: &'static str, resource: Resource) -> Field {
    field(name, Kind::To(resource))
}

pub(crate) const fn of_board(name: &'static str, resource: Resource) -> Field {
    field(name, Kind::OfBoard(resource))
}

pub(crate) const fn of_company(name: &'static str, resource: Resource) -> Field {
    field(name, Kind::OfCompany(resource))
}

pub(crate) const fn many(name: &'static str, resource: Resource) -> Field {
    field(name, Kind::Many(resource))
}

pub(crate) const fn open(name: &'static str) -> Field {
    field(name, Kind::Open)
}

/// The value at a path of member names, `None` when it is absent or null.
pub(crate) fn at<'a>(record: &'a Record, path: &[impl AsRef<str>]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let mut value = record.get(first.as_ref())?;
    for name in rest {
        value = value.as_object()?.get(name.as_ref())?;
    }
    (!value.is_null()).then_some(value)
}

/// The `id` of the reference in a field.
pub(crate) fn reference_id(record: &Record, field: &str) -> Option<i64> {
    at(record, &[field, "id"]).and_then(Value::as_i64)
}

/// The text in a field.
pub(crate) fn text_of<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str)
}

/// The flag in a field; an absent one is not set.
pub(crate) fn is_set(record: &Record, field: &str) -> bool {
    record.get(field).and_then(Value::as_bool).unwrap_or(false)
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        access: Access::Writable,
        required: false,
    }
}
