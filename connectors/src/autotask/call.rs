//! What is asked of the API: calls and lists, each with the entity that it is about and the right that it needs.

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use super::query::Conditions;
use crate::{
    error::{Error, ErrorKind, Result},
    transport::Effect,
};

/// One call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) operation: &'static str,
    pub(super) right: Option<&'static str>,
    /// The entity: the vendor limits how many requests to one are in flight.
    pub(super) entity: &'static str,
    pub(super) method: Method,
    /// The path below the version.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) effect: Effect,
}

impl Call {
    /// Reads. `right` is what the PSA refuses it without.
    pub(super) fn get(
        operation: &'static str,
        right: Option<&'static str>,
        entity: &'static str,
        path: impl Into<String>,
    ) -> Self {
        Self {
            operation,
            right,
            entity,
            method: Method::GET,
            path: path.into(),
            body: None,
            effect: Effect::Read,
        }
    }

    /// Reads one record.
    pub(super) fn record(operation: &'static str, right: &'static str, entity: &'static str, id: i64) -> Self {
        Self::get(operation, Some(right), entity, format!("{entity}/{id}"))
    }

    /// Asks for records: a `POST` that changes nothing.
    pub(super) fn query(list: &List, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(
                list.operation,
                list.right,
                list.entity,
                format!("{}/query", list.entity),
            )
        }
    }

    /// Writes. Records that belong to another are written below that one.
    pub(super) fn write(
        operation: &'static str,
        right: Option<&'static str>,
        entity: &'static str,
        (method, path): (Method, String),
        body: &impl Serialize,
    ) -> Result<Self> {
        let body = serde_json::to_value(body).map_err(|error| {
            Error::new(ErrorKind::Protocol, "the request cannot be written as JSON").with_source(error)
        })?;
        Ok(Self {
            method,
            body: Some(body),
            effect: Effect::Write,
            ..Self::get(operation, right, entity, path)
        })
    }

    /// Removes a record.
    pub(super) fn delete(operation: &'static str, entity: &'static str, path: String) -> Self {
        Self {
            method: Method::DELETE,
            effect: Effect::Write,
            ..Self::get(operation, None, entity, path)
        }
    }
}

/// One list.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) operation: &'static str,
    pub(super) right: Option<&'static str>,
    pub(super) entity: &'static str,
    pub(super) conditions: Conditions,
}

impl List {
    pub(super) fn new(
        operation: &'static str,
        right: &'static str,
        entity: &'static str,
        conditions: Conditions,
    ) -> Self {
        Self {
            operation,
            right: Some(right),
            entity,
            conditions,
        }
    }
}
