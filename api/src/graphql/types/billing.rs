//! How an integration bills, and what it billed.

pub mod company;
pub mod configuration;
pub mod line;
pub mod run;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    IntegrationId, YearMonth, billing_configuration, billing_run, billing_settings, console_company, integration,
    product_mapping,
};
use sea_orm::{ColumnTrait, QueryFilter};

pub use company::{CompanyBilling, CompanyBillingFilter, CompanyPrice};
pub use configuration::{BillingConfiguration, BillingConfigurationFilter, BillingItem, Rounding, Unit, UsageMode};
pub use line::{AdditionSnapshot, BillingEvidence, BillingLine, LineAction, LineState};
pub use run::{BillingLineFilter, BillingRun, BillingRunFilter, BillingRunState, BillingRunTrigger};

use super::{job::Problem, product::BillableProduct};
use crate::{
    billing::{calendar, preview, prices, settings, warnings},
    failure::Failure,
    graphql::{
        ids::NodeKind,
        pagination::{List, PageArgs, by_name, newest_first},
        payload,
        request::{Request, internal},
        scalars::{Date, Decimal, YearMonth as Month},
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

    /// When a month is billed.
    #[graphql(complexity = "2 + child_complexity")]
    async fn schedule(&self, ctx: &Context<'_>) -> Result<BillingSchedule> {
        Ok(BillingSchedule::from(&self.settings(ctx).await?))
    }

    /// The companies of the console with how each is billed, in name order.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which companies; without it all of them.")] filter: Option<CompanyBillingFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<CompanyBilling>> {
        use console_company::{Column, Entity};
        let page = PageArgs::new(first, after, last, before)?;
        let (scope, integration) = (ctx.scope()?, self.0);
        let condition = filter.unwrap_or_default().condition(scope, integration);
        let select = scope.find::<Entity>().filter(condition);
        let key = |row: &console_company::Model| (row.name.clone(), row.id.uuid());
        let slice = by_name(ctx, select, (Column::Name, Column::Id), &page, key).await?;
        Ok(slice.connect(move |company| CompanyBilling { integration, company }))
    }

    /// What an invoice template makes of the provider's own data: the first lines of a month, at most 20, as they would be
    /// written to empty agreements. Nothing is read from the PSA, nothing is stored.
    #[graphql(complexity = "200 + 20 * child_complexity")]
    async fn invoice_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The template.")] template: String,
        #[graphql(desc = "The month; without it the one before this.")] month: Option<Month>,
        #[graphql(desc = "The company whose lines are shown; without it those of all.")] company_id: Option<ID>,
    ) -> Result<Vec<InvoicePreviewLine>> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let company = company_id.map(|id| NodeKind::ConsoleCompany.key(&id, "companyId"));
        let company = payload::value(company.transpose().map_err(Failure::from))?;
        let month = month.map_or_else(|| YearMonth::of(app.now().date_naive()).previous(), |month| month.0);
        let lines = payload::value(preview::lines(app, scope, self.0, &template, month, company).await)?;
        Ok(lines.into_iter().map(InvoicePreviewLine::from).collect())
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
    /// From which period of the agreements on a month's lines count.
    pub period: BillingPeriod,
    /// Who approves a run.
    pub approval: ApprovalPolicy,
    /// The largest change, of a line or of the total, that is approved without a person, in percent; null for no limit.
    pub guard_percent: Option<Decimal>,
    /// The same limit in the provider's currency; null for no limit.
    pub guard_amount: Option<Decimal>,
    /// Grows with every change of this policy, the schedule or the invoice settings. Pass it back as `expectedVersion`.
    pub version: i32,
}

impl From<&billing_settings::Model> for BillingPolicy {
    fn from(settings: &billing_settings::Model) -> Self {
        Self {
            unset_price: settings.unset_price.into(),
            zero: settings.zero.into(),
            period: settings.period.into(),
            approval: settings.approval.into(),
            guard_percent: settings.guard_percent.map(Decimal::from),
            guard_amount: settings.guard_amount.map(Decimal::from),
            version: settings.version,
        }
    }
}

/// When a month is billed.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingSchedule {
    /// The day of the month on which the month before is billed; in a shorter month its last day.
    pub billing_day: i32,
    /// The moment as of which licences are counted, unless `planBilling` names one.
    pub license_moment: LicenseMoment,
    /// Grows with every change of the schedule, the policy or the invoice settings. Pass it back as `expectedVersion`.
    pub version: i32,
}

impl From<&billing_settings::Model> for BillingSchedule {
    fn from(settings: &billing_settings::Model) -> Self {
        Self {
            billing_day: i32::from(settings.billing_day),
            license_moment: settings.license_moment.into(),
            version: settings.version,
        }
    }
}

/// A line as an invoice would show it.
#[derive(Debug, Clone, SimpleObject)]
pub struct InvoicePreviewLine {
    /// The names of the companies on the line.
    pub companies: Vec<String>,
    /// The product; the first one where several meet on the line.
    pub product: BillableProduct,
    /// The text on the invoice.
    pub text: String,
    /// Whether it is as long as the PSA takes it, so that more of it may be cut off.
    pub is_cut: bool,
}

impl From<preview::PreviewedLine> for InvoicePreviewLine {
    fn from(line: preview::PreviewedLine) -> Self {
        Self {
            companies: line.companies,
            product: BillableProduct(line.product),
            text: line.text.unwrap_or_default(),
            is_cut: line.is_cut,
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

/// The moment as of which licences are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_settings::LicenseMoment")]
pub enum LicenseMoment {
    /// The end of the billed month, so that planning it again later counts the same. A month that is going on, and a time
    /// before the console reported any licence, are counted as it is when the run is planned.
    MonthEnd,
    /// When the run is planned.
    Planning,
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

/// From which period of the agreement on a month's lines count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_settings::BillingPeriod")]
pub enum BillingPeriod {
    /// That of the month itself, for agreements that are invoiced after it.
    OfTheMonth,
    /// The one after it, for agreements whose periods are invoiced before they are over.
    Following,
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
