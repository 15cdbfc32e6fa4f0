//! Everything that decides a plan, read at one moment.

mod assemble;

pub use assemble::addition_snapshot;

use std::collections::BTreeSet;

use psa_connectors::record;
use psa_entities::{
    ProviderScope, YearMonth, agreement, billing_configuration, billing_item,
    billing_run::{self, RunState},
    billing_settings, company_mapping, console_company,
    ids::{AgreementId, ConsoleCompanyId},
    integration, license, product_mapping, provider, psa_company, psa_product, storage_account, storage_sample,
};
use sea_orm::{
    AccessMode, ColumnTrait, DatabaseTransaction, ExprTrait, IsolationLevel, PaginatorTrait, QueryFilter,
    TransactionOptions, TransactionTrait,
};

use super::{calendar, plan::PlanInput, settings};
use crate::{app::App, failure::Outcome};

/// What a plan is made from, but for what the agreements hold.
#[derive(Debug)]
pub struct Snapshot {
    /// The settings of the integration.
    pub settings: billing_settings::Model,
    /// The input of the plan; no agreement has its additions yet.
    pub input: PlanInput,
    /// The agreements whose additions the plan needs.
    pub to_read: Vec<(AgreementId, record::AgreementId)>,
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
    licenses: Vec<license::Model>,
    samples: Vec<storage_sample::Model>,
    applied_runs: u64,
}

/// Reads what the plan of `month` is made from, in one transaction, so that no change falls between two tables. With
/// `only`, the agreements of these companies alone are to be read from the PSA.
///
/// # Errors
/// Only of the database and of what is stored in it.
pub async fn take(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    month: YearMonth,
    only: Option<&BTreeSet<ConsoleCompanyId>>,
) -> Outcome<Snapshot> {
    // In WAL mode a transaction of SQLite is a snapshot by itself.
    let postgres = app.db.is_postgres();
    let options = TransactionOptions {
        isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
        access_mode: postgres.then_some(AccessMode::ReadOnly),
        sqlite_transaction_mode: None,
    };
    let transaction = app.db.read().begin_with_options(options).await?;
    let rows = read(&transaction, scope, integration, month).await?;
    transaction.commit().await?;
    Ok(assemble::snapshot(rows, month, only)?)
}

async fn read(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    integration: &integration::Model,
    month: YearMonth,
) -> Outcome<Rows> {
    let id = integration.id;
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
    let in_use = license::Column::Taken.eq(true).and(license::Column::Trial.eq(false));
    let of_month = storage_sample::Column::Day.between(month.first_day(), month.last_day());
    let applied_runs = scope
        .find::<billing_run::Entity>()
        .filter(billing_run::Column::IntegrationId.eq(id))
        .filter(billing_run::Column::State.is_in([RunState::Applied, RunState::PartlyApplied]));
    Ok(Rows {
        provider: calendar::provider(db, scope).await?,
        settings: settings::load(db, scope, integration).await?,
        companies: scope.find::<console_company::Entity>().all(db).await?,
        mappings: mappings.all(db).await?,
        psa_companies: psa_companies.all(db).await?,
        configurations,
        items,
        products: products.all(db).await?,
        psa_products: psa_products.all(db).await?,
        agreements: agreements.all(db).await?,
        accounts: scope.find::<storage_account::Entity>().all(db).await?,
        licenses: scope.find::<license::Entity>().filter(in_use).all(db).await?,
        samples: scope.find::<storage_sample::Entity>().filter(of_month).all(db).await?,
        applied_runs: applied_runs.count(db).await?,
    })
}
