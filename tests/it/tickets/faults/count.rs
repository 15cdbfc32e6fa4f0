//! Counts in the PSA, and compares with the plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use psa_simulator::Simulator;
use psa_tests::setup::text;

use super::plan::{Plan, Ticket};
use crate::tickets::desk;

/// What the PSA has in all.
#[derive(Debug)]
pub struct Found {
    /// Tickets, the closed ones included.
    pub tickets: usize,
    /// Notes of ours.
    pub notes: usize,
    /// Closed tickets.
    pub closed: usize,
}

/// Makes sure that every condition has its tickets, each of the right company, closed or open as it should be, with as
/// many notes as it is owed, and that there is nothing besides.
pub fn as_planned(simulator: &Simulator, plan: Plan) -> Found {
    let (notes, tickets) = (notes(simulator), desk::tickets(simulator));
    let mut markers = HashSet::new();
    let mut found: BTreeMap<usize, Vec<(String, Ticket)>> = BTreeMap::new();
    for ticket in &tickets {
        let summary = text(&ticket["summary"]);
        let number = summary.strip_prefix("Backup Failed: Nightly on PC-");
        let number = number.and_then(|number| number.parse().ok());
        let number: usize = number.unwrap_or_else(|| panic!("nobody reported {summary}"));
        let marker = text(&ticket["externalXRef"]);
        assert!(markers.insert(marker.clone()), "two tickets of {summary} bear {marker}");
        let id = ticket["id"].as_i64().expect("a number");
        let is = Ticket {
            closed: ticket["closedFlag"] == true,
            notes: notes.get(&id).copied().unwrap_or_default(),
        };
        let company = text(&ticket["company"]["identifier"]);
        found.entry(number).or_default().push((company, is));
    }
    let closed = tickets.iter().filter(|ticket| ticket["closedFlag"] == true).count();
    let all = Found {
        tickets: tickets.len(),
        notes: notes.values().sum(),
        closed,
    };
    let wrong: Vec<_> = (0..plan.conditions())
        .filter_map(|number| {
            let mut is = found.remove(&number).unwrap_or_default();
            is.sort();
            let company = Plan::company(number).to_owned();
            let tickets = plan.tickets(number).into_iter();
            let should: Vec<_> = tickets.map(|ticket| (company.clone(), ticket)).collect();
            (is != should).then(|| format!("PC-{number}: {is:?} instead of {should:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} conditions, {all:?}: {wrong:#?}", wrong.len());
    assert!(found.is_empty(), "nobody reported {found:?}");
    all
}

/// How many notes of ours each ticket bears.
fn notes(simulator: &Simulator) -> HashMap<i64, usize> {
    let mut markers = HashSet::new();
    let mut notes = HashMap::new();
    for note in simulator.records("notes") {
        let text = text(&note["text"]);
        let Some(marker) = text.lines().find(|line| line.starts_with("[psa-bridge: PB:")) else {
            continue;
        };
        assert!(markers.insert(marker.to_owned()), "two notes bear {marker}");
        let ticket = note["ticketId"].as_i64().expect("a number");
        *notes.entry(ticket).or_default() += 1;
    }
    notes
}
