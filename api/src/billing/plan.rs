//! The plan: what a billing run will do to the agreements, line by line, decided without touching anything.
//!
//! [`plan`] is a pure function of its [`PlanInput`]. It leaves nothing out: every item of every configuration and every
//! product that was used is on a line, blocked lines say what would unblock them. Items that meet on one product of one
//! agreement are summed before they are compared with what the agreement holds, each after its own included quantity,
//! rounding and minimum, and when one of them is blocked the whole line is: a sum with a part missing is a wrong sum.

pub mod block;
mod decide;
#[cfg(test)]
mod fixture;
pub mod input;
pub mod line;
mod money;
mod part;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rules;

use std::collections::BTreeMap;

use psa_entities::billing_line::LineAction;
use psa_entities::billing_run::RunTotals;
use rust_decimal::Decimal;

pub use block::{BlockCode, Explanation, NoopReason};
pub use input::PlanInput;
pub use line::{LinePart, PlannedLine};

use part::{Index, Part, Place};

/// The lines of a run and their sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The lines, by company name, agreement and product.
    pub lines: Vec<PlannedLine>,
    /// The sums over the lines.
    pub totals: RunTotals,
}

/// Plans the billing of one month.
///
/// Two calls with the same snapshot give the same plan, whatever the order of its lists. Planning again after the plan
/// was applied gives no line that writes.
pub fn plan(input: &PlanInput) -> Plan {
    let index = Index::new(input);
    let mut places: BTreeMap<Place, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Part<'_>>> = Vec::new();
    for (number, part) in index.parts().into_iter().enumerate() {
        let group = *places.entry(part.place(number)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(parts) => parts.push(part),
            None => groups.push(vec![part]),
        }
    }
    let lines: Vec<PlannedLine> = groups.iter().filter_map(|parts| decide::line(input, parts)).collect();
    let totals = totals(&lines);
    Plan { lines, totals }
}

/// The sums over `lines`. Lines that are blocked or not billed add nothing.
pub fn totals(lines: &[PlannedLine]) -> RunTotals {
    let count = |wanted: fn(&PlannedLine) -> bool| {
        u32::try_from(lines.iter().filter(|line| wanted(line)).count()).unwrap_or(u32::MAX)
    };
    RunTotals {
        lines: count(|_| true),
        blocked: count(|line| line.action == LineAction::Blocked),
        changes: count(PlannedLine::is_change),
        amount: lines.iter().map(|line| line.amount).sum::<Decimal>().normalize(),
        delta: lines.iter().map(|line| line.delta).sum::<Decimal>().normalize(),
    }
}
