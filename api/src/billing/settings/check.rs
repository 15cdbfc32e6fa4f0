//! The rules that settings obey.

use psa_entities::billing_settings::{InvoiceDescription, Model};
use rust_decimal::Decimal;

use super::PolicyChange;
use crate::{
    billing::describe,
    failure::{ErrorCode, UserError},
};

/// The longest template that is accepted, in characters.
const LONGEST_TEMPLATE: usize = 2_000;

/// The largest percentage that a guard can allow.
const LARGEST_PERCENT: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

/// What is wrong with the template. One is kept for later while the PSA decides, so it must be good then as well.
pub(super) fn template(settings: &Model) -> Vec<UserError> {
    let Some(template) = &settings.template else {
        let missing = settings.invoice_description == InvoiceDescription::Template;
        let error = || UserError::new(ErrorCode::Required, "The mode TEMPLATE needs a template.").at("template");
        return missing
            .then(|| error().with_remedy(format!("Begin with “{}”.", describe::DEFAULT_TEMPLATE)))
            .into_iter()
            .collect();
    };
    let length = template.chars().count();
    let message = match describe::parse(template) {
        Err(error) => format!("The template cannot be used: {error}."),
        Ok(_) if length > LONGEST_TEMPLATE => {
            format!("A template has at most {LONGEST_TEMPLATE} characters, not {length}.")
        }
        Ok(_) => return Vec::new(),
    };
    let variables: Vec<String> = describe::VARIABLES.iter().map(|name| format!("{{{name}}}")).collect();
    let remedy = format!("Use text and the variables {}.", variables.join(", "));
    vec![
        UserError::new(ErrorCode::Invalid, message)
            .at("template")
            .with_remedy(remedy),
    ]
}

/// What is wrong with a change of the policies.
pub(super) fn policy(change: &PolicyChange) -> Vec<UserError> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String| errors.push(UserError::new(ErrorCode::Invalid, message).at(field));
    if let Some(Some(percent)) = change.guard_percent
        && !(Decimal::ZERO..=LARGEST_PERCENT).contains(&percent)
    {
        refuse(
            "guardPercent",
            format!("The guard allows between 0 and {LARGEST_PERCENT} percent, not {percent}."),
        );
    }
    if let Some(Some(amount)) = change.guard_amount
        && amount < Decimal::ZERO
    {
        refuse(
            "guardAmount",
            format!("The guard cannot allow less than nothing: {amount}."),
        );
    }
    errors
}

/// Why a billing day is none.
pub(super) fn billing_day(day: Option<i32>) -> Option<UserError> {
    let day = day.filter(|day| !(1..=31).contains(day))?;
    let message = format!("A day of the month is between 1 and 31, not {day}.");
    Some(UserError::new(ErrorCode::Invalid, message).at("billingDay"))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::settings, *};

    #[test]
    fn templates_are_judged_before_they_are_stored() {
        use InvoiceDescription::{PsaProduct, Template};
        let long = "x".repeat(LONGEST_TEMPLATE + 1);
        for (mode, template, code) in [
            (PsaProduct, None, None),
            (Template, Some("{product} in {month}"), None),
            (Template, None, Some(ErrorCode::Required)),
            (Template, Some(" "), Some(ErrorCode::Invalid)),
            (Template, Some("{price}"), Some(ErrorCode::Invalid)),
            (Template, Some(long.as_str()), Some(ErrorCode::Invalid)),
            (PsaProduct, Some("{price}"), Some(ErrorCode::Invalid)),
        ] {
            let errors = super::template(&settings(mode, template));
            assert_eq!(errors.first().map(|error| error.code), code, "{mode:?} {template:?}");
            assert!(errors.iter().all(|error| error.field == ["template"]));
        }
    }

    #[test]
    fn every_wrong_policy_is_named() {
        let wrong = PolicyChange {
            guard_percent: Some(Some(Decimal::NEGATIVE_ONE)),
            guard_amount: Some(Some(Decimal::NEGATIVE_ONE)),
            ..PolicyChange::default()
        };
        let fields: Vec<_> = policy(&wrong).into_iter().flat_map(|error| error.field).collect();
        assert_eq!(fields, ["guardPercent", "guardAmount"]);
        let right = PolicyChange {
            guard_percent: Some(None),
            guard_amount: Some(Some(Decimal::ZERO)),
            ..wrong
        };
        assert_eq!(policy(&right), []);
    }

    #[test]
    fn a_month_has_at_most_31_days() {
        for (day, is_one) in [(0, false), (1, true), (31, true), (32, false)] {
            assert_eq!(billing_day(Some(day)).is_none(), is_one, "{day}");
        }
        assert_eq!(billing_day(None), None);
    }
}
