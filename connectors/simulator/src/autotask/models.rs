//! The entities as data: field names and types after the vendor's Swagger, required fields and lengths after its help.

pub(crate) mod billing;
pub(crate) mod catalogue;
pub(crate) mod company;
pub(crate) mod contract;
pub(crate) mod device;
pub(crate) mod staff;
pub(crate) mod ticket;
pub(crate) mod webhook;
