//! Agreements and what is billed with them.

use super::{NAME, Traits};
use crate::connectwise::models::{agreement, agreement_type, configuration, invoice};

pub(super) static AGREEMENTS: Traits = Traits::new(
    "agreements",
    "finance/agreements",
    "agreement_href",
    &agreement::AGREEMENT,
)
.repeating(NAME)
.indexed_by(&["company/id"]);

pub(super) static AGREEMENT_TYPES: Traits = Traits::new(
    "agreementTypes",
    "finance/agreements/types",
    "type_href",
    &agreement_type::AGREEMENT_TYPE,
)
.known_by_name();

pub(super) static ADDITIONS: Traits = Traits::new(
    "additions",
    "finance/agreements/additions",
    "addition_href",
    &agreement::ADDITION,
)
.indexed_by(&["agreementId"]);

pub(super) static ADJUSTMENTS: Traits = Traits::new(
    "adjustments",
    "finance/agreements/adjustments",
    "adjustment_href",
    &invoice::ADJUSTMENT,
)
.indexed_by(&["agreementId"]);

pub(super) static AGREEMENT_CONFIGURATIONS: Traits = Traits::new(
    "agreementConfigurations",
    "finance/agreements/configurations",
    "configuration_href",
    &configuration::CONFIGURATION_LINK,
)
.indexed_by(&["agreementId"]);

pub(super) static INVOICES: Traits =
    Traits::new("invoices", "finance/invoices", "invoice_href", &invoice::INVOICE).indexed_by(&["company/id"]);

pub(super) static BILLING_CYCLES: Traits = Traits::new(
    "billingCycles",
    "finance/billingCycles",
    "billingCycle_href",
    &invoice::BILLING_CYCLE,
)
.known_by_name();
