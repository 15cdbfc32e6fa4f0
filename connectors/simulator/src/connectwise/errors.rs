//! The error bodies of the API, worded as recorded from real servers.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::connectwise::answer;

/// A refusal.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: u16,
    body: Value,
}

/// One complaint about one field of a record.
#[derive(Debug, Clone)]
pub(crate) struct FieldError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) field: String,
}

impl FieldError {
    pub(crate) fn required(field: &str) -> Self {
        Self::new("MissingRequiredField", field, format!("The {field} field is required."))
    }

    /// A missing field in words of its own.
    pub(crate) fn missing(field: &str, message: impl Into<String>) -> Self {
        Self::new("MissingRequiredField", field, message.into())
    }

    pub(crate) fn too_long(field: &str, most: usize) -> Self {
        let message = format!("The field {field} must be a string with a maximum length of {most}.");
        Self::new("MaxLengthField", field, message)
    }

    pub(crate) fn not_found(field: &str, message: String) -> Self {
        Self::new("NotFound", field, message)
    }

    pub(crate) fn out_of_range(field: &str) -> Self {
        Self::new("OutOfRange", field, format!("The field {field} is out of range."))
    }

    pub(crate) fn exists(field: &str, message: impl Into<String>) -> Self {
        Self::new("ObjectExists", field, message.into())
    }

    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new("InvalidField", field, message.into())
    }

    pub(crate) fn object(field: &str, message: impl Into<String>) -> Self {
        Self::new("InvalidObject", field, message.into())
    }

    fn new(code: &'static str, field: &str, message: String) -> Self {
        Self {
            code,
            message,
            field: field.to_owned(),
        }
    }
}

impl ApiError {
    /// Any status with the usual body.
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "code": code, "message": message.into() }),
        }
    }

    /// The usual body with `errors: null`, which some refusals carry.
    pub(crate) fn with_null_errors(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "code": code, "message": message.into(), "errors": null }),
        }
    }

    /// 403: a right is missing. Same words for reading and writing.
    pub(crate) fn forbidden() -> Self {
        Self::new(
            403,
            "Security",
            "You do not have security permission to perform this action.",
        )
    }

    /// 404: no such route.
    pub(crate) fn no_route() -> Self {
        Self::new(404, "ConnectWiseApi", "The endpoint does not exist.")
    }

    /// 404: no such record.
    pub(crate) fn no_record(label: &str, id: i64) -> Self {
        Self::new(404, "NotFound", format!("{label} {id} not found"))
    }

    /// 400: the record breaks these rules.
    pub(crate) fn invalid_object(resource: &str, errors: &[FieldError]) -> Self {
        let errors: Vec<Value> = errors
            .iter()
            .map(|error| {
                json!({ "code": error.code, "message": error.message, "resource": resource, "field": error.field })
            })
            .collect();
        let message = format!("{resource} object is invalid");
        Self {
            status: 400,
            body: json!({ "code": "InvalidObject", "message": message, "errors": errors }),
        }
    }

    /// 500: the body cannot be read as the model. A client mistake that the server reports as its own.
    pub(crate) fn unreadable(value: &Value, type_name: &str, path: &str) -> Self {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message =
            format!("Error converting value \"{shown}\" to type '{type_name}'. Path '{path}', line 1, position 1.");
        Self::new(500, "ConnectWiseApi", message)
    }

    /// Status and body, for answers that carry refusals inside.
    pub(crate) fn into_parts(self) -> (u16, Value) {
        (self.status, self.body)
    }

    pub(crate) fn into_answer(self) -> Answer {
        answer::json(self.status, &self.body)
    }
}
