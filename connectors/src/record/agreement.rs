//! Agreements and their additions: where usage becomes money.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{AdditionId, AgreementId, CompanyId, ProductId};
use crate::error::{Error, ErrorKind, Result};

/// A recurring contract with one company (Autotask: contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// The company that is billed.
    pub company: CompanyId,
    /// The agreement on whose invoice its lines appear; `None` when it has its own.
    pub parent: Option<AgreementId>,
    /// Its name.
    pub name: String,
    /// Its type, in the PSA's words.
    pub kind: Option<String>,
    /// Whether it can be billed.
    pub status: AgreementStatus,
    /// The first day it is in force.
    pub start_date: Option<NaiveDate>,
    /// The last day it is in force; `None` when it has no end.
    pub end_date: Option<NaiveDate>,
    /// The first day that is billed; additions cannot be effective before it.
    pub billing_start_date: Option<NaiveDate>,
    /// The day of the next invoice. A line that changes after it is billed a period later.
    pub next_invoice_date: Option<NaiveDate>,
    /// The billing cycle, in the PSA's words.
    pub billing_cycle: Option<String>,
    /// Whether a change within a period is billed in proportion.
    pub prorated: bool,
    /// The ISO 4217 currency code, where the PSA says it.
    pub currency: Option<String>,
    /// When the PSA last changed it.
    pub changed_at: Option<DateTime<Utc>>,
}

/// Whether an agreement can be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgreementStatus {
    /// In force.
    Active,
    /// Not started, or switched off.
    Inactive,
    /// Ended by a person.
    Cancelled,
    /// Past its last day.
    Expired,
}

/// A billed line of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// Its id.
    pub id: AdditionId,
    /// The agreement it belongs to.
    pub agreement: AgreementId,
    /// The product it bills.
    pub product: ProductId,
    /// How many units are billed from `effective_date` on.
    pub quantity: Decimal,
    /// The price of one unit.
    pub unit_price: Option<Decimal>,
    /// The cost of one unit.
    pub unit_cost: Option<Decimal>,
    /// The text on the invoice.
    pub description: Option<String>,
    /// The first day it is billed; also `None` where that lies too far back for the PSA to be asked.
    pub effective_date: Option<NaiveDate>,
    /// The day it ends, from which on it is not billed; `None` while no end is known.
    pub cancelled_date: Option<NaiveDate>,
}

/// Which addition is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionTarget {
    /// The agreement.
    pub agreement: AgreementId,
    /// The product.
    pub product: ProductId,
    /// The addition itself. `None` means that there is none yet: the connector looks once more and creates it only when
    /// the agreement still has no addition in force for the product.
    pub addition: Option<AdditionId>,
    /// What the caller saw there; `None` writes whatever is there.
    pub seen: Option<Seen>,
}

impl AdditionTarget {
    /// Refuses to write over what the caller has not seen.
    ///
    /// # Errors
    /// [`Changed`](ErrorKind::Changed): the target tells what was seen, and that is not so any more.
    pub fn check_seen(&self, found: Option<&Addition>) -> Result<()> {
        if self.seen.as_ref().is_none_or(|seen| seen.is_still(found)) {
            return Ok(());
        }
        let message = match found {
            Some(found) => format!("the addition {} is not as it was when it was read", found.id),
            None => "the agreement has no addition in force for the product any more".to_owned(),
        };
        Err(Error::new(ErrorKind::Changed, message))
    }

    /// Refuses to write over an addition that bills something else.
    ///
    /// # Errors
    /// [`Invalid`](ErrorKind::Invalid) naming `product`.
    pub fn check_product(&self, found: &Addition) -> Result<()> {
        if found.product == self.product {
            return Ok(());
        }
        let message = format!(
            "the addition {} bills the product {}, not {}",
            found.id, found.product, self.product
        );
        Err(Error::invalid("product", message))
    }

    /// The one addition of several that are in force.
    ///
    /// # Errors
    /// [`Invalid`](ErrorKind::Invalid) naming `addition`: there are more, and a person has to decide.
    pub fn only<T>(mut found: Vec<T>, id: impl Fn(&T) -> AdditionId) -> Result<Option<T>> {
        if found.len() > 1 {
            let ids: Vec<_> = found.iter().map(|addition| id(addition).to_string()).collect();
            let message = format!(
                "the agreement has more than one addition in force for the product: {}",
                ids.join(", ")
            );
            return Err(Error::invalid("addition", message));
        }
        Ok(found.pop())
    }
}

/// What a caller saw at a target. With it a write happens only while that is still so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// No addition in force for the product.
    Nothing,
    /// This addition.
    Addition(Addition),
}

impl Seen {
    /// Whether `found` is what was seen.
    pub fn is_still(&self, found: Option<&Addition>) -> bool {
        match self {
            Self::Nothing => found.is_none(),
            Self::Addition(seen) => found == Some(seen),
        }
    }
}

/// What an addition shall say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredAddition {
    /// How many units.
    pub quantity: Decimal,
    /// The price of one unit; `None` leaves it to the PSA's product.
    pub unit_price: Option<Decimal>,
    /// The cost of one unit; `None` leaves it to the PSA's product.
    pub unit_cost: Option<Decimal>,
    /// The text on the invoice; `None` leaves it to the PSA's product.
    pub description: Option<String>,
}

impl DesiredAddition {
    /// Whether `addition` already says all of this. What is left to the PSA is not compared.
    pub fn is_met_by(&self, addition: &Addition) -> bool {
        let same = |wanted: &Option<Decimal>, found: &Option<Decimal>| wanted.is_none() || wanted == found;
        self.quantity == addition.quantity
            && same(&self.unit_price, &addition.unit_price)
            && same(&self.unit_cost, &addition.unit_cost)
            && (self.description.is_none() || self.description == addition.description)
    }
}

/// What a write did to an addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AdditionChange {
    /// There was none; now there is.
    Created,
    /// It said something else before.
    Updated,
    /// It was brought to its end.
    Ended,
    /// It already said what was wanted; nothing was written.
    Unchanged,
}

/// The proof of a write: what was there, what is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdditionReceipt {
    /// What the write did.
    pub change: AdditionChange,
    /// The addition as it was read before; `None` when there was none.
    pub before: Option<Addition>,
    /// The addition as it was read afterwards.
    pub after: Addition,
}

impl AdditionReceipt {
    /// The proof that nothing had to be written.
    pub fn unchanged(addition: Addition) -> Self {
        Self {
            change: AdditionChange::Unchanged,
            before: Some(addition.clone()),
            after: addition,
        }
    }
}
