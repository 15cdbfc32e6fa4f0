//! The table of all decisions, as it stands in the documentation: made by deciding every case.

use psa_entities::agent_settings::{RuleAction, TicketRule};
use psa_entities::incident::IncidentState;
use psa_entities::ticket_settings::{OnRecovery, TicketMode};

use super::tests::{APPEND, DAY, EACH, at, fails, incident, rule};
use super::{Decision, EventFacts, IncidentChange, IncidentFacts, Place, TicketOf, TicketPolicy, decide, recovery};

type Known = (Option<IncidentFacts>, Option<IncidentFacts>);

/// The file that the module's documentation includes.
pub(crate) fn markdown() -> String {
    let mut text = String::from("<!-- Made by the tests from the decisions themselves. -->\n");
    for (mode, policy) in [("APPEND_TO_OPEN", APPEND), ("NEW_TICKET_PER_EVENT", EACH)] {
        text += &format!("\n**`{mode}`**, a closed ticket is reopened within a day:\n\n");
        text += &events(policy);
    }
    text += "\n**A recovery**, by what the settings want and what tells of the incident:\n\n";
    text + &recoveries()
}

fn events(policy: TicketPolicy) -> String {
    let columns: [(&str, EventFacts); 7] = [
        ("a failure", fails(20)),
        (
            "its rule waits for 3 failures",
            of_rule(TicketRule {
                after: 3,
                ..rule("ERROR")
            }),
        ),
        (
            "the company has too many tickets",
            EventFacts {
                storm: true,
                ..fails(20)
            },
        ),
        ("rule `NOTE`", of_rule(TicketRule::new("ERROR", RuleAction::Note))),
        (
            "rule `CLOSE`, or its end",
            of_rule(TicketRule::new("ERROR", RuleAction::Close)),
        ),
        (
            "rule `IGNORE`, or none",
            EventFacts {
                rule: None,
                ..fails(20)
            },
        ),
        ("older than the last one", fails(5)),
    ];
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = header("of the condition is known", &names);
    for (name, (open, last)) in states() {
        let cells = columns
            .iter()
            .map(|(_, event)| cell(&decide(event, open, last, policy)));
        text += &row(name, cells);
    }
    text
}

fn recoveries() -> String {
    let told: [(&str, IncidentFacts); 4] = [
        ("nothing: it waits", waiting(1)),
        ("its ticket", own(IncidentState::Open, false)),
        ("its ticket, which a person touched", own(IncidentState::Open, true)),
        ("the ticket of a storm", in_storm(IncidentState::Open)),
    ];
    let names: Vec<_> = told.iter().map(|(name, _)| *name).collect();
    let mut text = header("the settings", &names);
    let careless = TicketPolicy {
        close_only_untouched: false,
        ..APPEND
    };
    for (name, policy) in [
        ("`CLOSE`, only untouched", APPEND),
        ("`CLOSE`", careless),
        (
            "`NOTE`",
            TicketPolicy {
                on_recovery: OnRecovery::Note,
                ..APPEND
            },
        ),
        (
            "`NOTHING`",
            TicketPolicy {
                on_recovery: OnRecovery::Nothing,
                ..APPEND
            },
        ),
    ] {
        text += &row(
            name,
            told.iter().map(|(_, incident)| cell(&recovery(policy, *incident))),
        );
    }
    text
}

/// What can be known of a condition: the incident that is open and the last one that is over.
fn states() -> Vec<(&'static str, Known)> {
    use IncidentState::{Closed, ClosedInPsa, Open, Recovered};
    let open = |incident| (Some(incident), None);
    let over = |incident| (None, Some(incident));
    let often = IncidentFacts {
        occurrences: 4,
        ..own(Open, false)
    };
    let long_ago = IncidentFacts {
        ended_at: Some(at(-2 * DAY)),
        ..own(Closed, false)
    };
    vec![
        ("nothing", (None, None)),
        ("it waits, 1 failure", open(waiting(1))),
        ("it waits, 2 failures", open(waiting(2))),
        ("it is open", open(own(Open, false))),
        ("it is open, repeated as often as raises the priority", open(often)),
        ("it is open, a person touched its ticket", open(own(Open, true))),
        ("it is open in a storm", open(in_storm(Open))),
        ("it recovered, its ticket is open", over(own(Recovered, false))),
        ("it recovered in a storm that lasts", over(in_storm(Recovered))),
        ("it was closed lately", over(own(Closed, false))),
        ("it was closed long ago", over(long_ago)),
        ("it was closed in the PSA lately", over(own(ClosedInPsa, true))),
        (
            "it is over without a ticket",
            over(IncidentFacts {
                ticket: TicketOf::Nobody,
                ..own(Recovered, false)
            }),
        ),
    ]
}

fn own(state: IncidentState, touched: bool) -> IncidentFacts {
    incident(state, 10, touched)
}

fn waiting(failures: i32) -> IncidentFacts {
    let ticket = TicketOf::Nobody;
    IncidentFacts {
        occurrences: failures,
        ticket,
        ..incident(IncidentState::Waiting, 10, false)
    }
}

fn in_storm(state: IncidentState) -> IncidentFacts {
    IncidentFacts {
        ticket: TicketOf::Storm,
        ..incident(state, 10, false)
    }
}

fn of_rule(rule: TicketRule) -> EventFacts {
    EventFacts {
        rule: Some(rule),
        ..fails(20)
    }
}

fn cell(decision: &Decision) -> String {
    let change = match decision.incident {
        IncidentChange::Record => "–",
        IncidentChange::Wait => "waits",
        IncidentChange::Open(Place::OwnTicket) | IncidentChange::Begin(Place::OwnTicket) => "opens",
        IncidentChange::Open(Place::StormTicket) | IncidentChange::Begin(Place::StormTicket) => "joins the storm",
        IncidentChange::Supersede => "a new one opens",
        IncidentChange::Append => "goes on",
        IncidentChange::Reopen => "is open again",
        IncidentChange::Recover(IncidentState::Closed) => "is closed",
        IncidentChange::Recover(_) => "recovers",
    };
    let owed: Vec<_> = decision
        .deliveries
        .iter()
        .map(|kind| format!("`{}`", serde_json::to_value(kind).unwrap().as_str().unwrap()))
        .collect();
    if owed.is_empty() {
        change.to_owned()
    } else {
        format!("{change}: {}", owed.join(", "))
    }
}

fn header(first: &str, columns: &[&str]) -> String {
    let line = format!("| {first} | {} |\n", columns.join(" | "));
    line + "|---" + &"|---".repeat(columns.len()) + "|\n"
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    format!("| {name} | {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

#[test]
fn the_modes_differ_only_where_a_ticket_is_open_or_was() {
    for (name, (open, last)) in states() {
        let (one, other) = (
            decide(&fails(20), open, last, APPEND),
            decide(&fails(20), open, last, EACH),
        );
        let own = open.or(last).is_some_and(|incident| incident.ticket == TicketOf::Own);
        assert!(one == other || own, "{name}");
        assert_eq!(APPEND.mode, TicketMode::AppendToOpen);
    }
}
