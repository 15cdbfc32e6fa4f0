//! The field tables of every record type, grouped by module of the API.

pub(crate) mod agreement;
pub(crate) mod agreement_type;
pub(crate) mod board;
pub(crate) mod company;
pub(crate) mod procurement;
pub(crate) mod system;
pub(crate) mod ticket;
