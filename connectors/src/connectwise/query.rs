//! What a list request says: conditions, fields, page. Every value that comes from outside is quoted here or is a number.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

use crate::{
    error::{Error, Result},
    query::Cursor,
};

/// Conditions that all must hold, in ConnectWise's filter language.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions(Vec<String>);

impl Conditions {
    /// No condition.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// A number, such as an id, is this one.
    pub(super) fn number_is(self, field: &str, value: i64) -> Self {
        self.with(format!("{field}={value}"))
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

    /// The filter, unless there is none.
    pub(super) fn text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(" and "))
    }

    fn with(mut self, condition: String) -> Self {
        self.0.push(condition);
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

/// The record id after which a page starts.
///
/// # Errors
/// The cursor is not one of ours.
pub(super) fn page_id(cursor: Option<&Cursor>) -> Result<i64> {
    match cursor {
        None => Ok(0),
        Some(Cursor(text)) => text
            .parse()
            .map_err(|_| Error::invalid("cursor", "the cursor is not one of this list")),
    }
}

/// The `pageId` of the next page in a `Link` header. Only the number is taken: an address in a response is never followed.
pub(super) fn next_page_id(link: &str) -> Option<i64> {
    link.split('<')
        .filter_map(|part| part.split_once('>'))
        .find_map(|(target, parameters)| {
            let is_next = parameters.split([';', ',']).any(|parameter| {
                let parameter = parameter.trim();
                parameter.eq_ignore_ascii_case("rel=\"next\"") || parameter.eq_ignore_ascii_case("rel=next")
            });
            let (_, query) = is_next.then(|| target.split_once('?'))??;
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(name, _)| name.eq_ignore_ascii_case("pageId"))?
                .1
                .parse()
                .ok()
        })
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
    fn the_next_page_is_found_by_rel() {
        let cases = [
            ("", None),
            ("<https://h/x?pageSize=5&pageId=42>; rel=\"next\"", Some(42)),
            (
                "<https://h/x?pageId=9>; rel=\"last\", <https://h/x?PAGEID=7>; rel=next",
                Some(7),
            ),
            (
                "<https://h/x?fields=id,name;y&pageId=3>; rel=\"next\"; title=\"a\"",
                Some(3),
            ),
            ("<https://h/x?pageId=9>; rel=\"first\"", None),
            ("<https://h/x?page=2>; rel=\"next\"", None),
        ];
        for (link, expected) in cases {
            assert_eq!(next_page_id(link), expected, "{link}");
        }
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
