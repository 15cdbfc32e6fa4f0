//! A record being written: read strictly, references resolved, mistakes collected.

mod value;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::connectwise::assumptions::Assumptions;
use crate::connectwise::errors::{ApiError, FieldError};
use crate::connectwise::model::{Access, Field, Kind, Model, Record};
use crate::connectwise::store::Store;

/// A record on its way into the store.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) model: &'static Model,
    pub(crate) record: Record,
    /// What was sent in fields that are acted upon and never shown.
    pub(crate) extras: Record,
    /// The fields that the caller set or cleared.
    pub(crate) changed: BTreeSet<&'static str>,
    /// The record as it was, `None` while creating.
    pub(crate) before: Option<Record>,
    pub(crate) errors: Vec<FieldError>,
}

impl Draft {
    /// A draft of a new record, before any field is set.
    pub(crate) fn create(model: &'static Model) -> Self {
        Self {
            model,
            record: Record::new(),
            extras: Record::new(),
            changed: BTreeSet::new(),
            before: None,
            errors: Vec::new(),
        }
    }

    /// A draft that changes a stored record.
    pub(crate) fn change(model: &'static Model, before: Record) -> Self {
        Self {
            record: before.clone(),
            before: Some(before),
            ..Self::create(model)
        }
    }

    /// A draft that replaces a stored record: only what callers cannot set stays.
    pub(crate) fn replace(model: &'static Model, before: Record) -> Self {
        let stays = |name: &str| {
            let access = model.field(name).map(|field| field.access);
            matches!(access, None | Some(Access::ReadOnly | Access::OnCreate))
        };
        let kept = before.iter().filter(|(name, _)| stays(name));
        let dropped = model
            .fields
            .iter()
            .filter(|field| before.contains_key(field.name) && !stays(field.name));
        Self {
            record: kept.map(|(name, value)| (name.clone(), value.clone())).collect(),
            changed: dropped.map(|field| field.name).collect(),
            before: Some(before),
            ..Self::create(model)
        }
    }

    /// Sets every member of a body; a member that the model lacks is refused.
    pub(crate) fn set_all(&mut self, store: &Store, assumptions: &Assumptions, body: Record) -> Result<(), ApiError> {
        for (name, value) in body {
            let Some(field) = self.model.field_any_case(&name) else {
                return Err(unknown_member(assumptions, &name, self.model.type_name));
            };
            self.set(store, assumptions, field, value)?;
        }
        Ok(())
    }

    /// Sets one field, or clears it with null. Fields that the server computes are left alone.
    pub(crate) fn set(
        &mut self,
        store: &Store,
        assumptions: &Assumptions,
        field: &'static Field,
        value: Value,
    ) -> Result<(), ApiError> {
        let target = match field.access {
            Access::ReadOnly => return Ok(()),
            Access::OnCreate if self.before.is_some() => return Ok(()),
            Access::Unreturned => &mut self.extras,
            Access::OnCreate | Access::Writable => &mut self.record,
        };
        self.changed.insert(field.name);
        if value.is_null() {
            target.remove(field.name);
            return Ok(());
        }
        match value::read(store, assumptions, self.model, field, value)? {
            Ok(value) => {
                target.insert(field.name.to_owned(), value);
            }
            Err(error) => self.errors.push(error),
        }
        Ok(())
    }

    /// Sets a field that the server computes or fills in.
    pub(crate) fn fill(&mut self, name: &str, value: impl Into<Value>) {
        self.record.insert(name.to_owned(), value.into());
    }

    /// Fills a field in unless it has a value.
    pub(crate) fn fill_default(&mut self, name: &str, value: impl Into<Value>) {
        if !self.record.contains_key(name) {
            self.fill(name, value);
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.record.contains_key(name)
    }

    pub(crate) fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// Checks the whole record, also what this write does not touch, and reports everything that is wrong.
    pub(crate) fn check(&mut self) -> Result<(), ApiError> {
        for field in self.model.fields {
            // A complaint about a reference's key, as in `company/id`, is one about the field.
            let named = self
                .errors
                .iter()
                .any(|error| error.field.split('/').next() == Some(field.name));
            if named {
                continue;
            }
            let value = match field.access {
                Access::Unreturned => self.extras.get(field.name),
                _ => self.record.get(field.name),
            };
            match (field.kind, value) {
                (_, None) if field.required => self.errors.push(FieldError::required(field.name)),
                (Kind::Text(_), Some(Value::String(text))) if field.required && text.trim().is_empty() => {
                    self.errors.push(FieldError::required(field.name));
                }
                (Kind::Text(most), Some(Value::String(text))) if most > 0 && text.chars().count() > most => {
                    self.errors.push(FieldError::too_long(field.name, most));
                }
                _ => {}
            }
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::invalid_object(self.model.resource, &self.errors))
        }
    }
}

/// The refusal of a member that a type lacks.
pub(crate) fn unknown_member(assumptions: &Assumptions, name: &str, type_name: &str) -> ApiError {
    let message = format!("Could not find member '{name}' on object of type '{type_name}'.");
    ApiError::new(400, &assumptions.unknown_member_code, message)
}
