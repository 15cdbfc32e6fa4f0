//! From rows to the input of a plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use psa_connectors::record;
use psa_entities::{
    Exact, YearMonth, agreement, billing_configuration, billing_item,
    billing_line::AdditionSnapshot,
    company_mapping::{self, MappingState},
    ids::{BillingConfigurationId, ConsoleCompanyId, PsaCompanyId, StorageAccountId},
    license, product_mapping, psa_company, psa_product, storage_sample,
};
use rust_decimal::Decimal;

use super::{Rows, Snapshot};
use crate::{
    billing::{
        plan::{
            PlanInput,
            input::{Agreement, Binding, Company, Configuration, Item, PlanSettings, ProductRule, PsaProduct},
        },
        price::PriceRule,
        product::BillableProduct,
        quantity::QuantityRule,
        settings,
        usage::{LicenseRecord, StorageRecord, count_licenses, measure_storage},
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
    month: YearMonth,
    only: Option<&BTreeSet<ConsoleCompanyId>>,
) -> Result<Snapshot, Fault> {
    let to_read = to_read(&rows, month, only);
    let names: BTreeMap<StorageAccountId, String> = rows.accounts.into_iter().map(|row| (row.id, row.name)).collect();
    let mut bindings = bindings(&rows.mappings, rows.psa_companies);
    let mut configurations = configurations(rows.configurations, rows.items)?;
    let mut licenses: HashMap<ConsoleCompanyId, Vec<LicenseRecord>> = HashMap::new();
    for row in rows.licenses {
        licenses.entry(row.company_id).or_default().push(license(row));
    }
    let mut samples: HashMap<ConsoleCompanyId, Vec<StorageRecord>> = HashMap::new();
    for row in rows.samples {
        samples.entry(row.company_id).or_default().push(sample(&row, &names));
    }
    let companies = rows.companies.into_iter().map(|row| {
        let mut usage = count_licenses(&licenses.remove(&row.id).unwrap_or_default());
        usage.extend(measure_storage(month, &samples.remove(&row.id).unwrap_or_default()));
        Company {
            id: row.id,
            name: row.name,
            binding: bindings.remove(&row.id).unwrap_or(Binding::Unmapped),
            configurations: configurations.remove(&row.id).unwrap_or_default(),
            usage,
        }
    });
    let currency = Some(rows.provider.currency).filter(|code| !code.is_empty());
    let input = PlanInput {
        month,
        settings: PlanSettings {
            invoice_text: settings::invoice_text(&rows.settings)?,
            unset_price: rows.settings.unset_price,
            zero: rows.settings.zero,
            currency,
        },
        companies: companies.collect(),
        products: rows.products.iter().map(product_rule).collect::<Result<_, _>>()?,
        psa_products: rows.psa_products.into_iter().map(psa_product).collect(),
        agreements: rows.agreements.into_iter().map(agreement).collect(),
        storage_accounts: names,
    };
    Ok(Snapshot {
        settings: rows.settings,
        input,
        to_read,
        first_run: rows.applied_runs == 0,
    })
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

fn psa_product(row: psa_product::Model) -> PsaProduct {
    PsaProduct {
        id: row.id,
        external_id: row.external_id,
        price: row.price.map(Decimal::from),
        active: row.active,
        billable: row.billable,
        deleted: row.deleted,
    }
}

fn agreement(row: agreement::Model) -> Agreement {
    Agreement {
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

fn license(row: license::Model) -> LicenseRecord {
    LicenseRecord {
        external_id: row.external_id,
        license_type: row.license_type,
        computer: row.computer,
        user_name: row.user_name,
        taken: row.taken,
        trial: row.trial,
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
