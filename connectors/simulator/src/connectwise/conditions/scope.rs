//! Which field names a filter may use, and what values they take.

use super::{BadCondition, FieldPath, Literal};
use crate::connectwise::model::{Kind, Model};

/// The names that are known while reading a filter.
#[derive(Debug)]
pub(crate) struct Scope {
    model: &'static Model,
    place: Place,
    unknown_is_null: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Record,
    Children,
    CustomFields,
}

/// The type of value that a field takes in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    Text,
    Number,
    Flag,
    Time,
    /// A whole reference: it can only be null or not.
    Reference,
    Anything,
}

impl Expect {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "numeric",
            Self::Flag => "boolean",
            Self::Time => "DateTime",
            Self::Reference => "null",
            Self::Anything => "known",
        }
    }

    pub(super) fn takes(self, literal: &Literal) -> bool {
        match literal {
            Literal::Null => true,
            Literal::Text(_) => matches!(self, Self::Text | Self::Anything),
            Literal::Number(_) => matches!(self, Self::Number | Self::Anything),
            Literal::Flag(_) => matches!(self, Self::Flag | Self::Anything),
            // Some instants are strings in the models, such as `nextInvoiceDate`.
            Literal::Time(_) => matches!(self, Self::Time | Self::Text | Self::Anything),
        }
    }
}

impl Scope {
    /// The fields of a record, for `conditions` and `orderBy`.
    pub(crate) const fn record(model: &'static Model) -> Self {
        Self {
            model,
            place: Place::Record,
            unknown_is_null: false,
        }
    }

    /// The members of a record's lists, for `childConditions`.
    pub(crate) const fn children(model: &'static Model) -> Self {
        Self {
            model,
            place: Place::Children,
            unknown_is_null: false,
        }
    }

    /// The members of a custom field, for `customFieldConditions`.
    pub(crate) const fn custom_fields(model: &'static Model) -> Self {
        Self {
            model,
            place: Place::CustomFields,
            unknown_is_null: false,
        }
    }

    /// Unknown names are null rather than refused.
    pub(crate) const fn forgiving(mut self, forgiving: bool) -> Self {
        self.unknown_is_null = forgiving;
        self
    }

    pub(super) const fn allows_in(&self) -> bool {
        matches!(self.place, Place::Record)
    }

    /// The field that a name of any capitals means.
    pub(crate) fn resolve(&self, name: &str) -> Result<FieldPath, BadCondition> {
        let mut parts = name.split('/').filter(|part| !part.is_empty());
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        if self.place == Place::CustomFields {
            let path = std::iter::once(first).chain(rest).map(member);
            let names = std::iter::once("customFields".to_owned()).chain(path).collect();
            return Ok(FieldPath {
                names,
                expect: Expect::Anything,
            });
        }
        if let Some(stamp) = STAMPS.iter().find(|stamp| first.eq_ignore_ascii_case(stamp))
            && rest.is_empty()
            && self.model.field_any_case(first).is_none()
        {
            let names = vec!["_info".to_owned(), (*stamp).to_owned()];
            return Ok(FieldPath {
                names,
                expect: Expect::Time,
            });
        }
        let Some(field) = self.model.field_any_case(first) else {
            if self.unknown_is_null {
                return Ok(FieldPath {
                    names: vec![first.to_owned()],
                    expect: Expect::Anything,
                });
            }
            let message = format!("The field '{name}' does not exist on {}.", self.model.type_name);
            return Err(BadCondition(message));
        };
        let listed = matches!(field.kind, Kind::Many(_)) || LISTS.contains(&field.name);
        if listed && self.place == Place::Record {
            let message = format!("The field '{name}' is a list: use childConditions or customFieldConditions.");
            return Err(BadCondition(message));
        }
        let expect = match rest.first() {
            None => own(field.kind),
            Some(member) => of_member(member),
        };
        let names = std::iter::once(field.name.to_owned())
            .chain(rest.into_iter().map(member))
            .collect();
        Ok(FieldPath { names, expect })
    }
}

/// Instants that every record can be filtered by, although they stand in its `_info`.
const STAMPS: &[&str] = &["lastUpdated", "dateEntered"];

/// Open fields that hold lists.
const LISTS: &[&str] = &[
    "communicationItems",
    "customFields",
    "integratorTags",
    "typeIds",
    "typeAssociationIds",
];

/// Members of references and list elements, in the capitals that records use.
const MEMBERS: &[&str] = &[
    "id",
    "identifier",
    "name",
    "type",
    "value",
    "caption",
    "communicationType",
    "defaultFlag",
    "extension",
    "domain",
    "lastUpdated",
    "updatedBy",
    "dateEntered",
    "enteredBy",
];

fn member(name: &str) -> String {
    let known = MEMBERS.iter().find(|known| known.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.to_owned(), |known| (*known).to_owned())
}

const fn own(kind: Kind) -> Expect {
    match kind {
        Kind::Int | Kind::Double => Expect::Number,
        Kind::Text(_) | Kind::Choice(_) => Expect::Text,
        Kind::Flag => Expect::Flag,
        Kind::Time | Kind::Day => Expect::Time,
        Kind::To(_) | Kind::OfBoard(_) | Kind::OfCompany(_) => Expect::Reference,
        Kind::Many(_) | Kind::Open => Expect::Anything,
    }
}

fn of_member(name: &str) -> Expect {
    match member(name).as_str() {
        "id" => Expect::Number,
        "identifier" | "name" | "communicationType" | "caption" | "updatedBy" | "enteredBy" => Expect::Text,
        "defaultFlag" => Expect::Flag,
        "lastUpdated" | "dateEntered" => Expect::Time,
        _ => Expect::Anything,
    }
}
