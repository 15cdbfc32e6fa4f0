//! How an integration bills: invoice text, prices, policy.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::each;
use crate::{
    auth::{Permission, guard::Requires},
    billing::{
        prices::{self, PriceChange},
        settings::{self, InvoiceChange, PolicyChange, ScheduleChange},
    },
    failure::UserError,
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        scalars::Decimal,
        types::{
            billing::{
                ApprovalPolicy, BillingPeriod, BillingPolicy, BillingSchedule, InvoiceDescriptionMode, InvoiceSettings,
                LicenseMoment, ProductPrice, UnsetPrice, ZeroPolicy,
            },
            product::product_key,
        },
    },
};

/// Mutations of how an integration bills.
#[derive(Debug, Default)]
pub struct SettingsMutations;

/// Where the text of invoice lines shall come from.
#[derive(Debug, InputObject)]
pub struct UpdateInvoiceSettingsInput {
    /// The integration.
    pub integration_id: ID,
    /// Whether the PSA's product or the template decides.
    pub mode: InvoiceDescriptionMode,
    /// The template, with the variables `{product} {quantity} {unit} {company} {month} {year} {storageAccount}`; left
    /// out, the stored one is kept.
    pub template: Option<String>,
    /// The version that was read; left out, whatever is there is changed.
    pub expected_version: Option<i32>,
}

/// What `updateInvoiceSettings` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateInvoiceSettingsPayload {
    /// The settings with a preview; null when they were not changed.
    pub invoice_settings: Option<InvoiceSettings>,
    /// Why they were not; empty when they were.
    pub user_errors: Vec<UserError>,
}

/// The price of one product. A value that is left out stays; null takes it away.
#[derive(Debug, InputObject)]
pub struct ProductPriceInput {
    /// The billable product.
    pub product_id: ID,
    /// What the customer pays for one unit, in the provider's currency.
    pub unit_price: MaybeUndefined<Decimal>,
    /// What one unit costs the provider, in the provider's currency.
    pub unit_cost: MaybeUndefined<Decimal>,
}

/// The prices of products.
#[derive(Debug, InputObject)]
pub struct UpdatePriceSettingsInput {
    /// The integration.
    pub integration_id: ID,
    /// The prices, at most 1,000. All of them are changed or none.
    pub prices: Vec<ProductPriceInput>,
}

/// What `updatePriceSettings` did.
#[derive(Debug, SimpleObject)]
pub struct UpdatePriceSettingsPayload {
    /// The prices as they are now, in the order of the input; empty when none was changed.
    pub prices: Vec<ProductPrice>,
    /// Why none was changed; empty when they were.
    pub user_errors: Vec<UserError>,
}

/// The rules that shall decide. One that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct UpdateBillingPolicyInput {
    /// The integration.
    pub integration_id: ID,
    /// What to do with a line that has no price.
    pub unset_price: Option<UnsetPrice>,
    /// What to do with an addition whose quantity falls to zero.
    pub zero: Option<ZeroPolicy>,
    /// From which period of the agreements on a month's lines count.
    pub period: Option<BillingPeriod>,
    /// Who approves a run.
    pub approval: Option<ApprovalPolicy>,
    /// The guard's limit in percent; null takes it away.
    pub guard_percent: MaybeUndefined<Decimal>,
    /// The guard's limit in the provider's currency; null takes it away.
    pub guard_amount: MaybeUndefined<Decimal>,
    /// The version that was read; left out, whatever is there is changed.
    pub expected_version: Option<i32>,
}

/// When a month shall be billed. A value that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct UpdateBillingScheduleInput {
    /// The integration.
    pub integration_id: ID,
    /// The day of the month on which the month before is billed, from 1 to 31; in a shorter month its last day.
    pub billing_day: Option<i32>,
    /// The moment as of which licences are counted.
    pub license_moment: Option<LicenseMoment>,
    /// The version that was read; left out, whatever is there is changed.
    pub expected_version: Option<i32>,
}

/// What `updateBillingSchedule` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateBillingSchedulePayload {
    /// The schedule; null when it was not changed.
    pub schedule: Option<BillingSchedule>,
    /// Why it was not; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// What `updateBillingPolicy` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateBillingPolicyPayload {
    /// The policy; null when it was not changed.
    pub policy: Option<BillingPolicy>,
    /// Why it was not; empty when it was.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl SettingsMutations {
    /// Decides where the text of invoice lines comes from.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn update_invoice_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it shall come from.")] input: UpdateInvoiceSettingsInput,
    ) -> Answer<UpdateInvoiceSettingsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let change = InvoiceChange {
                mode: input.mode.into(),
                template: input.template,
                expected_version: input.expected_version,
            };
            settings::update_invoice(app, stamp, id, change).await
        };
        let (settings, user_errors) = settle(update.await)?;
        Ok(Some(UpdateInvoiceSettingsPayload {
            invoice_settings: settings.map(InvoiceSettings),
            user_errors,
        }))
    }

    /// Sets what billable products cost, where no billing item says otherwise.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_price_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: UpdatePriceSettingsInput,
    ) -> Answer<UpdatePriceSettingsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            prices::update(app, stamp, id, each(input.prices, |index, input| input.change(index))?).await
        };
        let (rows, user_errors) = settle(update.await)?;
        let prices = rows
            .unwrap_or_default()
            .into_iter()
            .map(ProductPrice::of)
            .collect::<Result<_>>()?;
        Ok(Some(UpdatePriceSettingsPayload { prices, user_errors }))
    }

    /// Decides what happens to lines without a price, to zero quantities, and who approves a run. It decides what is
    /// written to the PSA without a person, so it needs the permission to approve.
    #[graphql(guard = "Requires(Permission::BillingApprove)", complexity = "10 + child_complexity")]
    async fn update_billing_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rules.")] input: UpdateBillingPolicyInput,
    ) -> Answer<UpdateBillingPolicyPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            settings::update_policy(app, stamp, id, policy(&input)).await
        };
        let (settings, user_errors) = settle(update.await)?;
        Ok(Some(UpdateBillingPolicyPayload {
            policy: settings.as_ref().map(BillingPolicy::from),
            user_errors,
        }))
    }

    /// Decides on which day a month is billed and as of when licences are counted.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn update_billing_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When it shall be billed.")] input: UpdateBillingScheduleInput,
    ) -> Answer<UpdateBillingSchedulePayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let change = ScheduleChange {
                billing_day: input.billing_day,
                license_moment: input.license_moment.map(Into::into),
                expected_version: input.expected_version,
            };
            settings::update_schedule(app, stamp, id, change).await
        };
        let (settings, user_errors) = settle(update.await)?;
        Ok(Some(UpdateBillingSchedulePayload {
            schedule: settings.as_ref().map(BillingSchedule::from),
            user_errors,
        }))
    }
}

impl ProductPriceInput {
    /// The change that the element `index` of a list asks for.
    pub(super) fn change(&self, index: usize) -> Result<PriceChange, Vec<UserError>> {
        let field = format!("prices.{index}.productId");
        let product = product_key(&self.product_id, &field).map_err(|error| vec![error])?;
        Ok(PriceChange {
            product,
            unit_price: change(&self.unit_price),
            unit_cost: change(&self.unit_cost),
        })
    }
}

fn policy(input: &UpdateBillingPolicyInput) -> PolicyChange {
    PolicyChange {
        unset_price: input.unset_price.map(Into::into),
        zero: input.zero.map(Into::into),
        period: input.period.map(Into::into),
        approval: input.approval.map(Into::into),
        guard_percent: change(&input.guard_percent),
        guard_amount: change(&input.guard_amount),
        expected_version: input.expected_version,
    }
}

/// `None` when the value was left out, an inner `None` when it was null.
fn change(value: &MaybeUndefined<Decimal>) -> Option<Option<rust_decimal::Decimal>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value.0)),
    }
}
