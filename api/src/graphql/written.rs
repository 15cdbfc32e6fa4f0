//! Answers as they are sent: JSON in which lists that were [told at once](super::told) stand as they were told.

use async_graphql::{Response, Value};
use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::RawValue;

/// The answer as JSON.
///
/// # Errors
/// Something in it has no form in JSON.
pub fn written(response: &Response) -> serde_json::Result<Vec<u8>> {
    let mut json = b"{\"data\":".to_vec();
    write(&response.data, &mut json)?;
    if !response.extensions.is_empty() {
        member("extensions", &response.extensions, &mut json)?;
    }
    if !response.errors.is_empty() {
        member("errors", &response.errors, &mut json)?;
    }
    json.push(b'}');
    Ok(json)
}

/// The answer within something else that is written as JSON.
///
/// # Errors
/// As [`written`].
pub fn serialize<S: Serializer>(response: &Response, serializer: S) -> Result<S::Ok, S::Error> {
    let json = written(response).map_err(S::Error::custom)?;
    let json: &RawValue = serde_json::from_slice(&json).map_err(S::Error::custom)?;
    json.serialize(serializer)
}

fn member(name: &str, value: &impl Serialize, json: &mut Vec<u8>) -> serde_json::Result<()> {
    json.push(b',');
    serde_json::to_writer(&mut *json, name)?;
    json.push(b':');
    serde_json::to_writer(json, value)
}

fn write(value: &Value, json: &mut Vec<u8>) -> serde_json::Result<()> {
    match value {
        Value::Binary(told) => json.extend_from_slice(told),
        Value::List(items) => {
            json.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                write(item, json)?;
            }
            json.push(b']');
        }
        Value::Object(fields) => {
            json.push(b'{');
            for (index, (name, field)) in fields.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                serde_json::to_writer(&mut *json, name.as_str())?;
                json.push(b':');
                write(field, json)?;
            }
            json.push(b'}');
        }
        leaf => serde_json::to_writer(json, leaf)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, value};
    use serde_json::json;

    use super::*;

    fn response(data: Value) -> Response {
        let mut response = Response::new(data);
        response.errors = vec![ServerError::new("Quoted \"text\"", None)];
        response.extensions.insert("cost".to_owned(), value!({ "asked": 3 }));
        response
    }

    #[test]
    fn what_is_not_told_is_written_as_the_engine_writes_it() {
        let plain = response(value!({ "a\"b": [1, 2.5, null, true, "x\n\u{1}é"], "empty": {}, "none": [] }));
        let text = String::from_utf8(written(&plain).unwrap()).unwrap();
        assert_eq!(text, serde_json::to_string(&plain).unwrap());
        let bare = Response::new(Value::Null);
        assert_eq!(written(&bare).unwrap(), serde_json::to_vec(&bare).unwrap());
    }

    #[test]
    fn what_is_told_stands_as_it_is() {
        let mut data = value!({ "list": null, "other": [null] });
        let told = || Value::Binary(br#"{"nodes":[{"id":"x"}]}"#.to_vec().into());
        if let Value::Object(fields) = &mut data {
            fields.insert(async_graphql::Name::new("list"), told());
            fields.insert(async_graphql::Name::new("other"), Value::List(vec![told()]));
        }
        let written: serde_json::Value = serde_json::from_slice(&written(&Response::new(data)).unwrap()).unwrap();
        let list = json!({ "nodes": [{ "id": "x" }] });
        assert_eq!(written, json!({ "data": { "list": list, "other": [list] } }));
    }
}
