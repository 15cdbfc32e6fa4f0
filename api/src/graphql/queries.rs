//! The root of every query.

pub mod audit;
pub mod api_tokens;
pub mod console;
pub mod integrations;
pub mod node;
pub mod viewer;

use async_graphql::MergedObject;

/// Everything that can be read.
#[derive(Default, MergedObject)]
pub struct Query(
    viewer::ViewerQueries,
    node::NodeQueries,
    integrations::IntegrationQueries,
    console::ConsoleQueries,
    audit::AuditQueries,
    api_tokens::ApiTokenQueries,
);
