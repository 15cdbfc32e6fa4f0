//! The guard: whether a plan changes little enough to be applied without a person.

use psa_entities::billing_run::GuardVerdict;
use rust_decimal::Decimal;

use super::plan::{Plan, PlannedLine};

/// How many lines are named before the rest is only counted.
const NAMED: usize = 20;

/// The limits of the guard. A limit that is `None` limits nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guard {
    /// The largest change of a line or the total, in percent of what is charged now.
    pub percent: Option<Decimal>,
    /// The largest change of a line or the total, in the provider's currency.
    pub amount: Option<Decimal>,
}

/// Compares a plan with the limits. A change equal to a limit passes.
///
/// A line that charges nothing yet has no percentage: it is judged by its amount, and by its share in the total. A total that
/// charges nothing yet has none either. That is the case of the first run, which is why `first_run`, a run of an
/// integration that applied none before, never passes: a person looks at the first numbers. Blocked lines are not
/// judged, because they are not written.
pub fn judge(plan: &Plan, guard: Guard, first_run: bool) -> GuardVerdict {
    let mut reasons = Vec::new();
    if first_run {
        reasons.push("This is the first run: there is nothing to compare it with.".to_owned());
    }
    let before = plan.totals.amount - plan.totals.delta;
    reasons.extend(excess("The total", before, plan.totals.delta, guard));
    let mut lines = plan
        .lines
        .iter()
        .filter_map(|line| excess(&name(line), line.amount - line.delta, line.delta, guard));
    reasons.extend(lines.by_ref().take(NAMED));
    let unnamed = lines.count();
    if unnamed > 0 {
        reasons.push(format!("{unnamed} more lines change by more than the guard allows."));
    }
    GuardVerdict {
        passed: reasons.is_empty(),
        reasons,
    }
}

fn excess(what: &str, before: Decimal, delta: Decimal, guard: Guard) -> Option<String> {
    let change = delta.abs();
    let after = (before + delta).normalize();
    let shown = before.normalize();
    if let Some(limit) = guard.amount.filter(|limit| change > *limit) {
        return Some(format!(
            "{what} changes by {} from {shown} to {after}; the limit is {limit}.",
            change.normalize()
        ));
    }
    // Compared without dividing, so that no rounding decides.
    let limit = guard
        .percent
        .filter(|limit| !before.is_zero() && too_much(change, before.abs(), *limit))?;
    let percent = change
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|change| change.checked_div(before.abs()));
    let percent = percent.map_or_else(
        || "more".to_owned(),
        |percent| percent.round_dp(1).normalize().to_string(),
    );
    Some(format!(
        "{what} changes by {percent} % from {shown} to {after}; the limit is {limit} %."
    ))
}

fn too_much(change: Decimal, before: Decimal, limit: Decimal) -> bool {
    match (change.checked_mul(Decimal::ONE_HUNDRED), before.checked_mul(limit)) {
        (Some(change), Some(allowed)) => change > allowed,
        (None, _) => true,
        (_, None) => false,
    }
}

fn name(line: &PlannedLine) -> String {
    let companies = line
        .parts
        .iter()
        .filter(|part| part.counted)
        .map(|part| part.company_name.as_str());
    let mut companies: Vec<&str> = companies.collect();
    companies.dedup();
    let product = line
        .parts
        .first()
        .map_or(line.product_key.as_str(), |part| part.product.display_name());
    format!("{} of {}", product, companies.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::plan::totals;
    use psa_entities::billing_line::LineAction;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn line(before: &str, after: &str) -> PlannedLine {
        PlannedLine {
            action: LineAction::Update,
            explanation: None,
            company_id: None,
            agreement_id: None,
            psa_product_id: None,
            product_key: "license:Server".to_owned(),
            measured: d(after),
            billed: d(after),
            unit_price: None,
            unit_cost: None,
            charged_price: Decimal::ONE,
            amount: d(after),
            delta: d(after) - d(before),
            description: None,
            effective_date: None,
            before: None,
            candidates: Vec::new(),
            parts: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn verdict(lines: &[(&str, &str)], percent: Option<&str>, amount: Option<&str>) -> usize {
        let lines: Vec<PlannedLine> = lines.iter().map(|(before, after)| line(before, after)).collect();
        let plan = Plan {
            totals: totals(&lines),
            lines,
        };
        let verdict = judge(
            &plan,
            Guard {
                percent: percent.map(d),
                amount: amount.map(d),
            },
            false,
        );
        assert_eq!(verdict.passed, verdict.reasons.is_empty());
        verdict.reasons.len()
    }

    #[test]
    fn changes_are_compared_with_both_limits() {
        for (case, lines, percent, amount, reasons) in [
            ("at the limit", vec![("100", "110")], Some("10"), Some("10"), 0),
            (
                "above the percentage, line and total",
                vec![("100", "110.01")],
                Some("10"),
                None,
                2,
            ),
            ("below as well", vec![("100", "80")], Some("10"), None, 2),
            ("above the amount", vec![("100", "110.01")], None, Some("10"), 2),
            (
                "a line, not the total",
                vec![("100", "150"), ("900", "900")],
                Some("10"),
                None,
                1,
            ),
            (
                "the total, not a line",
                vec![("100", "106"), ("100", "106")],
                None,
                Some("10"),
                1,
            ),
            (
                "opposite changes hide in no total",
                vec![("100", "200"), ("100", "0")],
                Some("50"),
                None,
                2,
            ),
            (
                "a new line has no percentage",
                vec![("0", "50"), ("950", "950")],
                Some("10"),
                None,
                0,
            ),
            (
                "but a share in the total",
                vec![("0", "200"), ("950", "950")],
                Some("10"),
                None,
                1,
            ),
            ("and an amount", vec![("0", "50"), ("950", "950")], None, Some("20"), 2),
            ("a third is more than 33 percent", vec![("3", "4")], Some("33"), None, 2),
            ("nothing limits nothing", vec![("1", "1000000")], None, None, 0),
        ] {
            assert_eq!(verdict(&lines, percent, amount), reasons, "{case}");
        }
    }

    #[test]
    fn a_first_run_is_looked_at() {
        let plan = Plan {
            totals: totals(&[]),
            lines: Vec::new(),
        };
        let verdict = judge(&plan, Guard::default(), true);
        assert!(!verdict.passed);
        assert_eq!(
            verdict.reasons,
            ["This is the first run: there is nothing to compare it with."]
        );
    }

    #[test]
    fn reasons_name_numbers_and_stop_growing() {
        let lines: Vec<PlannedLine> = (0..25).map(|_| line("3", "5")).collect();
        let plan = Plan {
            totals: totals(&lines),
            lines,
        };
        let reasons = judge(
            &plan,
            Guard {
                percent: Some(d("10")),
                amount: None,
            },
            false,
        )
        .reasons;
        assert_eq!(reasons.len(), 22);
        assert_eq!(
            reasons[0],
            "The total changes by 66.7 % from 75 to 125; the limit is 10 %."
        );
        assert_eq!(reasons[21], "5 more lines change by more than the guard allows.");
    }
}
