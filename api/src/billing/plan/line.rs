//! A planned line: what shall be on the agreement, what is there now, and why.

use chrono::NaiveDate;
use psa_entities::billing_line::{AdditionSnapshot, LineAction};
use psa_entities::ids::{AgreementId, ConsoleCompanyId, PsaProductId};
use rust_decimal::Decimal;

use super::block::Explanation;
use crate::billing::product::BillableProduct;
use crate::billing::usage::EvidenceItem;

/// One line of a plan. `amount` is always `billed × charged_price`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedLine {
    /// What the plan does to the PSA.
    pub action: LineAction,
    /// Why it is blocked or changes nothing; `None` on a line that is written.
    pub explanation: Option<Explanation>,
    /// The company; `None` when usage of several was summed.
    pub company_id: Option<ConsoleCompanyId>,
    /// The agreement; `None` when no configuration names one.
    pub agreement_id: Option<AgreementId>,
    /// The PSA product; `None` when none is known.
    pub psa_product_id: Option<PsaProductId>,
    /// The first product on the line; `parts` has them all.
    pub product_key: String,
    /// What was used, in the unit of the first part; of a product without configuration in pieces or GB.
    pub measured: Decimal,
    /// The quantity that the agreement holds after the run; zero on a line that is blocked or not billed.
    pub billed: Decimal,
    /// The price that is written; `None` leaves it to the PSA.
    pub unit_price: Option<Decimal>,
    /// The cost that is written; `None` leaves it to the PSA.
    pub unit_cost: Option<Decimal>,
    /// The price that the PSA charges: `unit_price`, else the standing addition's, else the PSA product's.
    pub charged_price: Decimal,
    /// What the customer pays for the line.
    pub amount: Decimal,
    /// `amount` less what the agreement charges for it now; zero on a line that is blocked or not billed.
    pub delta: Decimal,
    /// The text on the invoice; `None` leaves it to the PSA.
    pub description: Option<String>,
    /// The first day a new addition is billed; on a line that ends, the day it ends.
    pub effective_date: Option<NaiveDate>,
    /// The addition that the agreement holds now.
    pub before: Option<AdditionSnapshot>,
    /// The additions that fit, when there is more than one.
    pub candidates: Vec<AdditionSnapshot>,
    /// What comes together on the line.
    pub parts: Vec<LinePart>,
    /// The records behind `measured`.
    pub evidence: Vec<EvidenceItem>,
}

/// The share of one item, or of one product without an item, in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePart {
    /// The company.
    pub company_id: ConsoleCompanyId,
    /// Its name.
    pub company_name: String,
    /// The product.
    pub product: BillableProduct,
    /// What was used, in the item's unit.
    pub measured: Decimal,
    /// What the item's rule makes of it.
    pub billed: Decimal,
    /// Whether it is part of the line's quantity.
    pub counted: bool,
}

impl PlannedLine {
    /// The external id of the addition that is adopted.
    pub fn addition_external_id(&self) -> Option<&str> {
        self.before.as_ref().map(|before| before.id.as_str())
    }

    /// Whether the line writes to the PSA.
    pub fn is_change(&self) -> bool {
        matches!(self.action, LineAction::Create | LineAction::Update | LineAction::End)
    }
}
