//! The root of every query.

mod console;
mod integrations;
mod node;
mod viewer;

use async_graphql::MergedObject;

/// Everything that can be read.
#[derive(Default, MergedObject)]
pub struct Query(viewer::ViewerQueries, node::NodeQueries, integrations::IntegrationQueries, console::ConsoleQueries);
