//! The root of every subscription.
//!
//! A subscription's field gives a stream of rows, as [`crate::live`] reads them; the engine resolves the selection anew
//! for each of them. What it reads on the way, relations among them, is read for that event: [`super::loaders`] keep
//! nothing.

pub mod billing_run;
pub mod incident;
pub mod integration;
pub mod job;

use async_graphql::MergedSubscription;

/// Everything that can be followed, over a WebSocket with the subprotocol `graphql-transport-ws`.
#[derive(Default, MergedSubscription)]
pub struct Subscription(
    job::JobSubscriptions,
    integration::IntegrationSubscriptions,
    billing_run::BillingRunSubscriptions,
    incident::IncidentSubscriptions,
);
