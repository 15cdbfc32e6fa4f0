//! What a PSA holds that is imported: the account itself, companies, contacts and catalogue products.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ChoiceId, CompanyId, ContactId, DeviceId, ProductId};
use crate::descriptor::QuantityKind;

/// What is at the other end of the credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The MSP's own name in the PSA.
    pub name: String,
    /// The PSA's version, as it prints it.
    pub version: Option<String>,
    /// The cloud region, when hosted by the vendor.
    pub region: Option<String>,
    /// The time zone of the PSA's server, in its own spelling.
    pub time_zone: Option<String>,
}

/// A record that is only referred to: an id and the name it had when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The PSA's id.
    pub id: String,
    /// The PSA's name for it.
    pub name: String,
}

/// A company that the MSP serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// The short unique name, where the PSA has one (ConnectWise: Company ID).
    pub identifier: Option<String>,
    /// Its full name.
    pub name: String,
    /// Its status.
    pub status: Option<Named>,
    /// Its types.
    pub types: Vec<Named>,
    /// Whether it is in the PSA's recycle bin.
    pub deleted: bool,
    /// When the PSA last changed it.
    pub changed_at: Option<DateTime<Utc>>,
}

/// A value by which a list can be narrowed down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterValue {
    /// Its id.
    pub id: ChoiceId,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub active: bool,
}

/// A person at a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The company it belongs to; a PSA may hold contacts without one.
    pub company: Option<CompanyId>,
    /// First and last name, joined.
    pub name: String,
    /// The e-mail addresses, the default one first.
    pub emails: Vec<String>,
    /// The telephone numbers, the default one first, as the PSA writes them.
    pub phones: Vec<String>,
    /// Whether it is in use.
    pub active: bool,
    /// When the PSA last changed it.
    pub changed_at: Option<DateTime<Utc>>,
}

/// A catalogue product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// The short unique name (SKU).
    pub identifier: String,
    /// The description that an invoice shows.
    pub description: String,
    /// The list price of one unit.
    pub price: Option<Decimal>,
    /// The cost of one unit.
    pub cost: Option<Decimal>,
    /// The unit of measure, in the PSA's words.
    pub unit: Option<String>,
    /// Whether it is in use.
    pub active: bool,
    /// Whether it may be billed as an addition (ConnectWise refuses bundles).
    pub billable: bool,
    /// How its quantities are written where that differs from the connector's usual way; `None` where it does not.
    pub quantity: Option<QuantityKind>,
    /// When the PSA last changed it.
    pub changed_at: Option<DateTime<Utc>>,
}

/// A computer or another device of a company (ConnectWise: configuration).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The company it belongs to.
    pub company: Option<CompanyId>,
    /// Its name.
    pub name: String,
    /// The identifier that the console knows it by.
    pub identifier: Option<String>,
    /// Whether it is in use.
    pub active: bool,
}
