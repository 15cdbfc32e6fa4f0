//! The field tables of every record type, grouped by module of the API.

pub(crate) mod agreement;
pub(crate) mod agreement_type;
pub(crate) mod board;
pub(crate) mod communication;
pub(crate) mod company;
pub(crate) mod configuration;
pub(crate) mod invoice;
pub(crate) mod management;
pub(crate) mod procurement;
pub(crate) mod shelf;
pub(crate) mod site;
pub(crate) mod system;
pub(crate) mod ticket;
