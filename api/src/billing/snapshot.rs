//! Everything that decides a plan, read at one moment.

mod assemble;
mod licenses;

pub use assemble::addition_snapshot;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use psa_connectors::record;
use psa_entities::{
    ProviderScope, YearMonth, agreement, billing_configuration, billing_item,
    billing_run::{self, RunState},
    billing_settings, company_billing, company_mapping, company_price, console_company,
    ids::{AgreementId, ConsoleCompanyId},
    integration, license_period, product_mapping, provider, psa_company, psa_product, storage_account, storage_limit,
    storage_limit_use, storage_sample,
};
use sea_orm::{
    AccessMode, ColumnTrait, DatabaseTransaction, IsolationLevel, PaginatorTrait, QueryFilter, TransactionOptions,
    TransactionTrait,
};

use super::{calendar, plan::PlanInput, settings};
use crate::{
    app::App,
    failure::{Fault, Outcome},
};

/// What a plan is made from, but for what the agreements hold.
#[derive(Debug)]
pub struct Snapshot {
    /// The settings of the integration.
    pub settings: billing_settings::Model,
    /// The input of the plan; no agreement has its additions yet.
    pub input: PlanInput,
    /// The agreements whose additions the plan needs.
    pub to_read: Vec<(AgreementId, record::AgreementId)>,
    /// The moment as of which licences were counted.
    pub licenses_at: DateTime<Utc>,
    /// Whether the integration never applied a run.
    pub first_run: bool,
}

/// The rows that a plan is made from.
struct Rows {
    provider: provider::Model,
    settings: billing_settings::Model,
    companies: Vec<console_company::Model>,
    mappings: Vec<company_mapping::Model>,
    psa_companies: Vec<psa_company::Model>,
    configurations: Vec<billing_configuration::Model>,
    items: Vec<billing_item::Model>,
    products: Vec<product_mapping::Model>,
    psa_products: Vec<psa_product::Model>,
    agreements: Vec<agreement::Model>,
    accounts: Vec<storage_account::Model>,
    switches: Vec<company_billing::Model>,
    prices: Vec<company_price::Model>,
    limits: Vec<storage_limit::Model>,
    limit_uses: Vec<storage_limit_use::Model>,
    licenses: Vec<license_period::Model>,
    licenses_at: DateTime<Utc>,
    samples: Vec<storage_sample::Model>,
    applied_runs: u64,
}

/// What a plan is asked to be about.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The month that is billed.
    pub month: YearMonth,
    /// The companies whose agreements are to be read from the PSA; `None` means all of them.
    pub only: Option<&'a BTreeSet<ConsoleCompanyId>>,
    /// The moment as of which licences are counted, in place of the settings'.
    pub licenses_at: Option<DateTime<Utc>>,
}

/// Reads what a plan is made from, in one transaction, so that no change falls between two tables.
///
/// # Errors
/// Only of the database and of what is stored in it.
pub async fn take(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    asked: Asked<'_>,
) -> Outcome<Snapshot> {
    // In WAL mode a transaction of SQLite is a snapshot by itself.
    let postgres = app.db.is_postgres();
    let options = TransactionOptions {
        isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
        access_mode: postgres.then_some(AccessMode::ReadOnly),
        sqlite_transaction_mode: None,
    };
    let transaction = app.db.read().begin_with_options(options).await?;
    let rows = read(&transaction, scope, integration, &asked, app.now()).await?;
    transaction.commit().await?;
    let descriptor = app.registry.descriptor(&integration.connector_kind);
    let descriptor = descriptor.map_err(|error| Fault::Inconsistent(error.to_string()))?;
    Ok(assemble::snapshot(rows, descriptor, asked.month, asked.only)?)
}

async fn read(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    integration: &integration::Model,
    asked: &Asked<'_>,
    now: DateTime<Utc>,
) -> Outcome<Rows> {
    let (id, month) = (integration.id, asked.month);
    let provider = calendar::provider(db, scope).await?;
    let settings = settings::load(db, scope, integration).await?;
    let moment = match asked.licenses_at {
        Some(moment) => moment,
        None => licenses::moment(settings.license_moment, calendar::end_of(month, &provider)?, now),
    };
    let (licenses_at, licenses) = licenses::as_of(db, scope, moment, now).await?;
    let configurations = scope
        .find::<billing_configuration::Entity>()
        .filter(billing_configuration::Column::IntegrationId.eq(id))
        .all(db)
        .await?;
    let items = scope
        .find::<billing_item::Entity>()
        .inner_join(billing_configuration::Entity)
        .filter(billing_configuration::Column::IntegrationId.eq(id))
        .all(db)
        .await?;
    let mappings = scope
        .find::<company_mapping::Entity>()
        .filter(company_mapping::Column::IntegrationId.eq(id));
    let psa_companies = scope
        .find::<psa_company::Entity>()
        .filter(psa_company::Column::IntegrationId.eq(id));
    let products = scope
        .find::<product_mapping::Entity>()
        .filter(product_mapping::Column::IntegrationId.eq(id));
    let psa_products = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(id));
    let agreements = scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(id));
    let of_month = storage_sample::Column::Day.between(month.first_day(), month.last_day());
    let touches = storage_limit_use::Column::FirstDay.lte(month.last_day());
    let switches = scope
        .find::<company_billing::Entity>()
        .filter(company_billing::Column::IntegrationId.eq(id));
    let prices = scope
        .find::<company_price::Entity>()
        .filter(company_price::Column::IntegrationId.eq(id));
    let applied_runs = scope
        .find::<billing_run::Entity>()
        .filter(billing_run::Column::IntegrationId.eq(id))
        .filter(billing_run::Column::State.is_in([RunState::Applied, RunState::PartlyApplied]));
    Ok(Rows {
        provider,
        settings,
        companies: scope.find::<console_company::Entity>().all(db).await?,
        mappings: mappings.all(db).await?,
        psa_companies: psa_companies.all(db).await?,
        configurations,
        items,
        products: products.all(db).await?,
        psa_products: psa_products.all(db).await?,
        agreements: agreements.all(db).await?,
        accounts: scope.find::<storage_account::Entity>().all(db).await?,
        switches: switches.all(db).await?,
        prices: prices.all(db).await?,
        limits: scope.find::<storage_limit::Entity>().all(db).await?,
        limit_uses: scope
            .find::<storage_limit_use::Entity>()
            .filter(touches)
            .all(db)
            .await?,
        licenses,
        licenses_at,
        samples: scope.find::<storage_sample::Entity>().filter(of_month).all(db).await?,
        applied_runs: applied_runs.count(db).await?,
    })
}
