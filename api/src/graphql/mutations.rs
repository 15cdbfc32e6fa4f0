//! The root of every mutation. Each takes one input and answers with one payload; expected outcomes are data in it.

pub mod api_token;
pub mod billing;
pub mod contact;
pub mod import;
pub mod integration;
pub mod mapping;
pub mod provider;
pub mod report;
pub mod ticket;

use async_graphql::MergedObject;

/// Everything that can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    integration::IntegrationMutations,
    import::ImportMutations,
    mapping::MappingMutations,
    contact::ContactMutations,
    billing::BillingMutations,
    ticket::TicketMutations,
    report::ReportMutations,
    api_token::ApiTokenMutations,
    provider::ProviderMutations,
);
