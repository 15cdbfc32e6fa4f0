//! Counts in the PSA, and compares with the plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use psa_simulator::connectwise::Simulator;
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
/// many notes as it is owed, that no two bear one marker, and that there is nothing besides.
pub fn as_planned(simulator: &Simulator, plan: Plan) -> Found {
    let (notes, tickets) = (notes(simulator), desk::tickets(simulator));
    let mut notes_of: HashMap<i64, usize> = HashMap::new();
    for (ticket, _) in &notes {
        *notes_of.entry(*ticket).or_default() += 1;
    }
    let mut found: BTreeMap<usize, Vec<(String, Ticket)>> = BTreeMap::new();
    for ticket in &tickets {
        let id = ticket["id"].as_i64().expect("a number");
        let is = Ticket {
            closed: ticket["closedFlag"] == true,
            notes: notes_of.get(&id).copied().unwrap_or_default(),
        };
        let company = text(&ticket["company"]["identifier"]);
        let number = condition(&text(&ticket["summary"]));
        found.entry(number).or_default().push((company, is));
    }
    let all = Found {
        tickets: tickets.len(),
        notes: notes.len(),
        closed: tickets.iter().filter(|ticket| ticket["closedFlag"] == true).count(),
    };
    let markers = tickets.iter().map(|ticket| text(&ticket["externalXRef"]));
    let mut wrong = twice(markers.chain(notes.into_iter().map(|(_, marker)| marker)));
    for number in 0..plan.conditions() {
        let mut is = found.remove(&number).unwrap_or_default();
        is.sort();
        let company = Plan::company(number).to_owned();
        let tickets = plan.tickets(number).into_iter();
        let should: Vec<_> = tickets.map(|ticket| (company.clone(), ticket)).collect();
        if is != should {
            wrong.push(format!("PC-{number}: {is:?} instead of {should:?}"));
        }
    }
    assert!(wrong.is_empty(), "{all:?}; wrong are {}: {wrong:#?}", wrong.len());
    assert!(found.is_empty(), "nobody reported {found:?}");
    all
}

/// The number of the condition that a ticket is about.
fn condition(summary: &str) -> usize {
    let number = summary.strip_prefix("Backup Failed: Nightly on PC-");
    let number = number.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("nobody reported {summary}"))
}

/// The ticket and the marker of every note of ours.
fn notes(simulator: &Simulator) -> Vec<(i64, String)> {
    let notes = simulator.records("notes").into_iter().filter_map(|note| {
        let text = text(&note["text"]);
        let marker = text.lines().find(|line| line.starts_with("[psa-bridge: PB:"))?;
        Some((note["ticketId"].as_i64().expect("a number"), marker.to_owned()))
    });
    notes.collect()
}

/// Says which markers there are more than once.
fn twice(markers: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let again = markers.filter(|marker| !seen.insert(marker.clone()));
    again.map(|marker| format!("once more: {marker}")).collect()
}
