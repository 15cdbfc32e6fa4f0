//! Bulk writes: each element is written, or refused, as if it had come alone; the whole is 207.

use serde_json::{Value, json};

use super::{Place, create_one, delete_one, parse, replace_one};
use crate::answer::Answer;
use crate::connectwise::answer;
use crate::connectwise::errors::ApiError;
use crate::connectwise::model::Record;
use crate::connectwise::rights::Level;
use crate::connectwise::route::Endpoint;
use crate::connectwise::site::Site;

/// What is done with each element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Create,
    Replace,
    Delete,
}

/// 207 with one result for every element, in their order.
pub(crate) fn answer(
    site: &Site,
    endpoint: &'static Endpoint,
    work: Work,
    level: Level,
    body: &[u8],
) -> Result<Answer, ApiError> {
    let model = endpoint.model();
    let Value::Array(elements) = parse(model, body)? else {
        return Err(ApiError::unreadable(&json!("a value"), "List`1", ""));
    };
    let results: Vec<Value> = elements
        .into_iter()
        .enumerate()
        .map(|(index, element)| match one(site, endpoint, work, level, element) {
            Ok((status, id)) => {
                json!({ "success": true, "originalIndex": index, "statusCode": status, "data": { "id": id } })
            }
            Err(error) => {
                let (status, body) = error.into_parts();
                json!({ "success": false, "originalIndex": index, "statusCode": status, "error": body })
            }
        })
        .collect();
    Ok(answer::json(207, &json!({ "payload": results })))
}

/// The status and the id of one element's record.
fn one(
    site: &Site,
    endpoint: &'static Endpoint,
    work: Work,
    level: Level,
    element: Value,
) -> Result<(u16, Value), ApiError> {
    let type_name = endpoint.model().type_name;
    let body = match element {
        Value::Object(body) => body,
        // To be deleted, records may be named by their ids alone.
        Value::Number(id) if work == Work::Delete => Record::from_iter([("id".to_owned(), Value::Number(id))]),
        other => return Err(ApiError::unreadable(&other, type_name, "")),
    };
    let place = || {
        let id = body.get("id").and_then(Value::as_i64).unwrap_or_default();
        Place {
            endpoint,
            parent: None,
            id,
        }
    };
    let (status, record) = match work {
        Work::Create => (201, create_one(site, endpoint, None, body)?),
        Work::Replace => (200, replace_one(site, place(), level, body)?),
        Work::Delete => (204, delete_one(site, place(), level)?),
    };
    Ok((status, record.get("id").cloned().unwrap_or_default()))
}
