//! Ticket settings, the agents' reports, and what people do about deliveries.

mod deliveries;
mod events;
mod settings;

use async_graphql::MergedObject;

/// Mutations of tickets.
#[derive(Debug, Default, MergedObject)]
pub struct TicketMutations(
    settings::TicketSettingsMutations,
    events::TicketEventMutations,
    deliveries::TicketDeliveryMutations,
);
