//! The snapshot that a plan is made from: everything that decides a line, and nothing that has to be looked up.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use psa_entities::YearMonth;
use psa_entities::agreement::AgreementStatus;
use psa_entities::billing_line::AdditionSnapshot;
use psa_entities::billing_settings::{BillingPeriod, UnsetPrice, ZeroPolicy};
use psa_entities::ids::{
    AgreementId, BillingConfigurationId, ConsoleCompanyId, PsaProductId, StorageAccountId, StorageLimitId,
};
use rust_decimal::Decimal;

use crate::billing::describe::InvoiceText;
use crate::billing::price::PriceRule;
use crate::billing::product::BillableProduct;
use crate::billing::quantity::QuantityRule;
use crate::billing::usage::Usage;

/// Everything that decides a plan. The order within the lists does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanInput {
    /// The month that is billed.
    pub month: YearMonth,
    /// The settings of the integration.
    pub settings: PlanSettings,
    /// Every company of the console.
    pub companies: Vec<Company>,
    /// The PSA product and price rule of each mapped product.
    pub products: BTreeMap<BillableProduct, ProductRule>,
    /// The catalogue of the PSA.
    pub psa_products: Vec<PsaProduct>,
    /// The agreements of the PSA; those that a configuration names with what they hold.
    pub agreements: Vec<Agreement>,
    /// The names of the storage accounts, for descriptions.
    pub storage_accounts: BTreeMap<StorageAccountId, String>,
    /// The names of the storage limits, for descriptions.
    pub storage_limits: BTreeMap<StorageLimitId, String>,
}

impl PlanInput {
    /// The month with whose first day the lines begin to count.
    pub fn effective_month(&self) -> YearMonth {
        match self.settings.period {
            BillingPeriod::OfTheMonth => self.month,
            BillingPeriod::Following => self.month.next(),
        }
    }
}

/// The settings that decide a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// Where the text of a line comes from.
    pub invoice_text: InvoiceText,
    /// The most characters that the PSA takes as the text of a line.
    pub longest_text: usize,
    /// What to do without a price.
    pub unset_price: UnsetPrice,
    /// What to do at quantity zero.
    pub zero: ZeroPolicy,
    /// From which period on the lines count.
    pub period: BillingPeriod,
    /// The ISO 4217 code of the prices' currency; `None` compares none.
    pub currency: Option<String>,
}

/// A company of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub id: ConsoleCompanyId,
    /// Its name.
    pub name: String,
    /// What it is in the PSA.
    pub binding: Binding,
    /// Whether runs take it in.
    pub enabled: bool,
    /// What products cost it, in place of the product rules.
    pub prices: BTreeMap<BillableProduct, PriceRule>,
    /// How it is billed.
    pub configurations: Vec<Configuration>,
    /// What it used in the month.
    pub usage: Usage,
}

/// What a console company is in the PSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// Nobody decided yet.
    Unmapped,
    /// It is left out on purpose.
    Excluded,
    /// It is mapped to the PSA company with this external id.
    Mapped(String),
    /// It is mapped to a PSA company that does not exist any more.
    Gone,
}

/// A billing configuration: what goes onto one agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Its id.
    pub id: BillingConfigurationId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The first month that is billed.
    pub start_month: YearMonth,
    /// Whether it is switched on.
    pub enabled: bool,
    /// What is billed.
    pub items: Vec<Item>,
}

/// One billed product of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The product.
    pub product: BillableProduct,
    /// The PSA product, in place of the mapped one.
    pub psa_product: Option<PsaProductId>,
    /// Price and cost, in place of the company's and the product rule's.
    pub price: PriceRule,
    /// How usage becomes the billed quantity.
    pub quantity: QuantityRule,
    /// What to do at zero, in place of the settings' policy.
    pub zero: Option<ZeroPolicy>,
}

/// What an integration knows of a billable product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductRule {
    /// The PSA product it is billed as.
    pub psa_product: Option<PsaProductId>,
    /// Its price and cost.
    pub price: PriceRule,
}

/// A product of the PSA's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PsaProduct {
    /// Its id.
    pub id: PsaProductId,
    /// Its id in the PSA.
    pub external_id: String,
    /// Its list price.
    pub price: Option<Decimal>,
    /// Whether it can be used.
    pub active: bool,
    /// Whether customers pay for it.
    pub billable: bool,
    /// How many decimals its quantities keep.
    pub scale: u32,
    /// Whether it is gone from the PSA.
    pub deleted: bool,
}

/// An agreement of the PSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Its name.
    pub name: String,
    /// The external id of the PSA company that is billed.
    pub psa_company: String,
    /// Whether it can be billed.
    pub status: AgreementStatus,
    /// Whether it is gone from the PSA.
    pub deleted: bool,
    /// The first day it is in force.
    pub start_date: Option<NaiveDate>,
    /// The last day it is in force.
    pub end_date: Option<NaiveDate>,
    /// The first day that is billed.
    pub billing_start_date: Option<NaiveDate>,
    /// The day of its next invoice: what is before it has been invoiced.
    pub next_invoice_date: Option<NaiveDate>,
    /// Whether the PSA bills partial periods in proportion.
    pub prorated: bool,
    /// Whether the agreement on whose invoice its lines appear is gone, cancelled or inactive.
    pub is_parent_over: bool,
    /// Its ISO 4217 currency code, where the PSA says it.
    pub currency: Option<String>,
    /// What it holds; `None` when that could not be read.
    pub additions: Option<Vec<Addition>>,
}

/// A billed line of an agreement, as read from the PSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The external id of its PSA product.
    pub product: String,
    /// What it says.
    pub snapshot: AdditionSnapshot,
    /// The day it ends; `None` while it is in force.
    pub cancelled_date: Option<NaiveDate>,
}

impl Agreement {
    /// The first day of a line that counts from `month` on: the month's first day, unless billing starts later.
    pub fn effective_date(&self, month: YearMonth) -> NaiveDate {
        self.billing_start_date
            .map_or(month.first_day(), |start| start.max(month.first_day()))
    }

    /// The first day of a new addition that counts from `month` on. A period that has been invoiced takes no new addition unless the
    /// agreement is prorated: then the addition begins with the next invoice, which bills it.
    pub fn first_day_of_new(&self, month: YearMonth) -> NaiveDate {
        let effective = self.effective_date(month);
        let invoiced_until = self.next_invoice_date.filter(|_| !self.prorated);
        invoiced_until.map_or(effective, |next| next.max(effective))
    }

    /// The additions for the PSA product `product` that a line from `month` on can adopt: those that do not end by its
    /// effective date. `None` when the agreement could not be read.
    pub fn in_force(&self, product: &str, month: YearMonth) -> Option<Vec<&AdditionSnapshot>> {
        let effective = self.effective_date(month);
        let lasting = self.additions.as_ref()?.iter().filter(|addition| {
            addition.product == product && addition.cancelled_date.is_none_or(|cancelled| cancelled > effective)
        });
        let mut found: Vec<_> = lasting.map(|addition| &addition.snapshot).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Some(found)
    }
}
