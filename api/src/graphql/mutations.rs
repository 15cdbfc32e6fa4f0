//! The root of every mutation. Each takes one input and answers with one payload; expected outcomes are data in it.

mod billing;
mod import;
mod integration;
mod mapping;
mod report;
mod ticket;

use async_graphql::MergedObject;

/// Everything that can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    integration::IntegrationMutations,
    import::ImportMutations,
    mapping::MappingMutations,
    billing::BillingMutations,
    ticket::TicketMutations,
    report::ReportMutations,
);
