//! The rules for texts that the console reports.

use crate::failure::{ErrorCode, UserError};

/// The most characters of an id of the console.
pub(super) const LONGEST_ID: usize = 200;
/// The most characters of a name.
pub(super) const LONGEST_NAME: usize = 300;

/// A text that must be there, without the space around it.
pub(super) fn required(value: &str, field: &str, longest: usize) -> Result<String, UserError> {
    optional(Some(value), field, longest)?.ok_or_else(|| {
        UserError::new(ErrorCode::Required, "The value is missing.")
            .at(field)
            .with_remedy("Send a text.")
    })
}

/// A text that may be absent or empty, without the space around it.
pub(super) fn optional(value: Option<&str>, field: &str, longest: usize) -> Result<Option<String>, UserError> {
    let Some(text) = value.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let invalid = |message: String, remedy: &str| {
        Err(UserError::new(ErrorCode::Invalid, message)
            .at(field)
            .with_remedy(remedy))
    };
    if text.chars().any(char::is_control) {
        return invalid(
            "The text contains control characters.".to_owned(),
            "Send it as one line of plain text.",
        );
    }
    let characters = text.chars().count();
    if characters > longest {
        return invalid(
            format!("The text has {characters} characters; at most {longest} are kept."),
            "Send a shorter text.",
        );
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_around_is_dropped_and_nothing_is_absent() {
        assert_eq!(required("  Acme ", "name", 4).unwrap(), "Acme");
        assert_eq!(optional(Some("  "), "computer", 4).unwrap(), None);
        assert_eq!(optional(None, "computer", 4).unwrap(), None);
    }

    #[test]
    fn what_breaks_a_rule_names_its_field() {
        for (text, code) in [
            ("", ErrorCode::Required),
            ("12345", ErrorCode::Invalid),
            ("a\0b", ErrorCode::Invalid),
        ] {
            let error = required(text, "name", 4).expect_err(text);
            assert_eq!((error.code, error.field), (code, vec!["name".to_owned()]), "{text:?}");
        }
        assert!(required("äöüß", "name", 4).is_ok(), "characters are counted, not bytes");
    }
}
