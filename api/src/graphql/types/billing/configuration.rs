//! What is billed for one company onto one agreement.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{AgreementId, ConsoleCompanyId, billing_configuration, billing_item};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::ZeroPolicy;
use crate::graphql::{
    ids::NodeKind,
    loaders::ItemsOf,
    request::{Request, internal},
    scalars::{Decimal, YearMonth},
    types::{
        console::ConsoleCompany,
        product::BillableProduct,
        psa::{Agreement, PsaProduct},
    },
};

/// A billing configuration.
#[derive(Debug, Clone)]
pub struct BillingConfiguration(pub billing_configuration::Model);

/// What is billed for one company onto one agreement. A company may have several.
#[Object]
impl BillingConfiguration {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::BillingConfiguration.id(self.0.id)
    }

    /// The company whose usage is billed.
    async fn company(&self, ctx: &Context<'_>) -> Result<ConsoleCompany> {
        let company = ctx.rows()?.load_one(self.0.company_id).await.map_err(internal)?;
        company
            .map(ConsoleCompany::from)
            .ok_or_else(|| internal("a configuration without its company"))
    }

    /// The agreement that it is billed on.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Agreement> {
        let agreement = ctx.rows()?.load_one(self.0.agreement_id).await.map_err(internal)?;
        agreement
            .map(Agreement)
            .ok_or_else(|| internal("a configuration without its agreement"))
    }

    /// The first month that is billed. Earlier months never are.
    async fn start_month(&self) -> YearMonth {
        YearMonth(self.0.start_month)
    }

    /// Whether runs take it in. What the agreement holds stays as it is while they do not.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// What is billed, in the order that it was given in.
    #[graphql(complexity = "2 + 5 * child_complexity")]
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<BillingItem>> {
        let items = ctx.rows()?.load_one(ItemsOf(self.0.id)).await.map_err(internal)?;
        items.unwrap_or_default().into_iter().map(BillingItem::of).collect()
    }

    /// Grows with every change. Pass it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// One billed product of a configuration.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct BillingItem {
    #[graphql(skip)]
    row: billing_item::Model,
    /// The billable product.
    pub product: BillableProduct,
    /// What the customer pays for one unit; null when the product's price applies.
    pub unit_price: Option<Decimal>,
    /// What one unit costs the provider; null when the product's cost applies.
    pub unit_cost: Option<Decimal>,
    /// The unit that is billed.
    pub unit: Unit,
    /// How the quantity is rounded.
    pub rounding: Rounding,
    /// To how many decimals it is rounded.
    pub decimals: i32,
    /// The least that is billed, in `unit`; null for no minimum.
    pub minimum: Option<Decimal>,
    /// What the agreement covers already, in `unit`; counts in mode `OVERAGE`.
    pub included: Decimal,
    /// Whether everything is billed or only what exceeds the included quantity.
    pub mode: UsageMode,
    /// What happens at quantity zero; null when the policy decides.
    pub zero: Option<ZeroPolicy>,
}

#[ComplexObject]
impl BillingItem {
    /// The PSA product it is billed as; null when the product's mapping decides.
    async fn psa_product(&self, ctx: &Context<'_>) -> Result<Option<PsaProduct>> {
        let Some(id) = self.row.psa_product_id else {
            return Ok(None);
        };
        Ok(ctx.rows()?.load_one(id).await.map_err(internal)?.map(PsaProduct))
    }
}

impl BillingItem {
    fn of(row: billing_item::Model) -> Result<Self> {
        Ok(Self {
            product: BillableProduct(row.product_key.parse().map_err(internal)?),
            unit_price: row.unit_price.map(Decimal::from),
            unit_cost: row.unit_cost.map(Decimal::from),
            unit: row.unit.into(),
            rounding: row.rounding.into(),
            decimals: i32::from(row.decimals),
            minimum: row.minimum.map(Decimal::from),
            included: row.included.into(),
            mode: row.mode.into(),
            zero: row.zero.map(ZeroPolicy::from),
            row,
        })
    }
}

/// Which configurations are meant. Every condition that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct BillingConfigurationFilter {
    /// Those of this company.
    pub company_id: Option<ID>,
    /// Those on this agreement.
    pub agreement_id: Option<ID>,
    /// Those that are switched on, or off.
    pub enabled: Option<bool>,
}

impl BillingConfigurationFilter {
    pub(super) fn condition(self) -> Condition {
        use billing_configuration::Column;
        // An id that is none finds nothing, like one that is not the caller's.
        let company = self.company_id.map(|id| {
            NodeKind::ConsoleCompany
                .key(&id, "companyId")
                .unwrap_or_else(|_| Uuid::nil())
        });
        let agreement = self.agreement_id.map(|id| {
            NodeKind::Agreement
                .key(&id, "agreementId")
                .unwrap_or_else(|_| Uuid::nil())
        });
        Condition::all()
            .add_option(company.map(|id| Column::CompanyId.eq(ConsoleCompanyId::from(id))))
            .add_option(agreement.map(|id| Column::AgreementId.eq(AgreementId::from(id))))
            .add_option(self.enabled.map(|enabled| Column::Enabled.eq(enabled)))
    }
}

/// The unit that a quantity is billed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_item::Unit")]
pub enum Unit {
    /// Pieces, for licences.
    Each,
    /// 10⁹ bytes.
    Gb,
    /// 2³⁰ bytes.
    Gib,
    /// 10¹² bytes.
    Tb,
    /// 2⁴⁰ bytes.
    Tib,
}

/// How a quantity is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_item::Rounding")]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// To the nearest, halves away from zero.
    Nearest,
    /// Towards zero.
    Down,
}

/// What part of a quantity is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_item::ItemMode")]
pub enum UsageMode {
    /// All of it.
    Total,
    /// What exceeds the included quantity.
    Overage,
}
