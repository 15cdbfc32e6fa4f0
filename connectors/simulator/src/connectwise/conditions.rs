//! The filter language of `conditions`, `childConditions` and `customFieldConditions`.

pub(crate) mod eval;
mod lexer;
mod parser;
mod pattern;
pub(crate) mod scope;

use rust_decimal::Decimal;

use self::pattern::Pattern;
use self::scope::{Expect, Scope};

/// A filter that was read.
#[derive(Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(Comparison),
}

/// One `field operator value`.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) path: FieldPath,
    pub(crate) test: Test,
}

/// A field, or a member of a reference, in the capitals of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    pub(crate) names: Vec<String>,
    pub(crate) expect: Expect,
}

/// What is asked of a field.
#[derive(Debug)]
pub(crate) enum Test {
    Order(Order, Literal),
    Contains { text: String, negated: bool },
    Like { pattern: Pattern, negated: bool },
    In { values: Vec<Literal>, negated: bool },
}

/// The comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A value in a filter. Text is in lower case, as comparisons disregard case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Number(Decimal),
    Flag(bool),
    /// `yyyy-MM-ddTHH:mm:ssZ`, the form in which records hold instants.
    Time(String),
    Null,
}

/// What is wrong with a filter, in words for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadCondition(pub(crate) String);

impl Condition {
    /// Reads a filter on the fields of `scope`.
    pub(crate) fn parse(text: &str, scope: &Scope) -> Result<Self, BadCondition> {
        parser::parse(&lexer::tokens(text)?, scope)
    }

    /// The value that this field must equal for any record to match, when there is one.
    pub(crate) fn required_equal(&self, path: &str) -> Option<String> {
        match self {
            Self::All(parts) => parts.iter().find_map(|part| part.required_equal(path)),
            Self::Any(_) => None,
            Self::Compare(Comparison {
                path: field,
                test: Test::Order(Order::Equal, literal),
            }) if field.names.join("/") == path => match literal {
                Literal::Text(text) => Some(text.clone()),
                Literal::Number(number) => Some(number.normalize().to_string()),
                Literal::Flag(_) | Literal::Time(_) | Literal::Null => None,
            },
            Self::Compare(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::scope::Scope;
    use super::*;
    use crate::connectwise::model::{Record, at};
    use crate::connectwise::models::company::{COMPANY, CONTACT};

    fn company() -> Record {
        let value = json!({
            "id": 250, "identifier": "ContosoDental", "name": "Contoso Dental Group, LLC [HQ]", "deletedFlag": false,
            "status": { "id": 1, "name": "Active" }, "annualRevenue": 12.50,
            "types": [{ "id": 4, "name": "Client" }, { "id": 9, "name": "Vendor" }],
            "_info": { "lastUpdated": "2026-03-01T10:00:00Z", "dateEntered": "2026-03-01T09:00:00Z" },
        });
        value.as_object().expect("an object").clone()
    }

    fn holds(text: &str) -> bool {
        let condition = Condition::parse(text, &Scope::record(&COMPANY)).expect(text);
        let record = company();
        condition.holds(&|path: &[String]| at(&record, path), false)
    }

    fn refused(text: &str) -> String {
        Condition::parse(text, &Scope::record(&COMPANY)).expect_err(text).0
    }

    #[test]
    fn and_binds_tighter_than_or_and_parentheses_override() {
        assert!(holds("id=250 or id=1 and id=2"));
        assert!(!holds("(id=250 or id=1) and id=2"));
        assert!(holds("ID = 250 AND (Name like 'contoso*' OR id = 7)"));
    }

    #[test]
    fn names_and_text_disregard_case() {
        assert!(holds("Identifier=\"CONTOSODENTAL\""));
        assert!(holds("status/NAME = 'active' and Status/Id=1"));
        assert!(!holds("identifier != 'contosodental'"));
    }

    #[test]
    fn every_operator_answers() {
        assert!(holds(
            "annualRevenue > 12 and annualRevenue >= 12.5 and annualRevenue < 13 and annualRevenue <= 12.50"
        ));
        assert!(holds("name contains 'dental' and name not contains 'zebra'"));
        assert!(holds("name like '%Group%' and name not like 'Group%'"));
        assert!(holds(
            "id in (1, 250) and id not in (3,4) and identifier in (\"a\", 'ContosoDental')"
        ));
        assert!(holds("deletedFlag=False and deletedFlag != true"));
        assert!(holds("parentCompany = null and status != null"));
    }

    #[test]
    fn last_updated_is_found_in_the_info_block() {
        assert!(holds("lastUpdated > [2026-03-01T09:59:59Z]"));
        assert!(!holds("LastUpdated >= [2026-03-01T10:00:01Z]"));
        assert!(holds("_info/lastUpdated = [2026-03-01T10:00:00Z]"));
        assert!(holds("DateEntered < [2026-03-01T10:00:00Z]"));
    }

    #[test]
    fn a_bracket_in_text_is_escaped_as_a_set_of_itself() {
        assert!(holds("name like '*[[]HQ]'"));
        assert!(holds("name like 'Contos[oa] *'"));
        assert!(holds("name contains '[[]hq]'"));
        assert!(!holds("name contains 'x[[]hq]'"));
    }

    #[test]
    fn null_is_neither_equal_nor_different() {
        assert!(!holds("website != 'x'"));
        assert!(!holds("website not contains 'x'"));
        let condition = Condition::parse("website != 'x'", &Scope::record(&COMPANY)).expect("a condition");
        let record = company();
        assert!(condition.holds(&|path: &[String]| at(&record, path), true));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(refused("deletedFlag = 1").starts_with("Expected a boolean value, not a numeric."));
        assert!(refused("id = \"250\"").starts_with("Expected a numeric value, not a string."));
        assert!(refused("nonsense = 1").contains("nonsense"));
        assert!(refused("types/id = 4").contains("childConditions"));
        for text in [
            "",
            "id",
            "id =",
            "id = 1 and",
            "(id = 1",
            "id = 1)",
            "id = 'x",
            "name = Contoso",
            "id = 1 id = 2",
        ] {
            refused(text);
        }
    }

    #[test]
    fn child_conditions_ask_one_element_for_everything() {
        let scope = Scope::children(&COMPANY);
        let record = company();
        let child = |text: &str| {
            let condition = Condition::parse(text, &scope).expect(text);
            condition.holds_for_a_child(&record, false)
        };
        assert!(child("types/name=\"client\""));
        assert!(child("types/id=4 and types/name=\"Client\""));
        assert!(!child("types/id=4 and types/name=\"Vendor\""));
        assert!(Condition::parse("types/id in (4)", &scope).is_err());
    }

    #[test]
    fn a_contact_is_found_by_one_of_its_addresses() {
        let value = json!({ "communicationItems": [{ "value": "a@b.c", "communicationType": "Email" }] });
        let record = value.as_object().expect("an object").clone();
        let text = r#"communicationItems/value like "a@b.c" and communicationItems/communicationType="Email""#;
        let condition = Condition::parse(text, &Scope::children(&CONTACT)).expect(text);
        assert!(condition.holds_for_a_child(&record, false));
    }

    #[test]
    fn an_equality_that_must_hold_is_offered_to_the_index() {
        let scope = Scope::record(&COMPANY);
        let parse = |text: &str| Condition::parse(text, &scope).expect(text);
        assert_eq!(
            parse("id=1 and identifier=\"Ab\"").required_equal("identifier"),
            Some("ab".to_owned())
        );
        assert_eq!(
            parse("status/id = 4.0").required_equal("status/id"),
            Some("4".to_owned())
        );
        assert_eq!(parse("id=1 or identifier=\"ab\"").required_equal("identifier"), None);
    }
}
