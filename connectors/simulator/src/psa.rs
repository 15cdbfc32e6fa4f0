//! A simulated PSA of whatever vendor, as somebody meets it who connects it, looks into it and makes trouble there.
//!
//! Whoever shows or tests the main job needs no vendor's words: the data sets of all vendors hold the same companies, the
//! same agreements and the same products, and here they are seen alike.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use rust_decimal::Decimal;

use crate::data_set::DataSet;
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::{autotask, connectwise};

/// A running simulated PSA.
pub trait Psa: std::fmt::Debug + Send + Sync + 'static {
    /// The vendor's short name, such as `connectwise`.
    fn kind(&self) -> &'static str;

    /// The product's name.
    fn name(&self) -> &'static str;

    /// Its address.
    fn base_url(&self) -> &str;

    /// What whoever runs a client of it configures: name and value.
    fn settings(&self) -> Vec<(&'static str, String)>;

    /// What an administrator enters: field and value. The last one is the secret.
    fn credentials(&self) -> Vec<(&'static str, String)>;

    /// The desk that tickets about backups go to.
    fn desk(&self) -> Desk;

    /// Whether the periods of its agreements are invoiced before they are over.
    fn bills_ahead(&self) -> bool;

    /// The additions that the agreement “Managed Backup” of a company holds, by product and id. The company is one of the
    /// first twelve, by its identifier.
    fn additions(&self, company: &str) -> Vec<SeenAddition>;

    /// Every ticket, by id.
    fn tickets(&self) -> Vec<SeenTicket>;

    /// Every note on a ticket, by id; where the PSA keeps the text that a ticket is opened with as a note, that as well.
    fn notes(&self) -> Vec<SeenNote>;

    /// A part of the path of all requests about tickets and their notes.
    fn ticket_path(&self) -> &'static str;

    /// The requests so far that could change an addition.
    fn addition_writes(&self) -> Vec<LoggedRequest>;

    /// The requests so far, oldest first.
    fn requests(&self) -> Vec<LoggedRequest>;

    /// Forgets the requests so far.
    fn clear_requests(&self);

    /// Arms a fault and answers its id.
    fn inject(&self, rule: FaultRule) -> u64;

    /// Removes every armed fault.
    fn clear_faults(&self);

    /// Stops listening, closes the connections and waits until both is done.
    fn shutdown(self: Box<Self>) -> BoxFuture<'static, std::io::Result<()>>;
}

/// The vendors whose PSAs are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Vendor {
    /// ConnectWise PSA.
    #[value(name = "connectwise")]
    ConnectWise,
    /// Autotask PSA.
    Autotask,
}

impl Vendor {
    /// Starts a site of the vendor with so much data and everything else by default.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn start(self, data_set: DataSet) -> std::io::Result<Box<dyn Psa>> {
        Ok(match self {
            Self::ConnectWise => {
                let options = connectwise::SimulatorOptions {
                    data_set,
                    ..connectwise::SimulatorOptions::default()
                };
                Box::new(connectwise::Simulator::start(options).await?)
            }
            Self::Autotask => {
                let options = autotask::SimulatorOptions {
                    data_set,
                    ..autotask::SimulatorOptions::default()
                };
                Box::new(autotask::Simulator::start(options).await?)
            }
        })
    }
}

/// Where tickets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// The board or queue.
    pub board: &'static str,
    /// The status of new tickets.
    pub new: &'static str,
    /// The status that closes.
    pub closed: &'static str,
    /// The status of tickets that are opened again.
    pub reopened: &'static str,
    /// What else a ticket must have: the field and the name of its value.
    pub fields: &'static [(&'static str, &'static str)],
}

/// What an agreement bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenAddition {
    /// Its id.
    pub id: i64,
    /// The identifier of the product.
    pub product: String,
    /// How many units are billed now.
    pub quantity: Decimal,
    /// The price of one.
    pub unit_price: Option<Decimal>,
    /// The text on the invoice.
    pub description: Option<String>,
    /// The day it ended.
    pub ended: Option<NaiveDate>,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTicket {
    /// Its id.
    pub id: i64,
    /// The identifier of its company.
    pub company: String,
    /// Its summary.
    pub summary: String,
    /// The name of its status.
    pub status: String,
    /// Whether it is closed.
    pub closed: bool,
    /// What another system knows it by.
    pub external_id: Option<String>,
}

/// A note on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNote {
    /// Its id.
    pub id: i64,
    /// Its ticket.
    pub ticket: i64,
    /// Its text.
    pub text: String,
}
