//! How an integration bills, and what it billed.

pub mod configuration;
pub mod line;
pub mod run;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    IntegrationId, YearMonth, billing_configuration, billing_run, billing_settings, integration, product_mapping,
};
use sea_orm::{ColumnTrait, QueryFilter};

pub use configuration::{BillingConfiguration, BillingConfigurationFilter, BillingItem, Rounding, Unit, UsageMode};
pub use line::{AdditionSnapshot, BillingEvidence, BillingLine, LineAction, LineState};
pub use run::{BillingLineFilter, BillingRun, BillingRunFilter, BillingRunState, BillingRunTrigger};

use super::{job::Problem, product::BillableProduct};
use crate::{
    billing::{calendar, prices, settings, warnings},
    graphql::{
        pagination::{List, PageArgs, newest_first},
        payload,
        request::{Request, internal},
        scalars::{Date, Decimal},
    },
};

/// The billing of an integration.
#[derive(Debug, Clone, Copy)]
pub struct Billing(pub IntegrationId);

/// How an integration bills what the console counted, and what it billed.
#[Object]
impl Billing {
    /// Where the text of invoice lines comes from.
    #[graphql(complexity = "2 + child_complexity")]
    async fn invoice_settings(&self, ctx: &Context<'_>) -> Result<InvoiceSettings> {
        Ok(InvoiceSettings(self.settings(ctx).await?))
    }

    /// The rules for prices, zero quantities and approval.
    #[graphql(complexity = "2 + child_complexity")]
    async fn policy(&self, ctx: &Context<'_>) -> Result<BillingPolicy> {
        Ok(BillingPolicy::from(&self.settings(ctx).await?))
    }

    /// The products that have a price or a cost here, by their key.
    #[graphql(complexity = "5 + 20 * child_complexity")]
    async fn prices(&self, ctx: &Context<'_>) -> Result<Vec<ProductPrice>> {
        let rows = prices::list(ctx.app()?.db.read(), ctx.scope()?, self.0)
            .await
            .map_err(internal)?;
        let priced = rows
            .into_iter()
            .filter(|row| row.unit_price.is_some() || row.unit_cost.is_some());
        priced.map(ProductPrice::of).collect()
    }

    /// What is billed for which company onto which agreement, the newest first.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn configurations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which configurations; without it all of them.")] filter: Option<BillingConfigurationFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<BillingConfiguration>> {
        use billing_configuration::{Column, Entity};
        let page = PageArgs::new(first, after, last, before)?;
        let select = ctx.scope()?.find::<Entity>().filter(Column::IntegrationId.eq(self.0));
        let select = select.filter(filter.unwrap_or_default().condition());
        let slice = newest_first(ctx, select, Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(slice.connect(BillingConfiguration))
    }

    /// The billing runs, the newest first.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which runs; without it all of them.")] filter: Option<BillingRunFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<BillingRun>> {
        use billing_run::{Column, Entity};
        let page = PageArgs::new(first, after, last, before)?;
        let select = ctx.scope()?.find::<Entity>().filter(Column::IntegrationId.eq(self.0));
        let select = select.filter(filter.unwrap_or_default().condition());
        let slice = newest_first(ctx, select, Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(slice.connect(BillingRun))
    }

    /// The next billing day, in the provider's time zone. The month before it is the one to bill.
    #[graphql(complexity = "4")]
    async fn next_billing_day(&self, ctx: &Context<'_>) -> Result<Date> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let provider = payload::value(calendar::provider(app.db.read(), scope).await)?;
        let today = calendar::today(&provider, app.now()).map_err(internal)?;
        Ok(Date(calendar::next_billing_day(
            today,
            self.settings(ctx).await?.billing_day,
        )))
    }

    /// What will go wrong unless somebody changes something: agreements whose next invoice comes before the billing
    /// day. At most 100.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn warnings(&self, ctx: &Context<'_>) -> Result<Vec<Problem>> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let integration = self.integration(ctx).await?;
        let found = payload::value(warnings::find(app, scope, &integration).await)?;
        Ok(found.into_iter().map(Problem::from).collect())
    }
}

impl Billing {
    async fn integration(&self, ctx: &Context<'_>) -> Result<integration::Model> {
        let found = ctx.rows()?.load_one(self.0).await.map_err(internal)?;
        found.ok_or_else(|| internal(format!("the integration {} vanished", self.0)))
    }

    async fn settings(&self, ctx: &Context<'_>) -> Result<billing_settings::Model> {
        let integration = self.integration(ctx).await?;
        payload::value(settings::load(ctx.app()?.db.read(), ctx.scope()?, &integration).await)
    }
}

/// Where the text of invoice lines comes from.
#[derive(Debug, Clone)]
pub struct InvoiceSettings(pub billing_settings::Model);

/// Where the text of an invoice line comes from.
#[Object]
impl InvoiceSettings {
    /// Whether the PSA's product or the template decides.
    async fn mode(&self) -> InvoiceDescriptionMode {
        self.0.invoice_description.into()
    }

    /// The template; null when none was ever set.
    async fn template(&self) -> Option<&str> {
        self.0.template.as_deref()
    }

    /// An example of the text for the month before this one; null when the PSA's product decides.
    async fn preview(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let month = YearMonth::of(ctx.app()?.now().date_naive()).previous();
        settings::preview(&self.0, month).map_err(internal)
    }

    /// Grows with every change of these settings or of the policy. Pass it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// The rules that decide where neither an item nor a product's price does.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingPolicy {
    /// What to do with a line that has no price.
    pub unset_price: UnsetPrice,
    /// What to do with an addition whose quantity falls to zero.
    pub zero: ZeroPolicy,
    /// Who approves a run.
    pub approval: ApprovalPolicy,
    /// The largest change, of a line or of the total, that is approved without a person, in percent; null for no limit.
    pub guard_percent: Option<Decimal>,
    /// The same limit in the provider's currency; null for no limit.
    pub guard_amount: Option<Decimal>,
    /// The day of the month on which the month before is billed; in a shorter month its last day.
    pub billing_day: i32,
    /// Grows with every change of this policy or of the invoice settings. Pass it back as `expectedVersion`.
    pub version: i32,
}

impl From<&billing_settings::Model> for BillingPolicy {
    fn from(settings: &billing_settings::Model) -> Self {
        Self {
            unset_price: settings.unset_price.into(),
            zero: settings.zero.into(),
            approval: settings.approval.into(),
            guard_percent: settings.guard_percent.map(Decimal::from),
            guard_amount: settings.guard_amount.map(Decimal::from),
            billing_day: i32::from(settings.billing_day),
            version: settings.version,
        }
    }
}

/// What a billable product costs here.
#[derive(Debug, Clone, SimpleObject)]
pub struct ProductPrice {
    /// The product.
    pub product: BillableProduct,
    /// What the customer pays for one unit, in the provider's currency; null when it is not set.
    pub unit_price: Option<Decimal>,
    /// What one unit costs the provider, in the provider's currency; null when it is not set.
    pub unit_cost: Option<Decimal>,
    /// When it, or what the product is bound to, was last changed.
    pub changed_at: DateTime<Utc>,
    /// Who changed it.
    pub changed_by: String,
}

impl ProductPrice {
    /// The price in a row.
    ///
    /// # Errors
    /// The stored product key is none.
    pub fn of(row: product_mapping::Model) -> Result<Self> {
        Ok(Self {
            product: BillableProduct(row.product_key.parse().map_err(internal)?),
            unit_price: row.unit_price.map(Decimal::from),
            unit_cost: row.unit_cost.map(Decimal::from),
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    }
}

/// Where the text of an invoice line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_settings::InvoiceDescription")]
pub enum InvoiceDescriptionMode {
    /// From the PSA's product: nothing is sent.
    PsaProduct,
    /// From the template.
    Template,
}

/// What to do with a line that has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_settings::UnsetPrice")]
pub enum UnsetPrice {
    /// The price of the PSA's product applies.
    PsaProduct,
    /// It is billed at zero.
    Zero,
    /// It is blocked until somebody sets a price.
    Block,
}

/// Who approves a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_settings::Approval")]
pub enum ApprovalPolicy {
    /// A person, always.
    Manual,
    /// The schedule itself, as long as the guard is quiet; else a person.
    WithinGuard,
}

/// What happens to an addition whose quantity falls to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_settings::ZeroPolicy")]
pub enum ZeroPolicy {
    /// It stays with quantity zero.
    SetZero,
    /// It is ended.
    End,
    /// It keeps its last quantity.
    Leave,
}
