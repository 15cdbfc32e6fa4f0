//! What a list request says: conditions, fields, page. Every value that comes from outside is quoted here or is a number.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

use crate::error::{Error, Result};

/// Conditions that all must hold, in ConnectWise's filter language.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    own: Vec<String>,
    of_children: Vec<String>,
}

impl Conditions {
    /// No condition.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// A number, such as an id, is this one.
    pub(super) fn number_is(self, field: &str, value: i64) -> Self {
        self.with(format!("{field}={value}"))
    }

    /// A number is one of these; with none of them the condition never holds.
    pub(super) fn number_in(self, field: &str, values: &[i64]) -> Self {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        // The language has no empty list. Ids start at 1.
        let values = if values.is_empty() {
            "0".to_owned()
        } else {
            values.join(",")
        };
        self.with(format!("{field} in ({values})"))
    }

    /// A number is greater than this one.
    pub(super) fn number_above(self, field: &str, value: i64) -> Self {
        self.with(format!("{field} > {value}"))
    }

    /// One element of a list of the record has one of these numbers. The language for children has no `in`.
    pub(super) fn child_number_in(mut self, field: &str, values: &[i64]) -> Self {
        let any: Vec<_> = values.iter().map(|value| format!("{field}={value}")).collect();
        self.of_children.push(any.join(" or "));
        self
    }

    /// A flag is not set.
    pub(super) fn flag_off(self, field: &str) -> Self {
        self.with(format!("{field}=false"))
    }

    /// A text is this one.
    ///
    /// # Errors
    /// The text has both kinds of quotes: the language has no way to write it.
    pub(super) fn text_is(self, field: &str, value: &str) -> Result<Self> {
        let quoted = quote(value).ok_or_else(|| {
            Error::invalid(
                field,
                "a text with both kinds of quotes cannot be searched for in ConnectWise PSA",
            )
        })?;
        Ok(self.with(format!("{field}={quoted}")))
    }

    /// A text starts with a prefix of ours.
    pub(super) fn starts_with(self, field: &str, prefix: &'static str) -> Self {
        self.with(format!("{field} like \"{prefix}*\""))
    }

    /// The record was changed at or after an instant. The language knows whole seconds only: the fraction is cut off, so
    /// that nothing is left out.
    pub(super) fn changed_since(self, instant: Option<DateTime<Utc>>) -> Self {
        match instant {
            None => self,
            Some(instant) => {
                let instant = instant.trunc_subsecs(0).to_rfc3339_opts(SecondsFormat::Secs, true);
                self.with(format!("lastUpdated >= [{instant}]"))
            }
        }
    }

    /// The value of `conditions`, unless there are none.
    pub(super) fn text(&self) -> Option<String> {
        (!self.own.is_empty()).then(|| self.own.join(" and "))
    }

    /// The value of `childConditions`, unless there are none.
    pub(super) fn child_text(&self) -> Option<String> {
        match self.of_children.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            several => Some(
                several
                    .iter()
                    .map(|one| format!("({one})"))
                    .collect::<Vec<_>>()
                    .join(" and "),
            ),
        }
    }

    fn with(mut self, condition: String) -> Self {
        self.own.push(condition);
        self
    }
}

/// Writes a text as a literal. An opening bracket starts a character class and is written as the class of itself.
fn quote(value: &str) -> Option<String> {
    let quote = ['"', '\''].into_iter().find(|quote| !value.contains(*quote))?;
    Some(format!("{quote}{}{quote}", value.replace('[', "[[]")))
}

/// Builds a query string. Everything but unreserved characters is escaped: servers differ in what they take `+`, `*` and
/// brackets for.
pub(super) fn encode(pairs: &[(&str, String)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                query.push(char::from(byte));
            } else {
                query.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn conditions_are_joined_and_quoted() {
        let since = DateTime::parse_from_rfc3339("2026-03-01T12:00:00.999999Z")
            .expect("instant")
            .with_timezone(&Utc);
        let conditions = Conditions::none()
            .number_is("company/id", 250)
            .flag_off("deletedFlag")
            .text_is("name", "Ann's [x]")
            .expect("one kind of quotes")
            .text_is("name", "12\" disk")
            .expect("one kind of quotes")
            .starts_with("externalXRef", "PB:")
            .changed_since(Some(since));
        let expected = "company/id=250 and deletedFlag=false and name=\"Ann's [[]x]\" and name='12\" disk' \
                        and externalXRef like \"PB:*\" and lastUpdated >= [2026-03-01T12:00:00Z]";
        assert_eq!(conditions.text().as_deref(), Some(expected));
        assert_eq!(Conditions::none().changed_since(None).text(), None);
        assert!(Conditions::none().text_is("name", "' or 1=1 or \"").is_err());
    }

    #[test]
    fn queries_are_escaped() {
        let pairs = [
            ("conditions", "a=\"b&c\" and x like \"d*\"".to_owned()),
            ("pageSize", "5".to_owned()),
        ];
        assert_eq!(
            encode(&pairs),
            "conditions=a%3D%22b%26c%22%20and%20x%20like%20%22d%2A%22&pageSize=5"
        );
    }

    #[test]
    fn lists_of_values_are_written_as_each_language_can() {
        let conditions = Conditions::none()
            .number_in("status/id", &[1, 4])
            .number_above("id", 7)
            .child_number_in("types/id", &[2, 3]);
        assert_eq!(conditions.text().as_deref(), Some("status/id in (1,4) and id > 7"));
        assert_eq!(conditions.child_text().as_deref(), Some("types/id=2 or types/id=3"));
        assert_eq!(
            Conditions::none().number_in("id", &[]).text().as_deref(),
            Some("id in (0)")
        );
        assert_eq!(Conditions::none().child_text(), None);
    }

    proptest! {
        #[test]
        fn a_text_never_leaves_its_quotes(text in any::<String>()) {
            if let Some(quoted) = quote(&text) {
                let mark = quoted.chars().next().expect("a quote");
                prop_assert_eq!(quoted.chars().filter(|c| *c == mark).count(), 2);
                prop_assert!(quoted.ends_with(mark));
            } else {
                prop_assert!(text.contains('"') && text.contains('\''));
            }
        }

        #[test]
        fn an_encoded_query_is_read_back(value in any::<String>()) {
            let encoded = encode(&[("conditions", value.clone())]);
            let read: Vec<_> = url::form_urlencoded::parse(encoded.as_bytes()).collect();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(read[0].1.as_ref(), value.as_str());
        }
    }
}
