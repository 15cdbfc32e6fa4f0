//! `/system/bundles`: several reads in one request, each answered as if it had come alone.

use actix_web::http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{Call, Query};
use crate::connectwise::answer;
use crate::connectwise::endpoints;
use crate::connectwise::errors::ApiError;
use crate::connectwise::list;
use crate::connectwise::model::Record;
use crate::connectwise::route;
use crate::connectwise::site::Site;

/// POST: 200 with one result for every request, in the order of the requests.
pub(crate) fn answer(site: &Site, body: &[u8]) -> Result<Answer, ApiError> {
    let refused = |message: String| ApiError::new(400, "InvalidObject", message);
    let body: Value =
        serde_json::from_slice(body).map_err(|error| refused(format!("bundle object is invalid: {error}")))?;
    let requests = body.as_object().and_then(|body| member(body, "requests"));
    let Some(requests) = requests.and_then(Value::as_array) else {
        return Err(refused("The requests field is required.".to_owned()));
    };
    let most = site.assumptions.bundle_limit;
    if requests.len() > most {
        return Err(refused(format!("A bundle may hold {most} requests at most.")));
    }
    let results: Vec<Value> = requests.iter().map(|request| result(site, request)).collect();
    Ok(answer::json(200, &json!({ "results": results })))
}

fn result(site: &Site, request: &Value) -> Value {
    let nothing = Record::new();
    let request = request.as_object().unwrap_or(&nothing);
    let answer = read(site, request);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let (entities, error) = match body {
        Value::Array(entities) => (entities, None),
        one if answer.status == 200 => (vec![one], None),
        error => (Vec::new(), Some(error)),
    };
    let mut result = json!({
        "sequenceNumber": member(request, "sequenceNumber"),
        "resourceType": member(request, "resourceType"),
        "entities": entities,
        "count": entities.len(),
        "version": member(request, "version"),
        "success": error.is_none(),
        "statusCode": answer.status,
        "error": error,
    });
    if let Value::Object(members) = &mut result {
        members.retain(|_, value| !value.is_null());
    }
    result
}

/// The answer of the single read that a request stands for.
fn read(site: &Site, request: &Record) -> Answer {
    let nothing = Record::new();
    let asked = object(request, "apiRequest").unwrap_or(&nothing);
    let kind = text(request, "resourceType").unwrap_or_default();
    let Some(path) = path(&kind.to_lowercase(), asked) else {
        return ApiError::no_route().into_answer();
    };
    let segments: Vec<&str> = path.split('/').collect();
    let Some(route) = route::find(&segments) else {
        return ApiError::no_route().into_answer();
    };
    let call = call(&path, asked);
    endpoints::serve(site, &call, &route).unwrap_or_else(ApiError::into_answer)
}

/// The path of the same read outside of a bundle; `None` for a type that bundles do not know.
fn path(kind: &str, asked: &Record) -> Option<String> {
    let parent = text(asked, "parentId");
    let collection = match kind {
        "ticket" => "service/tickets".to_owned(),
        "company" => "company/companies".to_owned(),
        "contact" => "company/contacts".to_owned(),
        "configuration" => "company/configurations".to_owned(),
        "agreement" => "finance/agreements".to_owned(),
        "addition" => format!("finance/agreements/{}/additions", parent.unwrap_or_default()),
        "member" => "system/members".to_owned(),
        _ => return None,
    };
    Some(match text(asked, "id") {
        Some(id) => format!("{collection}/{id}"),
        None => collection,
    })
}

fn call(path: &str, asked: &Record) -> Call {
    let mut query = Query::default();
    let nothing = Record::new();
    let filters = object(asked, "filters").unwrap_or(&nothing);
    for name in ["conditions", "childConditions", "customFieldConditions", "orderBy"] {
        query.set(name, text(filters, name).as_deref());
    }
    let page = object(asked, "page").unwrap_or(&nothing);
    for name in ["page", "pageSize", "pageId"] {
        query.set(name, text(page, name).as_deref());
    }
    query.set("fields", text(asked, "fields").as_deref());
    let mut call = Call::internal(path, query);
    if text(page, "pageId").is_some() {
        call.headers.insert(
            HeaderName::from_static(list::PAGING),
            HeaderValue::from_static(list::FORWARD_ONLY),
        );
    }
    call
}

fn object<'a>(record: &'a Record, name: &str) -> Option<&'a Record> {
    member(record, name)?.as_object()
}

/// A member as text, numbers in their decimal form; 0 stands for no id.
fn text(record: &Record, name: &str) -> Option<String> {
    match member(record, name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.as_i64() != Some(0) => Some(number.to_string()),
        _ => None,
    }
}

/// A member's value; names disregard case.
fn member<'a>(record: &'a Record, name: &str) -> Option<&'a Value> {
    let found = record.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}
