//! What the API knows of an entity: its collection, what may be done with it, and its fields as data.

use serde_json::{Map, Value};

use crate::autotask::entity::Entity;

/// A record as stored: only what has a value, in camel case. Members that begin with `_` are the site's own.
pub(crate) type Record = Map<String, Value>;

/// The JSON type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Long,
    Double,
    /// Text of so many characters at most.
    Text(usize),
    Flag,
    /// An instant.
    Time,
    /// A day, which is kept as it is written, whatever the time and the zone behind it.
    Day,
}

/// When a field may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Always,
    OnCreate,
    Never,
}

/// One value of a picklist.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    /// As the metadata writes it: always text.
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_active: bool,
    /// Whether it belongs to the vendor; all others are the tenant's.
    pub(crate) is_system: bool,
    pub(crate) is_default: bool,
    /// The value of the parent field that it belongs to.
    pub(crate) parent: Option<&'static str>,
}

/// The values of a field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picklist {
    /// The field whose value narrows this one.
    pub(crate) parent: Option<&'static str>,
    pub(crate) choices: &'static [Choice],
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    pub(crate) is_required: bool,
    pub(crate) is_queryable: bool,
    /// Whether webhooks can subscribe to it.
    pub(crate) is_told: bool,
    pub(crate) picklist: Option<Picklist>,
    pub(crate) reference: Option<Entity>,
}

/// What the API can do with an entity at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operations {
    pub(crate) query: bool,
    pub(crate) create: bool,
    pub(crate) update: bool,
    pub(crate) delete: bool,
}

/// Under whose address an entity is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) entity: Entity,
    /// The short name in the address: `Notes` of `Tickets/{id}/Notes`.
    pub(crate) segment: &'static str,
    /// The field that holds the parent's id.
    pub(crate) field: &'static str,
}

/// One entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    /// The collection in the address: `Tickets`.
    pub(crate) name: &'static str,
    /// What messages and metadata call one record: `Ticket`.
    pub(crate) single: &'static str,
    pub(crate) operations: Operations,
    pub(crate) parent: Option<Parent>,
    /// Whether writes go to the collection itself; children are written under their parent.
    pub(crate) writes_at_root: bool,
    pub(crate) fields: &'static [Field],
    pub(crate) user_defined: &'static [Field],
}

impl Model {
    /// The field of this name, whatever its capitals.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The user-defined field of this name, whatever its capitals.
    pub(crate) fn user_defined_field(&self, name: &str) -> Option<&'static Field> {
        let mut fields = self.user_defined.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

impl Operations {
    pub(crate) const QUERY: Self = Self {
        query: true,
        create: false,
        update: false,
        delete: false,
    };
    pub(crate) const QUERY_UPDATE: Self = Self {
        update: true,
        ..Self::QUERY
    };
    pub(crate) const NO_DELETE: Self = Self {
        create: true,
        ..Self::QUERY_UPDATE
    };
    pub(crate) const NO_UPDATE: Self = Self {
        create: true,
        delete: true,
        ..Self::QUERY
    };
    pub(crate) const ALL: Self = Self {
        delete: true,
        ..Self::NO_DELETE
    };
    pub(crate) const CREATE: Self = Self {
        query: false,
        create: true,
        ..Self::QUERY
    };
}

impl Field {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            access: Access::Always,
            is_required: false,
            is_queryable: true,
            is_told: false,
            picklist: None,
            reference: None,
        }
    }

    pub(crate) const fn read_only(mut self) -> Self {
        self.access = Access::Never;
        self
    }

    pub(crate) const fn on_create(mut self) -> Self {
        self.access = Access::OnCreate;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) const fn unqueryable(mut self) -> Self {
        self.is_queryable = false;
        self
    }

    pub(crate) const fn told(mut self) -> Self {
        self.is_told = true;
        self
    }

    pub(crate) const fn of(mut self, choices: &'static [Choice]) -> Self {
        self.picklist = Some(Picklist { parent: None, choices });
        self
    }

    pub(crate) const fn of_parent(mut self, parent: &'static str, choices: &'static [Choice]) -> Self {
        self.picklist = Some(Picklist {
            parent: Some(parent),
            choices,
        });
        self
    }

    pub(crate) const fn to(mut self, entity: Entity) -> Self {
        self.reference = Some(entity);
        self
    }
}

pub(crate) const fn int(name: &'static str) -> Field {
    Field::new(name, Kind::Integer)
}

pub(crate) const fn long(name: &'static str) -> Field {
    Field::new(name, Kind::Long)
}

pub(crate) const fn double(name: &'static str) -> Field {
    Field::new(name, Kind::Double)
}

pub(crate) const fn text(name: &'static str, most: usize) -> Field {
    Field::new(name, Kind::Text(most))
}

pub(crate) const fn flag(name: &'static str) -> Field {
    Field::new(name, Kind::Flag)
}

pub(crate) const fn time(name: &'static str) -> Field {
    Field::new(name, Kind::Time)
}

pub(crate) const fn day(name: &'static str) -> Field {
    Field::new(name, Kind::Day)
}

/// The record's own id.
pub(crate) const fn id() -> Field {
    long("id").read_only().required()
}

/// A value that the vendor brings.
pub(crate) const fn system(value: &'static str, label: &'static str) -> Choice {
    Choice {
        value,
        label,
        is_active: true,
        is_system: true,
        is_default: false,
        parent: None,
    }
}

/// A value that the tenant has made.
pub(crate) const fn own(value: &'static str, label: &'static str) -> Choice {
    Choice {
        is_system: false,
        ..system(value, label)
    }
}

impl Choice {
    pub(crate) const fn default(mut self) -> Self {
        self.is_default = true;
        self
    }

    pub(crate) const fn inactive(mut self) -> Self {
        self.is_active = false;
        self
    }

    pub(crate) const fn under(mut self, parent: &'static str) -> Self {
        self.parent = Some(parent);
        self
    }
}

/// The id of a record; `None` for one that has none.
pub(crate) fn id_of(record: &Record) -> Option<i64> {
    number(record, "id")
}

/// A whole number of a record.
pub(crate) fn number(record: &Record, field: &str) -> Option<i64> {
    record.get(field)?.as_i64()
}

/// A text of a record.
pub(crate) fn text_of<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field)?.as_str()
}

/// Whether a flag of a record is set.
pub(crate) fn is_set(record: &Record, field: &str) -> bool {
    record.get(field).and_then(Value::as_bool).unwrap_or_default()
}
