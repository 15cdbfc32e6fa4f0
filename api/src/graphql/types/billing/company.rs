//! How one company is billed.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope, billing_configuration, company_billing, company_price, console_company, ids::IntegrationId,
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait};

use super::{BillingConfiguration, BillingRun};
use crate::{
    billing::companies,
    graphql::{
        loaders::{
            MappingOf,
            company_billing::{ConfigurationsOf, LastRunOf, PricesOf, SwitchesOf},
        },
        request::{Request, internal},
        scalars::Decimal,
        types::{console::ConsoleCompany, job::Problem, product::BillableProduct},
    },
    mapping::search,
};

/// The billing of a company in an integration.
#[derive(Debug, Clone)]
pub struct CompanyBilling {
    /// The integration.
    pub integration: IntegrationId,
    /// The company.
    pub company: console_company::Model,
}

/// How a company is billed: whether at all, by whom, onto which agreements and at which prices.
#[Object]
impl CompanyBilling {
    /// The company.
    async fn company(&self) -> ConsoleCompany {
        self.company.clone().into()
    }

    /// Whether runs take it in. What its agreements hold stays as it is while they do not.
    async fn enabled(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.switches(ctx).await?.is_none_or(|row| row.enabled))
    }

    /// Whether the schedule bills it every month. Who approves the run is the policy's.
    async fn auto_billing(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.switches(ctx).await?.is_some_and(|row| row.auto_since.is_some()))
    }

    /// Since when the schedule bills it; null when it is billed by hand.
    async fn auto_billing_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.switches(ctx).await?.and_then(|row| row.auto_since))
    }

    /// What is billed onto which agreement, the oldest first.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn configurations(&self, ctx: &Context<'_>) -> Result<Vec<BillingConfiguration>> {
        let key = ConfigurationsOf(self.integration, self.company.id);
        let rows = ctx.rows()?.load_one(key).await.map_err(internal)?;
        Ok(rows.unwrap_or_default().into_iter().map(BillingConfiguration).collect())
    }

    /// The newest approved run that has a line of it; null when there is none.
    #[graphql(complexity = "5 + child_complexity")]
    async fn last_run(&self, ctx: &Context<'_>) -> Result<Option<BillingRun>> {
        let key = LastRunOf(self.integration, self.company.id);
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.map(BillingRun))
    }

    /// What stands in the way of billing it, by what is stored here; empty for a company that is left out on purpose. A plan
    /// finds more: it also reads what the agreements hold.
    #[graphql(complexity = "10 + 2 * child_complexity")]
    async fn problems(&self, ctx: &Context<'_>) -> Result<Vec<Problem>> {
        if self.switches(ctx).await?.is_some_and(|row| !row.enabled) {
            return Ok(Vec::new());
        }
        let rows = ctx.rows()?;
        let mapping = rows
            .load_one(MappingOf(self.integration, self.company.id))
            .await
            .map_err(internal)?;
        let configured = ConfigurationsOf(self.integration, self.company.id);
        let configured = rows.load_one(configured).await.map_err(internal)?.unwrap_or_default();
        let mut agreements = Vec::new();
        for configuration in configured.iter().filter(|configuration| configuration.enabled) {
            agreements.push(rows.load_one(configuration.agreement_id).await.map_err(internal)?);
        }
        let found = companies::problems(mapping.as_ref(), !configured.is_empty(), &agreements);
        let now = ctx.app()?.now();
        Ok(found
            .iter()
            .map(|problem| Problem::from(problem.to_problem(now)))
            .collect())
    }

    /// What products cost this company, where that is not what they cost everybody.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn prices(&self, ctx: &Context<'_>) -> Result<Vec<CompanyPrice>> {
        let key = PricesOf(self.integration, self.company.id);
        let rows = ctx.rows()?.load_one(key).await.map_err(internal)?;
        rows.unwrap_or_default().into_iter().map(CompanyPrice::of).collect()
    }
}

impl CompanyBilling {
    async fn switches(&self, ctx: &Context<'_>) -> Result<Option<company_billing::Model>> {
        let key = SwitchesOf(self.integration, self.company.id);
        let rows = ctx.rows()?.load_one(key).await.map_err(internal)?;
        Ok(rows.unwrap_or_default().into_iter().next())
    }
}

/// What a product costs one company. It comes before the product's own price, and after an item's.
#[derive(Debug, Clone, SimpleObject)]
pub struct CompanyPrice {
    /// The product.
    pub product: BillableProduct,
    /// What the company pays for one unit, in the provider's currency; null when the product's price applies.
    pub unit_price: Option<Decimal>,
    /// What one unit costs the provider, in the provider's currency; null when the product's cost applies.
    pub unit_cost: Option<Decimal>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Who changed it.
    pub changed_by: String,
}

impl CompanyPrice {
    /// The price in a row.
    ///
    /// # Errors
    /// The stored product key is none.
    pub fn of(row: company_price::Model) -> Result<Self> {
        Ok(Self {
            product: BillableProduct(row.product_key.parse().map_err(internal)?),
            unit_price: row.unit_price.map(Decimal::from),
            unit_cost: row.unit_cost.map(Decimal::from),
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    }
}

/// Which companies are meant. Every condition that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct CompanyBillingFilter {
    /// Those with this in their name, or of this id in the console.
    pub search: Option<String>,
    /// Those that have a billing configuration, or those that have none.
    pub configured: Option<bool>,
    /// Those that the schedule bills, or those that it does not.
    pub auto_billing: Option<bool>,
    /// Those that runs take in, or those that they do not.
    pub enabled: Option<bool>,
}

impl CompanyBillingFilter {
    pub(super) fn condition(&self, scope: ProviderScope, integration: IntegrationId) -> Condition {
        use console_company::Column;
        let configured = scope
            .find::<billing_configuration::Entity>()
            .filter(billing_configuration::Column::IntegrationId.eq(integration))
            .select_only()
            .column(billing_configuration::Column::CompanyId);
        let switched = |condition: Condition| {
            scope
                .find::<company_billing::Entity>()
                .filter(company_billing::Column::IntegrationId.eq(integration))
                .filter(condition)
                .select_only()
                .column(company_billing::Column::CompanyId)
                .into_query()
        };
        let automatic = switched(company_billing::Column::AutoSince.is_not_null().into());
        let off = switched(company_billing::Column::Enabled.eq(false).into());
        let among = |wanted: bool, companies| {
            if wanted {
                Column::Id.in_subquery(companies)
            } else {
                Column::Id.not_in_subquery(companies)
            }
        };
        let typed = self.search.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        Condition::all()
            .add(Column::RemovedAt.is_null())
            .add_option(typed.map(search::console_companies))
            .add_option(self.configured.map(|wanted| among(wanted, configured.into_query())))
            .add_option(self.auto_billing.map(|wanted| among(wanted, automatic)))
            .add_option(self.enabled.map(|wanted| among(!wanted, off)))
    }
}
