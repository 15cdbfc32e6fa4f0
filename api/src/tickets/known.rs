//! What we know of an incident's ticket: as it was last read, and whether a person has worked on it.

use psa_connectors::record::Ticket;
use serde::{Deserialize, Serialize};

/// A ticket as last read, stored with its incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTicket {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: Ticket,
    /// Who the PSA said had changed it, right after a write of ours: that is what our API user is called there.
    pub our_name: Option<String>,
    /// Whether somebody else was seen to have changed it. Once true it stays so, although a note of ours hides the name.
    pub touched: bool,
}

impl KnownTicket {
    /// The ticket as a write of ours left it.
    pub fn written(ticket: Ticket, before: Option<&KnownTicket>) -> Self {
        let our_name = ticket
            .changed_by
            .clone()
            .or_else(|| before.and_then(|known| known.our_name.clone()));
        Self {
            ticket,
            our_name,
            touched: before.is_some_and(|known| known.touched),
        }
    }

    /// The ticket as it was read. Somebody touched it when the PSA names another than us; without a name to compare
    /// with, nobody is suspected.
    pub fn read(ticket: Ticket, before: Option<&KnownTicket>) -> Self {
        let our_name = before.and_then(|known| known.our_name.clone());
        let another = match (&our_name, &ticket.changed_by) {
            (Some(ours), Some(now)) => ours != now,
            _ => false,
        };
        Self {
            ticket,
            our_name,
            touched: another || before.is_some_and(|known| known.touched),
        }
    }
}

#[cfg(test)]
mod tests {
    use psa_connectors::record::TicketId;

    use super::*;

    fn ticket(changed_by: Option<&str>) -> Ticket {
        Ticket {
            id: TicketId::new("7"),
            number: None,
            url: None,
            company: None,
            board: None,
            status: None,
            status_name: None,
            closed: false,
            merged_into: None,
            key: None,
            changed_by: changed_by.map(str::to_owned),
            changed_at: None,
        }
    }

    #[test]
    fn another_name_is_a_person() {
        for (ours, now, touched) in [
            (Some("api"), Some("api"), false),
            (Some("api"), Some("ann"), true),
            (Some("api"), None, false),
            (None, Some("ann"), false),
        ] {
            let written = KnownTicket::written(ticket(ours), None);
            assert_eq!(
                KnownTicket::read(ticket(now), Some(&written)).touched,
                touched,
                "{ours:?} {now:?}"
            );
        }
    }

    #[test]
    fn a_touch_is_not_forgotten() {
        let written = KnownTicket::written(ticket(Some("api")), None);
        let touched = KnownTicket::read(ticket(Some("ann")), Some(&written));
        let again = KnownTicket::written(ticket(Some("api")), Some(&touched));
        assert!(again.touched && KnownTicket::read(ticket(Some("api")), Some(&again)).touched);
    }

    #[test]
    fn it_survives_storage() {
        let known = KnownTicket::written(ticket(Some("api")), None);
        let json = serde_json::to_value(&known).expect("serialises");
        assert_eq!(json["id"], "7");
        assert_eq!(serde_json::from_value::<KnownTicket>(json).expect("reads back"), known);
    }
}
