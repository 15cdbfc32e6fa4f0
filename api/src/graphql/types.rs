//! The types of the API: newtypes over rows, with their relations.

pub mod audit;
pub mod api_token;
pub mod billing;
pub mod connector;
pub mod console;
pub mod import;
pub mod integration;
pub mod job;
pub mod mapping;
pub mod node;
pub mod permission;
pub mod product;
pub mod psa;
pub mod ticket;
pub mod ticketing;
pub mod viewer;
pub mod webhook;
