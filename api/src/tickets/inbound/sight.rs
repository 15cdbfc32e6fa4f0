//! What is seen of a ticket in the PSA: the ticket itself, the one that it was merged into, or nothing.

use psa_connectors::{
    Error, ErrorKind, PsaConnector,
    record::{Ticket, TicketId},
};

/// How many merges are followed. People merge tickets that others were merged into; nobody does it that often.
const HOPS: usize = 8;

/// What was seen of the ticket that incidents know by an id.
#[derive(Debug)]
pub struct Sighting {
    /// The id by which incidents know it.
    pub of: TicketId,
    /// What goes on for it.
    pub seen: Seen,
}

/// What goes on for a ticket.
#[derive(Debug)]
pub enum Seen {
    /// This ticket: itself, or the one that it was merged into.
    There(Box<Ticket>),
    /// It is gone, as the PSA says.
    Gone(Error),
}

/// Reads a ticket by its id.
///
/// # Errors
/// What the PSA says, but for that the ticket is gone.
pub async fn look(connector: &dyn PsaConnector, id: &TicketId) -> Result<Sighting, Error> {
    match connector.ticket(id).await {
        Ok(ticket) => {
            let seen = followed(connector, ticket).await?;
            Ok(Sighting { of: id.clone(), ..seen })
        }
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(Sighting {
            of: id.clone(),
            seen: Seen::Gone(error),
        }),
        Err(error) => Err(error),
    }
}

/// Follows a ticket that was read to the one that goes on for it. One that was merged into a ticket which is gone by now
/// stays what it is: closed.
///
/// # Errors
/// What the PSA says of the tickets that it was merged into.
pub async fn followed(connector: &dyn PsaConnector, ticket: Ticket) -> Result<Sighting, Error> {
    let of = ticket.id.clone();
    let mut survivor = ticket;
    for _ in 0..HOPS {
        let Some(next) = survivor.merged_into.clone() else {
            break;
        };
        survivor = match connector.ticket(&next).await {
            Ok(next) => next,
            Err(error) if *error.kind() == ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        };
    }
    let seen = Seen::There(Box::new(survivor));
    Ok(Sighting { of, seen })
}
