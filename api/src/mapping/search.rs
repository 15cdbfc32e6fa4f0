//! What people type into a search field, as a condition.

use psa_entities::{agreement, console_company, console_contact, psa_company, psa_contact, psa_product};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, Func, LikeExpr},
};

use super::names;

/// Console companies by name, whatever case, accents and legal form, or by the console's id.
pub fn console_companies(typed: &str) -> Condition {
    use console_company::Column;
    Condition::any()
        .add_option(normalised(Column::NormalizedName, typed))
        .add(contains(Column::Name, typed))
        .add(Column::ExternalId.eq(typed.trim()))
}

/// Console contacts by name, whatever case and accents, by e-mail address or by the console's id.
pub fn console_contacts(typed: &str) -> Condition {
    use console_contact::Column;
    person(Column::NormalizedName, typed)
        .add(contains(Column::Name, typed))
        .add(contains(Column::Email, typed))
        .add(Column::ExternalId.eq(typed.trim()))
}

/// PSA contacts by name, whatever case and accents, by default e-mail address or by the PSA's id.
pub fn psa_contacts(typed: &str) -> Condition {
    use psa_contact::Column;
    person(Column::NormalizedName, typed)
        .add(contains(Column::Name, typed))
        .add(contains(Column::Email, typed))
        .add(Column::ExternalId.eq(typed.trim()))
}

/// PSA companies by name, whatever case, accents and legal form, by identifier or by the PSA's id.
pub fn psa_companies(typed: &str) -> Condition {
    use psa_company::Column;
    Condition::any()
        .add_option(normalised(Column::NormalizedName, typed))
        .add(contains(Column::Name, typed))
        .add(contains(Column::Identifier, typed))
        .add(Column::ExternalId.eq(typed.trim()))
}

/// PSA products by identifier, description or the PSA's id.
pub fn psa_products(typed: &str) -> Condition {
    use psa_product::Column;
    Condition::any()
        .add(contains(Column::Identifier, typed))
        .add(contains(Column::Description, typed))
        .add(Column::ExternalId.eq(typed.trim()))
}

/// Agreements by name or by the PSA's id.
pub fn agreements(typed: &str) -> Condition {
    use agreement::Column;
    Condition::any()
        .add(contains(Column::Name, typed))
        .add(Column::ExternalId.eq(typed.trim()))
}

/// A column that holds names as they are compared; nothing when the text has no letter or digit.
fn normalised(column: impl ColumnTrait, typed: &str) -> Option<Expr> {
    let name = names::normalise(typed);
    (!name.is_empty()).then(|| column.like(pattern(&name)))
}

/// A column that holds names of people as they are compared.
fn person(column: impl ColumnTrait, typed: &str) -> Condition {
    let name = names::of_person(typed);
    Condition::any().add_option((!name.is_empty()).then(|| column.like(pattern(&name))))
}

/// A column that holds the text, whatever its case. SQLite folds only the case of ASCII, so there the text as it was typed
/// is looked for as well.
fn contains(column: impl ColumnTrait, typed: &str) -> Condition {
    let typed = typed.trim();
    Condition::any()
        .add(Expr::expr(Func::lower(column.into_expr())).like(pattern(&typed.to_lowercase())))
        .add(column.like(pattern(typed)))
}

/// The text anywhere, with the wildcards of `LIKE` taken literally.
fn pattern(text: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", escape(text))).escape('\\')
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_letters_like_any_other() {
        assert_eq!(escape(r"100%_a\b"), r"100\%\_a\\b");
    }
}
