//! The text of an invoice line.

use psa_entities::YearMonth;
use psa_entities::billing_item::Unit;
use rust_decimal::Decimal;

use super::quantity::unit_name;
use crate::tickets::placeholder::{Template, TemplateError, Values, one_line, shorten};

/// The variables of an invoice description.
pub const VARIABLES: &[&str] = &[
    "product",
    "quantity",
    "unit",
    "company",
    "month",
    "year",
    "storageAccount",
];

/// The description that is proposed.
pub const DEFAULT_TEMPLATE: &str = "{product}: {quantity} {unit}, {month} {year}";

/// Where the text of an invoice line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceText {
    /// The PSA's product; nothing is sent.
    PsaProduct,
    /// A template of ours.
    Template(Template),
}

/// What a description can speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFacts<'a> {
    /// The names of the products on the line.
    pub products: Vec<&'a str>,
    /// The names of the companies on the line.
    pub companies: Vec<&'a str>,
    /// The names of the storage accounts on the line; empty on a line of licences.
    pub storage_accounts: Vec<&'a str>,
    /// The billed quantity.
    pub quantity: Decimal,
    /// Its unit.
    pub unit: Unit,
    /// The billed month.
    pub month: YearMonth,
}

/// Reads a description template.
///
/// # Errors
/// [`TemplateError`] for a variable that is not among [`VARIABLES`], an open brace or a blank text.
pub fn parse(template: &str) -> Result<Template, TemplateError> {
    Template::parse(template, VARIABLES)
}

/// The description of a line: one line of at most `longest` characters, or `None` to leave it to the PSA's product.
pub fn describe(text: &InvoiceText, facts: &LineFacts<'_>, longest: usize) -> Option<String> {
    match text {
        InvoiceText::PsaProduct => None,
        InvoiceText::Template(template) => Some(shorten(&one_line(&template.render(&values(facts))), longest)),
    }
}

/// What a template makes of an example line of `month`.
///
/// # Errors
/// As [`parse`].
pub fn preview(template: &str, month: YearMonth) -> Result<String, TemplateError> {
    let facts = LineFacts {
        products: vec!["Backup storage"],
        companies: vec!["Example Company"],
        storage_accounts: vec!["Example Storage"],
        quantity: Decimal::new(12_345, 2),
        unit: Unit::Gb,
        month,
    };
    Ok(one_line(&parse(template)?.render(&values(&facts))))
}

fn values(facts: &LineFacts<'_>) -> Values {
    Values::from([
        ("product", facts.products.join(", ")),
        ("quantity", facts.quantity.normalize().to_string()),
        ("unit", unit_name(facts.unit).to_owned()),
        ("company", facts.companies.join(", ")),
        ("month", facts.month.first_day().format("%B").to_string()),
        ("year", facts.month.year().to_string()),
        ("storageAccount", facts.storage_accounts.join(", ")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn november() -> YearMonth {
        "2026-11".parse().unwrap()
    }

    fn facts<'a>(products: &[&'a str], companies: &[&'a str]) -> LineFacts<'a> {
        LineFacts {
            products: products.to_vec(),
            companies: companies.to_vec(),
            storage_accounts: Vec::new(),
            quantity: Decimal::new(1200, 2),
            unit: Unit::Each,
            month: november(),
        }
    }

    #[test]
    fn templates_speak_of_the_line() {
        for (template, expected) in [
            (DEFAULT_TEMPLATE, "Server, Desktop: 12 pcs, November 2026"),
            ("{company}\n{storageAccount}", "Acme –"),
        ] {
            let text = InvoiceText::Template(parse(template).unwrap());
            assert_eq!(
                describe(&text, &facts(&["Server", "Desktop"], &["Acme"]), 100).unwrap(),
                expected
            );
        }
        assert_eq!(
            describe(&InvoiceText::PsaProduct, &facts(&["Server"], &["Acme"]), 100),
            None
        );
    }

    #[test]
    fn previews_show_every_variable_and_name_the_unknown() {
        let all: String = VARIABLES.iter().map(|name| format!("{{{name}}}|")).collect();
        let shown = preview(&all, november()).unwrap();
        assert_eq!(
            shown,
            "Backup storage|123.45|GB|Example Company|November|2026|Example Storage|"
        );
        let unknown = preview("{price}", november()).unwrap_err();
        assert_eq!(
            unknown,
            TemplateError::UnknownVariable {
                name: "price".to_owned(),
                known: VARIABLES.to_vec()
            }
        );
    }

    #[test]
    fn long_descriptions_are_cut_with_a_mark() {
        let name = "x".repeat(100);
        let text = InvoiceText::Template(parse("{company}!").unwrap());
        let described = describe(&text, &facts(&[], &[&name]), 100).unwrap();
        assert_eq!(described.chars().count(), 100);
        assert!(described.ends_with('…'));
    }
}
