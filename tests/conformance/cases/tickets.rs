//! Tickets: created once, found, closed, opened again.

mod life;
mod write;

use psa_connectors::{
    Result,
    record::{Routing, Ticket, TicketDraft, WriteKey},
};

use crate::{
    bench::Facts,
    case::{Case, case},
    world::{World, once},
};

pub(super) const CASES: &[Case] = &[
    case!("R-TICKET-01", [Tickets], write::created_as_drafted),
    case!("R-TICKET-02", [Tickets, FindTicketByKey], life::found_by_its_key),
    case!("R-TICKET-03", [Tickets], calm write::one_write_per_call),
    case!("R-TICKET-04", [Tickets, FindTicketByKey], calm write::a_lost_answer),
    case!("R-TICKET-05", [Tickets, FindTicketByKey], calm write::a_lost_request),
    case!("R-TICKET-06", [Tickets], write::long_texts_are_shortened),
    case!("R-TICKET-07", [Tickets], write::odd_texts_are_kept),
    case!("R-TICKET-08", [Tickets], write::unknown_records),
    case!("R-TICKET-09", [Tickets], life::a_deleted_ticket_is_gone),
    case!(
        "R-TICKET-10",
        [Tickets, TicketClose, TicketReopen],
        life::closed_and_opened_again
    ),
    case!("R-TICKET-11", [Tickets], calm life::what_is_so_already_is_not_written),
    case!("R-TICKET-12", [Tickets], life::fields_can_be_changed),
    case!("R-TICKET-13", [Tickets, FindTicketByKey], life::our_changed_tickets),
    case!("R-TICKET-14", [Tickets, FindTicketByKey], write::long_keys_are_kept),
    case!("R-TICKET-15", [Tickets, TicketClose], life::what_a_person_does_is_seen),
    case!("R-TICKET-16", [Tickets, TicketNotes], life::what_a_person_adds_is_seen),
    case!("R-TICKET-17", [Tickets, TicketMerge], life::a_merged_ticket_leads_on),
];

/// A ticket for the company, routed by all fields.
pub(super) fn draft(facts: &Facts) -> TicketDraft {
    TicketDraft {
        company: facts.company.clone(),
        contact: facts.contact.clone(),
        summary: "Backup failed on SRV-01".to_owned(),
        body: "The plan \"Nightly\" failed.".to_owned(),
        routing: Routing {
            board: facts.desk().board.clone(),
            status: None,
            fields: facts.desk().routing.clone(),
        },
    }
}

/// Creates a ticket as every caller must, and sees that it is there once.
pub(super) async fn create(world: &World, draft: &TicketDraft, key: &WriteKey) -> Ticket {
    let ticket = once(
        async || world.psa.create_ticket(draft, key).await,
        async || find(world, key).await,
    )
    .await;
    assert_eq!(world.bench.tickets(key), 1, "tickets that bear {key}");
    ticket
}

/// Looks for the one ticket that bears a key.
async fn find(world: &World, key: &WriteKey) -> Result<Option<Ticket>> {
    let mut found = world.psa.find_tickets(key).await?;
    assert!(found.len() <= 1, "{found:?}");
    Ok(found.pop())
}
