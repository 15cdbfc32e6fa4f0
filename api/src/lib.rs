//! PSA Bridge: connects a backup vendor's Management Console with the PSA that a managed service provider runs its
//! business in.
//!
//! Cut by capability: [`cli`] starts the server, [`http`] and [`auth`] turn a request into a viewer, [`graphql`] is a thin
//! face over [`integrations`], [`console`], [`directory`], [`mapping`], [`billing`] and [`tickets`], and [`jobs`] does what
//! takes longer than a call. Whoever follows a record hears of its changes through [`live`].

pub mod cli;
pub mod config;
pub mod app;
pub mod database;
pub mod logging;
pub mod http;
pub mod auth;
pub mod audit;
pub mod graphql;
pub mod failure;
pub mod vault;
pub mod integrations;
pub mod console;
pub mod directory;
pub mod mapping;
pub mod billing;
pub mod tickets;
pub mod jobs;
pub mod live;
#[cfg(test)]
mod generated;
