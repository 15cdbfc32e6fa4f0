//! Ticket settings, the agents' reports, and what people do about deliveries.

mod companies;
mod deliveries;
mod events;
mod inputs;
mod settings;

use async_graphql::MergedObject;

/// Mutations of tickets.
#[derive(Debug, Default, MergedObject)]
pub struct TicketMutations(
    settings::TicketSettingsMutations,
    companies::CompanyTicketMutations,
    events::TicketEventMutations,
    deliveries::TicketDeliveryMutations,
);
