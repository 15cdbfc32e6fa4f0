//! Inputs that hold secrets. The engine quotes what it cannot read, and clients log the errors they get.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Pos, Value, registry::Registry};

/// An input whose errors say what was expected, and not what was given. In the schema it is the input itself.
#[derive(Debug)]
pub struct Unquoted<T>(pub T);

impl<T: InputType> InputType for Unquoted<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        T::parse(value).map(Self).map_err(|error| {
            let message = error.into_server_error(Pos::default()).message;
            InputValueError::custom(unquoted(&message))
        })
    }

    fn to_value(&self) -> Value {
        self.0.to_value()
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        self.0.as_raw_value()
    }
}

/// What an error of the engine expected. Of an error in other words nothing is known, so nothing of it is kept.
fn unquoted(message: &str) -> String {
    let expected = message
        .strip_prefix("Expected input type \"")
        .and_then(|rest| rest.split_once("\", found "))
        .map(|(expected, _)| expected);
    let instead = "what was given is not shown, because it may hold a secret";
    match expected {
        Some(expected) => format!("expected input type \"{expected}\"; {instead}"),
        None => format!("it is not as the schema says; {instead}"),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{InputObject, value};

    use super::*;

    #[derive(Debug, InputObject)]
    struct Login {
        name: String,
        password: Vec<String>,
    }

    fn error(value: Value) -> String {
        let error = Unquoted::<Login>::parse(Some(value)).unwrap_err();
        error.into_server_error(Pos::default()).message
    }

    #[test]
    fn an_error_names_what_was_expected_and_quotes_nothing() {
        for (given, expected) in [
            (value!("canary"), "Login"),
            (value!({ "name": "x", "password": [["canary"]] }), "String"),
            (value!({ "name": { "canary": "canary" }, "password": [] }), "String"),
            (
                value!({ "name": "x", "password": { "a\", found b": "canary" } }),
                "String",
            ),
        ] {
            let message = error(given);
            let wanted =
                format!("Failed to parse \"Login\": expected input type \"{expected}\"; what was given is not shown");
            assert!(message.starts_with(&wanted) && !message.contains("canary"), "{message}");
        }
        assert_eq!(
            unquoted("`canary` is wrong"),
            "it is not as the schema says; what was given is not shown, because it may hold a secret"
        );
    }

    #[test]
    fn what_is_right_is_read_as_ever() {
        let given = value!({ "name": "ann", "password": ["a", "b"] });
        let Unquoted(login) = Unquoted::<Login>::parse(Some(given.clone())).unwrap();
        assert_eq!((login.name.as_str(), login.password.len()), ("ann", 2));
        assert_eq!(Unquoted(login).to_value(), given);
    }
}
