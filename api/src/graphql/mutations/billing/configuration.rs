//! What is billed for which company onto which agreement.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::each;
use crate::{
    auth::{Permission, guard::Requires},
    billing::configurations::{
        self, Draft, ItemDraft,
        copy::{self, Target},
    },
    failure::{Failure, UserError},
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        scalars::{Decimal, YearMonth},
        types::{
            billing::{BillingConfiguration, Rounding, Unit, UsageMode, ZeroPolicy},
            product::product_key,
        },
    },
};

/// Mutations of billing configurations.
#[derive(Debug, Default)]
pub struct ConfigurationMutations;

/// One billed product.
#[derive(Debug, InputObject)]
pub struct BillingItemInput {
    /// The billable product.
    pub product_id: ID,
    /// The PSA product it is billed as; left out, the product's mapping decides.
    pub psa_product_id: Option<ID>,
    /// What the customer pays for one unit, in the provider's currency; left out, the product's price applies.
    pub unit_price: Option<Decimal>,
    /// What one unit costs the provider, in the provider's currency; left out, the product's cost applies.
    pub unit_cost: Option<Decimal>,
    /// The unit that is billed: `EACH` for licences, another one for storage.
    pub unit: Unit,
    /// How the quantity is rounded.
    #[graphql(default_with = "Rounding::Up")]
    pub rounding: Rounding,
    /// To how many decimals it is rounded, from 0 to 4.
    #[graphql(default)]
    pub decimals: i32,
    /// The least that is billed, in `unit`; left out, there is no minimum.
    pub minimum: Option<Decimal>,
    /// What the agreement covers already, in `unit`; counts in mode `OVERAGE`. Left out, it covers nothing.
    pub included: Option<Decimal>,
    /// Whether everything is billed or only what exceeds the included quantity.
    #[graphql(default_with = "UsageMode::Total")]
    pub mode: UsageMode,
    /// What happens at quantity zero; left out, the policy decides.
    pub zero: Option<ZeroPolicy>,
}

/// A billing configuration.
#[derive(Debug, InputObject)]
pub struct SaveBillingConfigurationInput {
    /// The integration.
    pub integration_id: ID,
    /// The configuration to change; left out, a new one is made.
    pub id: Option<ID>,
    /// The company whose usage is billed. It must be mapped.
    pub company_id: ID,
    /// The agreement that it is billed on: an active one of the PSA company that the company is mapped to.
    pub agreement_id: ID,
    /// The first month that is billed.
    pub start_month: YearMonth,
    /// Whether runs take it in.
    #[graphql(default = true)]
    pub enabled: bool,
    /// What is billed, at least one product. The list replaces the one that is stored.
    pub items: Vec<BillingItemInput>,
    /// The version that was read; left out, whatever is there is changed.
    pub expected_version: Option<i32>,
}

/// What `saveBillingConfiguration` did.
#[derive(Debug, SimpleObject)]
pub struct SaveBillingConfigurationPayload {
    /// The configuration; null when it was not saved.
    pub configuration: Option<BillingConfiguration>,
    /// Why it was not, one error for every broken rule; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// The billing configuration to delete.
#[derive(Debug, InputObject)]
pub struct DeleteBillingConfigurationInput {
    /// The configuration.
    pub id: ID,
    /// The version that was read; left out, whatever is there is deleted.
    pub expected_version: Option<i32>,
}

/// What `deleteBillingConfiguration` did.
#[derive(Debug, SimpleObject)]
pub struct DeleteBillingConfigurationPayload {
    /// The id of what was deleted; null when nothing was.
    pub deleted_id: Option<ID>,
    /// Why nothing was; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// A company to copy a configuration to.
#[derive(Debug, InputObject)]
pub struct CopyTargetInput {
    /// The company. It must be mapped.
    pub company_id: ID,
    /// Its agreement; left out, its active one that is called like the source's, or its only active one.
    pub agreement_id: Option<ID>,
}

/// A billing configuration to copy.
#[derive(Debug, InputObject)]
pub struct CopyBillingConfigurationInput {
    /// The configuration to copy.
    pub configuration_id: ID,
    /// Where to, at most 1,000 companies.
    pub targets: Vec<CopyTargetInput>,
}

/// What `copyBillingConfiguration` did.
#[derive(Debug, SimpleObject)]
pub struct CopyBillingConfigurationPayload {
    /// The copies in the order of the targets; empty when none was made.
    pub configurations: Vec<BillingConfiguration>,
    /// Why none was made, one error for every mistake at its target; empty when they were.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl ConfigurationMutations {
    /// Copies a billing configuration to other companies, to all of them or to none. Items and start month are copied as
    /// they are, with the prices that items have of their own.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "50 + child_complexity")]
    async fn copy_billing_configuration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to copy where.")] input: CopyBillingConfigurationInput,
    ) -> Answer<CopyBillingConfigurationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let copied = async {
            let source = NodeKind::BillingConfiguration.key(&input.configuration_id, "configurationId")?;
            copy::copy(app, stamp, source, &each(input.targets, target)?).await
        };
        let (copies, user_errors) = settle(copied.await)?;
        Ok(Some(CopyBillingConfigurationPayload {
            configurations: copies
                .unwrap_or_default()
                .into_iter()
                .map(BillingConfiguration)
                .collect(),
            user_errors,
        }))
    }

    /// Makes or changes what is billed for a company onto an agreement. Saving what is there already changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn save_billing_configuration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The configuration.")] input: SaveBillingConfigurationInput,
    ) -> Answer<SaveBillingConfigurationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let save = async { configurations::save(app, stamp, draft(input)?).await };
        let (configuration, user_errors) = settle(save.await)?;
        Ok(Some(SaveBillingConfigurationPayload {
            configuration: configuration.map(BillingConfiguration),
            user_errors,
        }))
    }

    /// Deletes a billing configuration. What the agreement holds in the PSA stays as it is.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn delete_billing_configuration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The configuration.")] input: DeleteBillingConfigurationInput,
    ) -> Answer<DeleteBillingConfigurationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let delete = async {
            let id = NodeKind::BillingConfiguration.key(&input.id, "id")?;
            configurations::delete(app, stamp, id, input.expected_version).await
        };
        let (deleted, user_errors) = settle(delete.await)?;
        Ok(Some(DeleteBillingConfigurationPayload {
            deleted_id: deleted.map(|()| input.id),
            user_errors,
        }))
    }
}

fn draft(input: SaveBillingConfigurationInput) -> Result<Draft, Failure> {
    Ok(Draft {
        integration: NodeKind::Integration.key(&input.integration_id, "integrationId")?,
        id: input
            .id
            .map(|id| NodeKind::BillingConfiguration.key(&id, "id"))
            .transpose()?,
        company: NodeKind::ConsoleCompany.key(&input.company_id, "companyId")?,
        agreement: NodeKind::Agreement.key(&input.agreement_id, "agreementId")?,
        start_month: input.start_month.0,
        enabled: input.enabled,
        items: each(input.items, item)?,
        expected_version: input.expected_version,
    })
}

fn target(index: usize, input: CopyTargetInput) -> Result<Target, Vec<UserError>> {
    let company = NodeKind::ConsoleCompany.key(&input.company_id, &format!("targets.{index}.companyId"));
    let field = format!("targets.{index}.agreementId");
    let agreement = input.agreement_id.map(|id| NodeKind::Agreement.key(&id, &field));
    match (company, agreement.transpose()) {
        (Ok(company), Ok(agreement)) => Ok(Target { company, agreement }),
        (company, agreement) => Err(company.err().into_iter().chain(agreement.err()).collect()),
    }
}

fn item(index: usize, input: BillingItemInput) -> Result<ItemDraft, Vec<UserError>> {
    let product = product_key(&input.product_id, &format!("items.{index}.productId"));
    let field = format!("items.{index}.psaProductId");
    let psa_product = input
        .psa_product_id
        .map(|id| NodeKind::PsaProduct.key(&id, &field))
        .transpose();
    match (product, psa_product) {
        (Ok(product), Ok(psa_product)) => Ok(ItemDraft {
            product,
            psa_product,
            unit_price: input.unit_price.map(|price| price.0),
            unit_cost: input.unit_cost.map(|cost| cost.0),
            unit: input.unit.into(),
            rounding: input.rounding.into(),
            decimals: input.decimals,
            minimum: input.minimum.map(|minimum| minimum.0),
            included: input.included.map(|included| included.0).unwrap_or_default(),
            mode: input.mode.into(),
            zero: input.zero.map(Into::into),
        }),
        (product, psa_product) => Err(product.err().into_iter().chain(psa_product.err()).collect()),
    }
}
