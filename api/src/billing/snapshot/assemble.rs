//! From rows to the input of a plan.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use psa_connectors::{Descriptor, record};
use psa_entities::{
    Exact, YearMonth,
    agreement::{self, AgreementStatus},
    billing_configuration, billing_item,
    billing_line::AdditionSnapshot,
    company_mapping::{self, MappingState},
    company_price, console_company,
    ids::{BillingConfigurationId, ConsoleCompanyId, PsaCompanyId, StorageAccountId},
    license_period, product_mapping, psa_company, psa_product, storage_limit_use, storage_sample,
};
use rust_decimal::Decimal;

use super::{Rows, Snapshot};
use crate::{
    billing::{
        calendar,
        plan::{
            PlanInput,
            input::{Agreement, Binding, Company, Configuration, Item, PlanSettings, ProductRule, PsaProduct},
        },
        price::PriceRule,
        product::BillableProduct,
        quantity::QuantityRule,
        scale, settings,
        usage::{LicenseRecord, LimitRecord, StorageRecord, Usage, count_licenses, count_limits, measure_storage},
    },
    failure::Fault,
};

/// An addition as it is compared and stored.
pub fn addition_snapshot(addition: &record::Addition) -> AdditionSnapshot {
    AdditionSnapshot {
        id: addition.id.to_string(),
        quantity: addition.quantity,
        unit_price: addition.unit_price,
        unit_cost: addition.unit_cost,
        description: addition.description.clone(),
        effective_date: addition.effective_date,
    }
}

pub(super) fn snapshot(
    rows: Rows,
    descriptor: &Descriptor,
    month: YearMonth,
    only: Option<&BTreeSet<ConsoleCompanyId>>,
) -> Result<Snapshot, Fault> {
    let to_read = to_read(&rows, month, only);
    let names: BTreeMap<StorageAccountId, String> = rows.accounts.into_iter().map(|row| (row.id, row.name)).collect();
    let mut bindings = bindings(&rows.mappings, rows.psa_companies);
    let mut configurations = configurations(rows.configurations, rows.items)?;
    let mut records: HashMap<ConsoleCompanyId, Records> = HashMap::new();
    for row in rows.licenses {
        records.entry(row.company_id).or_default().licenses.push(license(row));
    }
    for row in rows.samples {
        records
            .entry(row.company_id)
            .or_default()
            .samples
            .push(sample(&row, &names));
    }
    for row in rows.limit_uses {
        records.entry(row.company_id).or_default().limits.push(limit_use(row));
    }
    let switched_off: HashSet<ConsoleCompanyId> = rows
        .switches
        .iter()
        .filter(|row| !row.enabled)
        .map(|row| row.company_id)
        .collect();
    let mut prices: HashMap<ConsoleCompanyId, BTreeMap<BillableProduct, PriceRule>> = HashMap::new();
    for row in rows.prices {
        let (company, product, price) = company_price(&row)?;
        prices.entry(company).or_default().insert(product, price);
    }
    let mut companies = Vec::with_capacity(rows.companies.len());
    for row in rows.companies {
        let removed = row
            .removed_at
            .map(|at| calendar::today(&rows.provider, at))
            .transpose()?;
        let records = records.remove(&row.id).unwrap_or_default();
        companies.push(Company {
            id: row.id,
            binding: bindings.remove(&row.id).unwrap_or(Binding::Unmapped),
            enabled: !switched_off.contains(&row.id),
            prices: prices.remove(&row.id).unwrap_or_default(),
            configurations: configurations.remove(&row.id).unwrap_or_default(),
            usage: records.usage(&row, month, rows.licenses_at, removed),
            name: row.name,
        });
    }
    let mut products: BTreeMap<BillableProduct, ProductRule> =
        rows.products.iter().map(product_rule).collect::<Result<_, _>>()?;
    for limit in &rows.limits {
        // The console says what a limit costs: that is its price unless somebody set one here.
        let rule = products.entry(BillableProduct::StorageLimit(limit.id)).or_default();
        rule.price.unit_price = rule.price.unit_price.or(limit.unit_price.map(Decimal::from));
    }
    let currency = Some(rows.provider.currency).filter(|code| !code.is_empty());
    let input = PlanInput {
        month,
        settings: PlanSettings {
            invoice_text: settings::invoice_text(&rows.settings)?,
            longest_text: descriptor.limits.description_chars,
            unset_price: rows.settings.unset_price,
            zero: rows.settings.zero,
            period: rows.settings.period,
            currency,
        },
        companies,
        products,
        psa_products: rows
            .psa_products
            .into_iter()
            .map(|row| psa_product(row, descriptor))
            .collect(),
        agreements: agreements(rows.agreements),
        storage_accounts: names,
        storage_limits: rows.limits.into_iter().map(|row| (row.id, row.name)).collect(),
    };
    Ok(Snapshot {
        settings: rows.settings,
        input,
        to_read,
        licenses_at: rows.licenses_at,
        first_run: rows.applied_runs == 0,
    })
}

/// What was reported of one company.
#[derive(Default)]
struct Records {
    licenses: Vec<LicenseRecord>,
    samples: Vec<StorageRecord>,
    limits: Vec<LimitRecord>,
}

impl Records {
    /// What the company used in `month`. A company that the console removed on the day `removed` has no licence from then
    /// on, and nothing else after that day.
    fn usage(
        mut self,
        company: &console_company::Model,
        month: YearMonth,
        licenses_at: DateTime<Utc>,
        removed: Option<NaiveDate>,
    ) -> Usage {
        if company.removed_at.is_some_and(|at| at <= licenses_at) {
            self.licenses.clear();
        }
        for limit in &mut self.limits {
            limit.last_day = limit.last_day.into_iter().chain(removed).min();
        }
        let mut usage = count_licenses(&self.licenses);
        usage.extend(measure_storage(month, &self.samples, removed));
        usage.extend(count_limits(month, &self.limits));
        usage
    }
}

/// The agreements that a line of the plan could be written to.
fn to_read(
    rows: &Rows,
    month: YearMonth,
    only: Option<&BTreeSet<ConsoleCompanyId>>,
) -> Vec<(psa_entities::AgreementId, record::AgreementId)> {
    let mapped = rows
        .mappings
        .iter()
        .filter(|row| row.state == MappingState::Mapped)
        .map(|row| row.company_id);
    let mapped: BTreeSet<ConsoleCompanyId> = mapped.filter(|id| only.is_none_or(|only| only.contains(id))).collect();
    let due = rows
        .configurations
        .iter()
        .filter(|row| row.enabled && row.start_month <= month && mapped.contains(&row.company_id));
    let due: BTreeSet<_> = due.map(|row| row.agreement_id).collect();
    let present = rows
        .agreements
        .iter()
        .filter(|row| due.contains(&row.id) && !row.deleted);
    present
        .map(|row| (row.id, record::AgreementId::new(row.external_id.as_str())))
        .collect()
}

fn bindings(
    mappings: &[company_mapping::Model],
    psa_companies: Vec<psa_company::Model>,
) -> HashMap<ConsoleCompanyId, Binding> {
    let present = psa_companies.into_iter().filter(|row| !row.deleted);
    let present: HashMap<PsaCompanyId, String> = present.map(|row| (row.id, row.external_id)).collect();
    let binding = |row: &company_mapping::Model| match row.state {
        MappingState::Excluded => Binding::Excluded,
        MappingState::Mapped => row
            .psa_company_id
            .and_then(|id| present.get(&id))
            .map_or(Binding::Gone, |id| Binding::Mapped(id.clone())),
    };
    mappings.iter().map(|row| (row.company_id, binding(row))).collect()
}

fn configurations(
    rows: Vec<billing_configuration::Model>,
    mut items: Vec<billing_item::Model>,
) -> Result<HashMap<ConsoleCompanyId, Vec<Configuration>>, Fault> {
    items.sort_by_key(|row| row.position);
    let mut by_configuration: HashMap<BillingConfigurationId, Vec<Item>> = HashMap::new();
    for row in items {
        by_configuration
            .entry(row.configuration_id)
            .or_default()
            .push(item(&row)?);
    }
    let mut by_company: HashMap<ConsoleCompanyId, Vec<Configuration>> = HashMap::new();
    for row in rows {
        by_company.entry(row.company_id).or_default().push(Configuration {
            id: row.id,
            agreement: row.agreement_id,
            start_month: row.start_month,
            enabled: row.enabled,
            items: by_configuration.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(by_company)
}

fn item(row: &billing_item::Model) -> Result<Item, Fault> {
    Ok(Item {
        product: product(&row.product_key)?,
        psa_product: row.psa_product_id,
        price: price_rule(row.unit_price, row.unit_cost),
        quantity: QuantityRule {
            unit: row.unit,
            rounding: row.rounding,
            decimals: u32::try_from(row.decimals).unwrap_or(0),
            minimum: row.minimum.map(Decimal::from),
            included: row.included.0,
            mode: row.mode,
        },
        zero: row.zero,
    })
}

fn product_rule(row: &product_mapping::Model) -> Result<(BillableProduct, ProductRule), Fault> {
    let rule = ProductRule {
        psa_product: row.psa_product_id,
        price: price_rule(row.unit_price, row.unit_cost),
    };
    Ok((product(&row.product_key)?, rule))
}

fn company_price(row: &company_price::Model) -> Result<(ConsoleCompanyId, BillableProduct, PriceRule), Fault> {
    let price = price_rule(row.unit_price, row.unit_cost);
    Ok((row.company_id, product(&row.product_key)?, price))
}

fn product(key: &str) -> Result<BillableProduct, Fault> {
    key.parse()
        .map_err(|_| Fault::Inconsistent(format!("product key {key}")))
}

fn price_rule(price: Option<Exact>, cost: Option<Exact>) -> PriceRule {
    PriceRule {
        unit_price: price.map(Decimal::from),
        unit_cost: cost.map(Decimal::from),
    }
}

fn psa_product(row: psa_product::Model, descriptor: &Descriptor) -> PsaProduct {
    PsaProduct {
        scale: scale::of_product(&row, descriptor),
        id: row.id,
        external_id: row.external_id,
        price: row.price.map(Decimal::from),
        active: row.active,
        billable: row.billable,
        deleted: row.deleted,
    }
}

/// The agreements, each with what its parent decides: a child is invoiced with its parent.
fn agreements(rows: Vec<agreement::Model>) -> Vec<Agreement> {
    let parents: HashMap<String, (bool, Option<NaiveDate>)> = rows
        .iter()
        .map(|row| {
            let is_over = row.deleted || matches!(row.status, AgreementStatus::Cancelled | AgreementStatus::Inactive);
            (row.external_id.clone(), (is_over, row.next_invoice_date))
        })
        .collect();
    let with_parent = |row: agreement::Model| {
        let parent = row.parent_external_id.as_ref().and_then(|id| parents.get(id)).copied();
        let (is_parent_over, invoiced) = parent.unwrap_or_default();
        agreement(row, is_parent_over, invoiced)
    };
    rows.into_iter().map(with_parent).collect()
}

fn agreement(row: agreement::Model, is_parent_over: bool, parent_invoiced: Option<NaiveDate>) -> Agreement {
    Agreement {
        next_invoice_date: row.next_invoice_date.or(parent_invoiced),
        prorated: row.prorated,
        is_parent_over,
        id: row.id,
        name: row.name,
        psa_company: row.psa_company_external_id,
        status: row.status,
        deleted: row.deleted,
        start_date: row.start_date,
        end_date: row.end_date,
        billing_start_date: row.billing_start_date,
        currency: row.currency,
        additions: None,
    }
}

fn license(row: license_period::Model) -> LicenseRecord {
    LicenseRecord {
        external_id: row.external_id,
        license_type: row.license_type,
        computer: row.computer,
        user_name: row.user_name,
        taken: row.taken,
        trial: row.trial,
    }
}

fn limit_use(row: storage_limit_use::Model) -> LimitRecord {
    LimitRecord {
        external_id: row.external_id,
        limit: row.storage_limit_id,
        label: row.label,
        first_day: row.first_day,
        last_day: row.last_day,
    }
}

fn sample(row: &storage_sample::Model, names: &BTreeMap<StorageAccountId, String>) -> StorageRecord {
    StorageRecord {
        account: row.storage_account_id,
        account_name: names.get(&row.storage_account_id).cloned().unwrap_or_default(),
        day: row.day,
        backup_bytes: row.backup_bytes,
        restored_bytes: row.restored_bytes,
    }
}
