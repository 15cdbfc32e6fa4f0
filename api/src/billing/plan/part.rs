//! From companies to parts: every item and every used product, with the reason why it may not count.

use std::collections::BTreeMap;

use psa_entities::YearMonth;
use psa_entities::agreement::AgreementStatus;
use psa_entities::billing_item::Unit;
use psa_entities::ids::{AgreementId, PsaProductId};
use rust_decimal::Decimal;

use super::block::{BlockCode, NoopReason};
use super::input::{Agreement, Binding, Company, Configuration, Item, PlanInput, PsaProduct};
use crate::billing::price::PriceRules;
use crate::billing::product::BillableProduct;
use crate::billing::quantity::from_bytes;
use crate::billing::usage::Measured;

/// What is looked up by id while planning.
pub(super) struct Index<'a> {
    pub(super) input: &'a PlanInput,
    pub(super) agreements: BTreeMap<AgreementId, &'a Agreement>,
    pub(super) psa_products: BTreeMap<PsaProductId, &'a PsaProduct>,
}

/// One item with its usage, or one used product that no item covers.
pub(super) struct Part<'a> {
    pub(super) company: &'a Company,
    pub(super) product: &'a BillableProduct,
    pub(super) item: Option<&'a Item>,
    pub(super) agreement_id: Option<AgreementId>,
    pub(super) agreement: Option<&'a Agreement>,
    pub(super) psa_product_id: Option<PsaProductId>,
    pub(super) psa_product: Option<&'a PsaProduct>,
    pub(super) prices: PriceRules,
    pub(super) usage: Option<&'a Measured>,
    pub(super) unit: Unit,
    pub(super) measured: Decimal,
    pub(super) billed: Decimal,
    pub(super) verdict: Verdict,
}

/// Whether a part counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// It is part of the line's quantity.
    Counts,
    /// It is left out on purpose.
    Idle(NoopReason),
    /// It cannot be billed, and holds the line that it would be part of.
    Blocked(BlockCode),
}

/// The line that a part goes to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The line of one product on one agreement.
    Shared(AgreementId, PsaProductId),
    /// A line of its own, by the part's number.
    Alone(usize),
}

impl<'a> Index<'a> {
    pub(super) fn new(input: &'a PlanInput) -> Self {
        Self {
            input,
            agreements: input
                .agreements
                .iter()
                .map(|agreement| (agreement.id, agreement))
                .collect(),
            psa_products: input.psa_products.iter().map(|product| (product.id, product)).collect(),
        }
    }

    /// The parts of all companies in the plan's order.
    pub(super) fn parts(&self) -> Vec<Part<'a>> {
        let mut companies: Vec<&Company> = self.input.companies.iter().collect();
        companies.sort_by_cached_key(|company| (company.name.to_lowercase(), company.id));
        companies
            .into_iter()
            .flat_map(|company| self.parts_of(company))
            .collect()
    }

    fn parts_of(&self, company: &'a Company) -> Vec<Part<'a>> {
        let mut uses: BTreeMap<&BillableProduct, usize> = BTreeMap::new();
        let active = company
            .configurations
            .iter()
            .filter(|configuration| idle(configuration, self.input.month).is_none());
        for item in active.flat_map(|configuration| &configuration.items) {
            *uses.entry(&item.product).or_default() += 1;
        }
        let mut parts: Vec<Part<'a>> = Vec::new();
        for configuration in &company.configurations {
            for item in &configuration.items {
                let twice = uses.get(&item.product).is_some_and(|count| *count > 1);
                parts.push(self.configured(company, configuration, item, twice));
            }
        }
        for (product, measured) in &company.usage {
            if !parts.iter().any(|part| part.product == product) {
                parts.push(self.unconfigured(company, product, measured));
            }
        }
        parts.sort_by(|a, b| order(a).cmp(&order(b)));
        parts
    }

    fn configured(
        &self,
        company: &'a Company,
        configuration: &'a Configuration,
        item: &'a Item,
        twice: bool,
    ) -> Part<'a> {
        let rule = self.input.products.get(&item.product);
        let psa_product_id = item.psa_product.or(rule.and_then(|rule| rule.psa_product));
        let usage = company.usage.get(&item.product);
        let quantity = usage.map_or(Decimal::ZERO, |usage| usage.quantity);
        let converted = in_unit(&item.product, quantity, item.quantity.unit);
        let (unit, measured) = converted.map_or_else(
            || plain(&item.product, quantity),
            |measured| (item.quantity.unit, measured),
        );
        let mut part = Part {
            company,
            product: &item.product,
            item: Some(item),
            agreement_id: Some(configuration.agreement),
            agreement: self.agreements.get(&configuration.agreement).copied(),
            psa_product_id,
            psa_product: psa_product_id.and_then(|id| self.psa_products.get(&id)).copied(),
            prices: PriceRules {
                item: item.price,
                company: company.prices.get(&item.product).copied().unwrap_or_default(),
                product: rule.map(|rule| rule.price).unwrap_or_default(),
            },
            usage,
            unit,
            measured,
            billed: converted.map_or(Decimal::ZERO, |measured| item.quantity.billed(measured)),
            verdict: Verdict::Counts,
        };
        part.verdict = if company.binding == Binding::Excluded {
            Verdict::Idle(NoopReason::CompanyExcluded)
        } else if !company.enabled {
            Verdict::Idle(NoopReason::CompanyOff)
        } else if let Some(reason) = idle(configuration, self.input.month) {
            Verdict::Idle(reason)
        } else if let Some(code) = self.problem(&part) {
            Verdict::Blocked(code)
        } else if twice {
            Verdict::Blocked(BlockCode::CountedTwice)
        } else if converted.is_none() {
            Verdict::Blocked(BlockCode::UnitMismatch)
        } else {
            Verdict::Counts
        };
        part
    }

    fn unconfigured(&self, company: &'a Company, product: &'a BillableProduct, usage: &'a Measured) -> Part<'a> {
        let (unit, measured) = plain(product, usage.quantity);
        let verdict = match company.binding {
            Binding::Excluded => Verdict::Idle(NoopReason::CompanyExcluded),
            _ if !company.enabled => Verdict::Idle(NoopReason::CompanyOff),
            _ if measured.is_zero() => Verdict::Idle(NoopReason::NothingToBill),
            Binding::Unmapped => Verdict::Blocked(BlockCode::CompanyNotMapped),
            Binding::Gone => Verdict::Blocked(BlockCode::PsaCompanyGone),
            Binding::Mapped(_) => Verdict::Blocked(BlockCode::NotConfigured),
        };
        let rule = self.input.products.get(product);
        Part {
            company,
            product,
            item: None,
            agreement_id: None,
            agreement: None,
            psa_product_id: rule.and_then(|rule| rule.psa_product),
            psa_product: None,
            prices: PriceRules::default(),
            usage: Some(usage),
            unit,
            measured,
            billed: Decimal::ZERO,
            verdict,
        }
    }

    /// What is wrong with the company, the agreement or the PSA product of a configured part.
    fn problem(&self, part: &Part<'_>) -> Option<BlockCode> {
        let psa_company = match &part.company.binding {
            Binding::Mapped(psa_company) => psa_company,
            Binding::Gone => return Some(BlockCode::PsaCompanyGone),
            Binding::Unmapped | Binding::Excluded => return Some(BlockCode::CompanyNotMapped),
        };
        let Some(agreement) = part.agreement.filter(|agreement| !agreement.deleted) else {
            return Some(BlockCode::AgreementNotFound);
        };
        if agreement.psa_company != *psa_company {
            return Some(BlockCode::AgreementOfAnotherCompany);
        }
        agreement_problem(agreement, self.input.month, self.input.settings.currency.as_deref())
            .or_else(|| product_problem(part.psa_product_id, part.psa_product))
            .or_else(|| {
                let is_finer = part.psa_product.is_some_and(|product| part.decimals() > product.scale);
                is_finer.then_some(BlockCode::QuantityTooFine)
            })
    }
}

impl Part<'_> {
    /// To how many decimals its quantity is rounded.
    fn decimals(&self) -> u32 {
        self.item.map_or(0, |item| item.quantity.decimals)
    }

    /// The line it goes to. A part whose agreement is not its company's must not hold the line of those it belongs to.
    pub(super) fn place(&self, number: usize) -> Place {
        let foreign = matches!(self.verdict, Verdict::Blocked(BlockCode::AgreementOfAnotherCompany));
        match (self.agreement_id, self.psa_product_id) {
            (Some(agreement), Some(product)) if !foreign => Place::Shared(agreement, product),
            _ => Place::Alone(number),
        }
    }
}

/// Why a configuration does not bill `month` on purpose.
fn idle(configuration: &Configuration, month: YearMonth) -> Option<NoopReason> {
    if !configuration.enabled {
        Some(NoopReason::ConfigurationOff)
    } else if month < configuration.start_month {
        Some(NoopReason::BeforeStartMonth)
    } else {
        None
    }
}

/// An agreement that expired after the month began still owes the month.
fn agreement_problem(agreement: &Agreement, month: YearMonth, currency: Option<&str>) -> Option<BlockCode> {
    let ended = agreement.end_date.is_some_and(|end| end < month.first_day());
    let not_begun = agreement.start_date.is_some_and(|start| start > month.last_day());
    let expired = agreement.status == AgreementStatus::Expired && agreement.end_date.is_none();
    match agreement.status {
        AgreementStatus::Cancelled => Some(BlockCode::AgreementCancelled),
        AgreementStatus::Inactive => Some(BlockCode::AgreementInactive),
        _ if ended || not_begun || expired => Some(BlockCode::AgreementNotInForce),
        _ if agreement.is_parent_over => Some(BlockCode::ParentAgreementOver),
        _ => {
            let other = currency
                .zip(agreement.currency.as_deref())
                .filter(|(ours, theirs)| !ours.eq_ignore_ascii_case(theirs));
            other.map(|_| BlockCode::CurrencyMismatch)
        }
    }
}

fn product_problem(id: Option<PsaProductId>, product: Option<&PsaProduct>) -> Option<BlockCode> {
    match product {
        None if id.is_none() => Some(BlockCode::ProductNotMapped),
        None => Some(BlockCode::PsaProductGone),
        Some(product) if product.deleted => Some(BlockCode::PsaProductGone),
        Some(product) if !product.active => Some(BlockCode::PsaProductInactive),
        Some(product) if !product.billable => Some(BlockCode::PsaProductNotBillable),
        Some(_) => None,
    }
}

/// The measured quantity in `unit`, or `None` when the unit does not measure the product.
fn in_unit(product: &BillableProduct, quantity: Decimal, unit: Unit) -> Option<Decimal> {
    match (product.is_storage(), unit) {
        (true, unit) => from_bytes(quantity, unit),
        (false, Unit::Each) => Some(quantity),
        (false, _) => None,
    }
}

/// The unit that a product without a usable item is shown in, and its quantity there.
fn plain(product: &BillableProduct, quantity: Decimal) -> (Unit, Decimal) {
    match from_bytes(quantity, Unit::Gb).filter(|_| product.is_storage()) {
        Some(gigabytes) => (Unit::Gb, gigabytes),
        None => (Unit::Each, quantity),
    }
}

/// What the parts of one company are sorted by. Parts that are equal in all of it are alike on a line.
type Order<'p> = (
    Option<&'p str>,
    Option<AgreementId>,
    &'p BillableProduct,
    Option<PsaProductId>,
    Verdict,
    Decimal,
);

fn order<'p>(part: &'p Part<'_>) -> Order<'p> {
    let agreement_name = part.agreement.map(|agreement| agreement.name.as_str());
    (
        agreement_name,
        part.agreement_id,
        part.product,
        part.psa_product_id,
        part.verdict,
        part.billed,
    )
}
