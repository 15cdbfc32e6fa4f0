//! A GraphQL request as it travels: a JSON object in a body, or the parameters of a URL.

use async_graphql::{Name, Request, Value, Variables};
use serde_json::{Map, Value as Json};
use url::form_urlencoded;

/// Why a request cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The text is no JSON.
    #[error("{0} is no JSON")]
    NotJson(&'static str),
    /// Several requests in one.
    #[error("several requests in one body are not accepted: send one request each")]
    Batch,
    /// A value has the wrong type.
    #[error("{0} must be {1}")]
    Type(&'static str, &'static str),
    /// A text holds the character U+0000, which PostgreSQL cannot store.
    #[error("texts must not hold the character U+0000")]
    Nul,
}

/// A request as it came.
#[derive(Debug)]
pub struct Incoming {
    /// What the engine is asked; without a document when it names a stored one.
    pub request: Request,
    /// The id of the stored document that it names in place of one of its own.
    pub document: Option<String>,
}

/// Reads the body of a POST.
///
/// # Errors
/// It is not one JSON object with a `query` or the id of a stored document.
pub fn from_body(body: &[u8]) -> Result<Incoming, Malformed> {
    match serde_json::from_slice(body) {
        Ok(Json::Object(object)) => from_object(object),
        Ok(Json::Array(_)) => Err(Malformed::Batch),
        Ok(_) => Err(Malformed::Type("the body", "an object with the member `query`")),
        Err(_) => Err(Malformed::NotJson("the body")),
    }
}

/// Reads the parameters of a GET. `variables` and `extensions` are JSON texts there.
///
/// # Errors
/// There is neither a `query` nor the id of a stored document, or a parameter is malformed.
pub fn from_parameters(parameters: &str) -> Result<Incoming, Malformed> {
    let mut object = Map::new();
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        let value = match name.as_ref() {
            "variables" => serde_json::from_str(&value).map_err(|_| Malformed::NotJson("`variables`"))?,
            "extensions" => serde_json::from_str(&value).map_err(|_| Malformed::NotJson("`extensions`"))?,
            _ => Json::String(value.into_owned()),
        };
        object.insert(name.into_owned(), value);
    }
    from_object(object)
}

/// Reads a request that travels as a JSON object.
///
/// # Errors
/// There is neither a `query` nor the id of a stored document, or a member is malformed.
pub fn from_object(mut object: Map<String, Json>) -> Result<Incoming, Malformed> {
    if object.values().any(holds_nul) {
        return Err(Malformed::Nul);
    }
    let stored = stored_document(&mut object)?;
    let (query, document) = match (object.remove("query"), stored) {
        (Some(Json::String(query)), _) if query.contains("\\u0000") => return Err(Malformed::Nul),
        (Some(Json::String(query)), _) => (query, None),
        (None | Some(Json::Null), Some(id)) => (String::new(), Some(id)),
        _ => return Err(Malformed::Type("`query`", "a string")),
    };
    let mut request = Request::new(query);
    match object.remove("operationName") {
        None | Some(Json::Null) => {}
        Some(Json::String(name)) if name.is_empty() => {}
        Some(Json::String(name)) => request = request.operation_name(name),
        Some(_) => return Err(Malformed::Type("`operationName`", "a string")),
    }
    match object.remove("variables") {
        None | Some(Json::Null) => {}
        Some(Json::Object(variables)) => request = request.variables(Variables::from_value(to_object(variables))),
        Some(_) => return Err(Malformed::Type("`variables`", "an object")),
    }
    match object.remove("extensions") {
        None | Some(Json::Null) => {}
        Some(Json::Object(extensions)) => {
            request.extensions.0 = extensions
                .into_iter()
                .map(|(name, value)| (name, to_value(value)))
                .collect();
        }
        Some(_) => return Err(Malformed::Type("`extensions`", "an object")),
    }
    Ok(Incoming { request, document })
}

/// The id of a stored document: the member `documentId` of the GraphQL over HTTP specification, or where Apollo's clients
/// put it.
fn stored_document(object: &mut Map<String, Json>) -> Result<Option<String>, Malformed> {
    match object.remove("documentId") {
        None | Some(Json::Null) => {}
        Some(Json::String(id)) => return Ok(Some(id)),
        Some(_) => return Err(Malformed::Type("`documentId`", "a string")),
    }
    let of_apollo = object.get("extensions").and_then(|all| all.get("persistedQuery"));
    let id = of_apollo.and_then(|query| query.get("sha256Hash")?.as_str());
    Ok(id.map(str::to_owned))
}

fn holds_nul(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(holds_nul),
        Json::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// JSON as a GraphQL value. Not by way of `Deserialize`: numbers are kept to the last digit here, and the engine's
/// deserialiser would take such a number for an object.
fn to_value(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(number) => Value::Number(number),
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::List(items.into_iter().map(to_value).collect()),
        Json::Object(members) => to_object(members),
    }
}

fn to_object(members: Map<String, Json>) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (Name::new(name), to_value(value)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_cannot_be_stored_is_refused_wherever_it_stands() {
        for body in [
            r#"{"query":"{ a }","variables":{"x":[{"y":"a\u0000b"}]}}"#,
            r#"{"query":"{ a(b: \"\\u0000\") }"}"#,
            r#"{"query":"{ a }\u0000"}"#,
        ] {
            assert_eq!(from_body(body.as_bytes()).unwrap_err(), Malformed::Nul, "{body}");
        }
    }

    #[test]
    fn a_full_request_is_read() {
        let body = br#"{"query":"{ a }","operationName":"Q","variables":{"n":12345678901234567890.123,"l":[1,{"x":null}]},"extensions":{"e":1}}"#;
        let request = from_body(body).unwrap().request;
        assert_eq!(
            (request.query.as_str(), request.operation_name.as_deref()),
            ("{ a }", Some("Q"))
        );
        assert_eq!(
            request.variables.to_string(),
            "{l: [1, {x: null}], n: 12345678901234567890.123}"
        );
        assert_eq!(request.extensions.0.len(), 1);
    }

    #[test]
    fn parameters_are_read() {
        let request = from_parameters("query=%7B%20a%20%7D&variables=%7B%22n%22%3A5%7D&operationName=")
            .unwrap()
            .request;
        assert_eq!(request.query, "{ a }");
        assert_eq!(request.operation_name, None);
        assert_eq!(request.variables.to_string(), "{n: 5}");
        assert_eq!(
            from_parameters("query=x&variables=nope").unwrap_err(),
            Malformed::NotJson("`variables`")
        );
    }

    #[test]
    fn a_stored_document_is_named_in_two_ways_and_only_where_there_is_no_other() {
        let of_apollo = r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"aa01"}}}"#;
        for body in [
            r#"{"documentId":"aa01"}"#,
            r#"{"documentId":"aa01","query":null}"#,
            of_apollo,
        ] {
            let incoming = from_body(body.as_bytes()).unwrap();
            assert_eq!(
                (incoming.document.as_deref(), incoming.request.query.as_str()),
                (Some("aa01"), "")
            );
        }
        let both = from_body(br#"{"documentId":"aa01","query":"{ a }"}"#).unwrap();
        assert_eq!((both.document, both.request.query.as_str()), (None, "{ a }"));
        assert_eq!(
            from_parameters("documentId=aa01").unwrap().document.as_deref(),
            Some("aa01")
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (body, expected) in [
            ("", Malformed::NotJson("the body")),
            ("[{\"query\":\"{a}\"}]", Malformed::Batch),
            ("7", Malformed::Type("the body", "an object with the member `query`")),
            ("{}", Malformed::Type("`query`", "a string")),
            ("{\"query\":{}}", Malformed::Type("`query`", "a string")),
            (
                "{\"query\":\"{a}\",\"variables\":\"x\"}",
                Malformed::Type("`variables`", "an object"),
            ),
            ("{\"documentId\":7}", Malformed::Type("`documentId`", "a string")),
            (
                "{\"query\":\"{a}\",\"operationName\":1}",
                Malformed::Type("`operationName`", "a string"),
            ),
            (
                "{\"query\":\"{a}\",\"extensions\":[]}",
                Malformed::Type("`extensions`", "an object"),
            ),
        ] {
            assert_eq!(from_body(body.as_bytes()).unwrap_err(), expected, "{body}");
        }
        let nothing = br#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#;
        assert!(from_body(nothing).is_ok());
    }
}
