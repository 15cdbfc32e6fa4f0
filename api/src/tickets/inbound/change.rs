//! What follows from a change in the PSA, as pure functions: what is seen of a ticket in, what becomes of the incident out.
//!
//! | the ticket | an incident that holds or recovered | an incident that has ended |
//! |---|---|---|
//! | is closed now | ends, unless we are about to reopen the ticket | stays |
//! | was closed and is open now | stays | holds again, or has recovered when its condition has or a newer incident took its place |
//! | says something else | stays | stays |

use psa_connectors::record::Ticket;
use psa_entities::incident::IncidentState;

use crate::tickets::known::KnownTicket;

/// What of an incident decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// How far it is.
    pub state: IncidentState,
    /// Whether its condition has recovered.
    pub has_recovered: bool,
    /// Whether its condition has a newer incident.
    pub is_superseded: bool,
    /// Whether it owes the PSA the reopening of its ticket.
    pub reopening: bool,
}

/// What becomes of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It ends in this state.
    Ends(IncidentState),
    /// It holds again.
    Opens,
    /// Its ticket is open again, its condition is gone.
    Recovers,
}

impl Turn {
    /// The state that follows.
    pub fn state(self) -> IncidentState {
        match self {
            Self::Ends(state) => state,
            Self::Opens => IncidentState::Open,
            Self::Recovers => IncidentState::Recovered,
        }
    }
}

/// What a ticket that was read says beyond what is known; `None` when that is nothing, or older than a write of ours. A
/// ticket that ours was merged into is always news, and a person did it.
pub fn news(before: Option<&KnownTicket>, ticket: Ticket, is_survivor: bool) -> Option<KnownTicket> {
    let known = KnownTicket::read(ticket, before);
    if is_survivor {
        return Some(KnownTicket { touched: true, ..known });
    }
    let differs = before.is_none_or(|before| {
        let overtaken = before.ticket.changed_at > known.ticket.changed_at;
        // Who changed it last and when tells nothing by itself: our notes change both.
        let timeless = |of: &KnownTicket| {
            let mut of = of.clone();
            of.ticket.changed_at = None;
            of.ticket.changed_by = None;
            of
        };
        !overtaken && timeless(before) != timeless(&known)
    });
    differs.then_some(known)
}

/// What becomes of an incident because of its ticket.
pub fn turn(facts: &Facts, before: Option<&KnownTicket>, now: &KnownTicket) -> Option<Turn> {
    use IncidentState::{Closed, ClosedInPsa, Open, Recovered};
    match facts.state {
        Open | Recovered if now.ticket.closed && !facts.reopening => {
            let by_us = now.our_name.is_some() && now.our_name == now.ticket.changed_by;
            Some(Turn::Ends(if by_us && facts.state == Recovered {
                Closed
            } else {
                ClosedInPsa
            }))
        }
        // What we owe a closing is not closed yet: only what was seen closed can have been opened again.
        Closed | ClosedInPsa if !now.ticket.closed && before.is_some_and(|before| before.ticket.closed) => {
            Some(if facts.has_recovered || facts.is_superseded {
                Turn::Recovers
            } else {
                Turn::Opens
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use psa_connectors::record::TicketId;

    use super::*;

    fn ticket(closed: bool, changed_by: &str, minute: i64) -> Ticket {
        Ticket {
            id: TicketId::new("7"),
            number: None,
            url: None,
            company: None,
            board: None,
            status: None,
            status_name: None,
            closed,
            merged_into: None,
            key: None,
            changed_by: Some(changed_by.to_owned()),
            changed_at: Some(DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)),
        }
    }

    fn facts(state: IncidentState) -> Facts {
        Facts {
            state,
            has_recovered: false,
            is_superseded: false,
            reopening: false,
        }
    }

    #[test]
    fn what_a_write_of_ours_has_overtaken_is_no_news() {
        let written = KnownTicket::written(ticket(false, "api", 5), None);
        let plain = |ticket| news(Some(&written), ticket, false);
        assert_eq!(plain(ticket(true, "ann", 4)), None);
        assert_eq!(plain(ticket(false, "api", 5)), None);
        assert!(plain(ticket(true, "ann", 6)).is_some_and(|known| known.touched));
    }

    #[test]
    fn a_note_of_ours_is_no_news_and_a_persons_is() {
        let written = KnownTicket::written(ticket(false, "api", 5), None);
        let plain = |ticket| news(Some(&written), ticket, false);
        assert_eq!(plain(ticket(false, "api", 7)), None);
        assert!(plain(ticket(false, "ann", 7)).is_some_and(|known| known.touched));
    }

    #[test]
    fn a_ticket_that_ours_was_merged_into_is_news_and_touched() {
        let written = KnownTicket::written(ticket(false, "api", 5), None);
        let survivor = news(Some(&written), ticket(false, "api", 1), true);
        assert!(survivor.is_some_and(|known| known.touched && known.our_name.as_deref() == Some("api")));
    }

    #[test]
    fn the_table_of_endings() {
        use IncidentState::{Closed, ClosedInPsa, Open, Recovered};
        let written = KnownTicket::written(ticket(false, "api", 5), None);
        for (state, closed, by, reopening, expected) in [
            (Open, true, "ann", false, Some(ClosedInPsa)),
            (Open, true, "api", false, Some(ClosedInPsa)),
            (Open, true, "ann", true, None),
            (Open, false, "ann", false, None),
            (Recovered, true, "ann", false, Some(ClosedInPsa)),
            (Recovered, true, "api", false, Some(Closed)),
            (Closed, true, "ann", false, None),
            (ClosedInPsa, true, "ann", false, None),
        ] {
            let known = KnownTicket::read(ticket(closed, by, 6), Some(&written));
            let facts = Facts {
                reopening,
                ..facts(state)
            };
            assert_eq!(
                turn(&facts, Some(&written), &known),
                expected.map(Turn::Ends),
                "{state:?} {closed} {by} {reopening}"
            );
        }
    }

    #[test]
    fn the_table_of_reopenings() {
        use IncidentState::{Closed, ClosedInPsa, Open, Recovered};
        for (state, was_closed, has_recovered, is_superseded, expected) in [
            (ClosedInPsa, true, false, false, Some(Turn::Opens)),
            (ClosedInPsa, true, true, false, Some(Turn::Recovers)),
            (ClosedInPsa, true, false, true, Some(Turn::Recovers)),
            (Closed, true, true, false, Some(Turn::Recovers)),
            // Its closing is still owed.
            (Closed, false, true, false, None),
            // We reopened it.
            (Open, true, false, false, None),
            (Recovered, true, true, false, None),
        ] {
            let before = KnownTicket::written(ticket(was_closed, "api", 5), None);
            let known = KnownTicket::read(ticket(false, "ann", 6), Some(&before));
            let facts = Facts {
                has_recovered,
                is_superseded,
                ..facts(state)
            };
            assert_eq!(turn(&facts, Some(&before), &known), expected, "{state:?} {facts:?}");
        }
        let known = KnownTicket::read(ticket(false, "ann", 6), None);
        assert_eq!(turn(&facts(ClosedInPsa), None, &known), None);
    }
}
