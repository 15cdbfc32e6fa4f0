//! How companies are billed: switches and prices.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use psa_entities::{console_company, ids::ConsoleCompanyId};

use super::{each, settings::ProductPriceInput};
use crate::{
    auth::{Permission, guard::Requires},
    billing::{
        companies::{self, Switches},
        company_prices,
    },
    failure::UserError,
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::{Request, internal},
        types::billing::{CompanyBilling, CompanyPrice},
    },
};

/// Mutations of how companies are billed.
#[derive(Debug, Default)]
pub struct CompanyMutations;

/// How companies shall be billed. A switch that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct SetCompanyBillingInput {
    /// The integration.
    pub integration_id: ID,
    /// The companies, at most 1,000. All of them are changed or none.
    pub company_ids: Vec<ID>,
    /// Whether runs take them in.
    pub enabled: Option<bool>,
    /// Whether the schedule bills them every month, from the next billing day on.
    pub auto_billing: Option<bool>,
}

/// What `setCompanyBilling` did.
#[derive(Debug, SimpleObject)]
pub struct SetCompanyBillingPayload {
    /// The companies as they are now, in the order of the input; empty when none was changed.
    pub companies: Vec<CompanyBilling>,
    /// Why none was changed; empty when they were.
    pub user_errors: Vec<UserError>,
}

/// What products shall cost one company.
#[derive(Debug, InputObject)]
pub struct UpdateCompanyPricesInput {
    /// The integration.
    pub integration_id: ID,
    /// The company.
    pub company_id: ID,
    /// The prices, at most 1,000. All of them are changed or none.
    pub prices: Vec<ProductPriceInput>,
}

/// What `updateCompanyPrices` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateCompanyPricesPayload {
    /// Every price that the company has of its own now, by product; empty when none was changed.
    pub prices: Vec<CompanyPrice>,
    /// Why none was changed; empty when they were.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl CompanyMutations {
    /// Switches the billing of companies on or off, and gives them to the schedule or takes them back.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn set_company_billing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How they shall be billed.")] input: SetCompanyBillingInput,
    ) -> Answer<SetCompanyBillingPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let set = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let key = |index: usize, id: ID| {
                let field = format!("companyIds.{index}");
                NodeKind::ConsoleCompany.key(&id, &field).map_err(|error| vec![error])
            };
            let companies: Vec<ConsoleCompanyId> = each(input.company_ids, key)?;
            let switches = Switches {
                enabled: input.enabled,
                auto_billing: input.auto_billing,
            };
            let set = companies::set(app, stamp, integration, &companies, switches).await?;
            Ok((integration, set))
        };
        let (set, user_errors) = settle(set.await)?;
        let mut companies = Vec::new();
        if let Some((integration, ids)) = set {
            let mut rows = ctx.rows()?.load_many(ids.iter().copied()).await.map_err(internal)?;
            let found = ids.iter().filter_map(|id| rows.remove(id));
            companies.extend(found.map(|company: console_company::Model| CompanyBilling { integration, company }));
        }
        Ok(Some(SetCompanyBillingPayload { companies, user_errors }))
    }

    /// Sets what products cost one company. A value that is null is taken away: then the product's own applies.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_company_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: UpdateCompanyPricesInput,
    ) -> Answer<UpdateCompanyPricesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let company = NodeKind::ConsoleCompany.key(&input.company_id, "companyId")?;
            let changes = each(input.prices, |index, input| input.change(index))?;
            company_prices::update(app, stamp, integration, company, changes).await
        };
        let (rows, user_errors) = settle(update.await)?;
        let rows = rows.unwrap_or_default().into_iter();
        let prices = rows.map(CompanyPrice::of).collect::<Result<_>>()?;
        Ok(Some(UpdateCompanyPricesPayload { prices, user_errors }))
    }
}
