//! What is asked of the API: calls and lists, each with the right that it needs.

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use super::query::Conditions;
use crate::{
    error::{Error, ErrorKind, Result},
    transport::Effect,
};

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) operation: &'static str,
    pub(super) right: Option<&'static str>,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    pub(super) effect: Effect,
    pub(super) forward_only: bool,
}

impl Call {
    /// Reads. `right` is what the PSA refuses it without.
    pub(super) fn get(operation: &'static str, right: Option<&'static str>, path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            operation,
            right,
            method: Method::GET,
            path,
            query: Vec::new(),
            body: None,
            effect: Effect::Read,
            forward_only: false,
        }
    }

    /// Asks something that does not fit into an address: a `POST` that changes nothing.
    pub(super) fn ask(operation: &'static str, right: &'static str, path: &str, body: &impl Serialize) -> Result<Self> {
        let asking = Self::writing(operation, right, Method::POST, path.to_owned(), body)?;
        Ok(Self {
            effect: Effect::Read,
            ..asking
        })
    }

    /// Creates a record.
    pub(super) fn post(
        operation: &'static str,
        right: &'static str,
        path: String,
        body: &impl Serialize,
    ) -> Result<Self> {
        Self::writing(operation, right, Method::POST, path, body)
    }

    /// Removes a record.
    pub(super) fn delete(operation: &'static str, right: &'static str, path: String) -> Self {
        Self {
            method: Method::DELETE,
            effect: Effect::Write,
            ..Self::get(operation, Some(right), path)
        }
    }

    /// Changes a record.
    pub(super) fn patch(
        operation: &'static str,
        right: &'static str,
        path: String,
        body: &impl Serialize,
    ) -> Result<Self> {
        Self::writing(operation, right, Method::PATCH, path, body)
    }

    fn writing(
        operation: &'static str,
        right: &'static str,
        method: Method,
        path: String,
        body: &impl Serialize,
    ) -> Result<Self> {
        let body = serde_json::to_value(body).map_err(|error| {
            Error::new(ErrorKind::Protocol, "the request cannot be written as JSON").with_source(error)
        })?;
        Ok(Self {
            method,
            body: Some(body),
            effect: Effect::Write,
            ..Self::get(operation, Some(right), path)
        })
    }

    /// The same call with one more query parameter.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// One list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) operation: &'static str,
    pub(super) right: &'static str,
    pub(super) path: String,
    pub(super) conditions: Conditions,
}

impl List {
    pub(super) fn new(
        operation: &'static str,
        right: &'static str,
        path: impl Into<String>,
        conditions: Conditions,
    ) -> Self {
        Self {
            operation,
            right,
            path: path.into(),
            conditions,
        }
    }
}
