//! What is answered when something is not done, worded as recorded from real servers where that is known.

use serde_json::json;

use crate::answer::Answer;

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 401 without a body: it cannot be told which of the three credentials is wrong.
    Unauthorized,
    /// 404: no such address.
    NoRoute(String),
    /// 404 without a body: no such record.
    NoRecord,
    /// 405: the address knows other methods.
    NoMethod(String),
    /// 500, the status of nearly everything, with its texts.
    Errors(Vec<String>),
    /// Too many requests, with the status and the seconds of `Retry-After`.
    TooMany(u16, Option<u32>, &'static str),
}

impl Refusal {
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self::Errors(vec![text.into()])
    }

    /// A right is missing.
    pub(crate) fn forbidden(what: &str, entity: &str) -> Self {
        Self::error(format!(
            "The logged in Resource does not have the adequate permissions to {what} this entity type: {entity}."
        ))
    }

    /// A record to be changed is not there.
    pub(crate) fn nothing_matches(what: &str) -> Self {
        Self::error(format!(
            "No matching records found. The logged in Resource may not have the required permissions to {what} the data."
        ))
    }

    pub(crate) fn into_answer(self) -> Answer {
        match self {
            Self::Unauthorized => Answer::empty(401),
            Self::NoRoute(path) => {
                let message = format!("No HTTP resource was found that matches the request URI '{path}'.");
                Answer::json(404, &json!({ "Message": message }))
            }
            Self::NoRecord => Answer::empty(404),
            Self::NoMethod(method) => {
                let message = format!("The requested resource does not support http method '{method}'.");
                Answer::json(405, &json!({ "Message": message }))
            }
            Self::Errors(errors) => Answer::json(500, &json!({ "errors": errors })),
            Self::TooMany(status, seconds, text) => {
                let answer = Answer::json(status, &json!({ "errors": [text] }));
                match seconds {
                    Some(seconds) => answer.with_header("Retry-After", seconds.to_string()),
                    None => answer,
                }
            }
        }
    }
}
