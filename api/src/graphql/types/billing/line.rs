//! One addition in a run: what was measured, planned, written, and what the PSA holds.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_connectors::record;
use psa_entities::{billing_evidence, billing_line};

use crate::{
    billing::{apply, snapshot::addition_snapshot},
    failure::Failure,
    graphql::{
        ids::NodeKind,
        loaders::{billing::AdditionsOf, billing_evidence::EvidenceOf, company_billing::LineBefore, nested::page_of},
        pagination::{List, PageArgs},
        payload,
        request::{Request, internal},
        scalars::{Date, Decimal},
        types::{
            console::ConsoleCompany,
            job::Problem,
            product::BillableProduct,
            psa::{Agreement, PsaProduct},
        },
    },
};

/// A billing line.
#[derive(Debug, Clone)]
pub struct BillingLine(pub billing_line::Model);

/// One addition in a run: what was measured, what is billed, and what became of it.
#[Object]
impl BillingLine {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::BillingLine.id(self.0.id)
    }

    /// What the plan does to the PSA.
    async fn action(&self) -> LineAction {
        self.0.action.into()
    }

    /// How far it is.
    async fn state(&self) -> LineState {
        self.0.state.into()
    }

    /// The company; null when the usage of several meets on the line.
    async fn company(&self, ctx: &Context<'_>) -> Result<Option<ConsoleCompany>> {
        let Some(id) = self.0.company_id else { return Ok(None) };
        Ok(ctx
            .rows()?
            .load_one(id)
            .await
            .map_err(internal)?
            .map(ConsoleCompany::from))
    }

    /// The agreement; null when none is configured.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Option<Agreement>> {
        let Some(id) = self.0.agreement_id else { return Ok(None) };
        Ok(ctx.rows()?.load_one(id).await.map_err(internal)?.map(Agreement))
    }

    /// The billable product; the first one where several meet on the line.
    async fn product(&self) -> Result<BillableProduct> {
        Ok(BillableProduct(self.0.product_key.parse().map_err(internal)?))
    }

    /// The PSA product; null when none is mapped.
    async fn psa_product(&self, ctx: &Context<'_>) -> Result<Option<PsaProduct>> {
        let Some(id) = self.0.psa_product_id else {
            return Ok(None);
        };
        Ok(ctx.rows()?.load_one(id).await.map_err(internal)?.map(PsaProduct))
    }

    /// What was used, before the included quantity, rounding and minimum. The evidence adds up to it.
    async fn measured(&self) -> Decimal {
        self.0.measured.into()
    }

    /// The quantity that the line leaves on the agreement.
    async fn billed(&self) -> Decimal {
        self.0.billed.into()
    }

    /// The addition as the PSA held it when the run was planned; null when it held none.
    async fn before(&self) -> Option<AdditionSnapshot> {
        self.0.before.clone().map(AdditionSnapshot::from)
    }

    /// The price per unit that is written; null when it is left to the PSA.
    async fn unit_price(&self) -> Option<Decimal> {
        self.0.unit_price.map(Decimal::from)
    }

    /// The cost per unit that is written; null when it is left to the PSA.
    async fn unit_cost(&self) -> Option<Decimal> {
        self.0.unit_cost.map(Decimal::from)
    }

    /// What the customer pays for it, in the provider's currency.
    async fn amount(&self) -> Decimal {
        self.0.amount.into()
    }

    /// How much more, or less, that is than by what the PSA held when the run was planned.
    async fn delta(&self) -> Decimal {
        self.0.delta.into()
    }

    /// The text on the invoice; null when it is left to the PSA.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The first day that a new addition is billed, or the day that one ends; null when nothing is written.
    async fn effective_date(&self) -> Option<Date> {
        self.0.effective_date.map(Date)
    }

    /// Why it is blocked, has failed or drifted; null when nothing is wrong.
    async fn problem(&self) -> Option<Problem> {
        let wrong = self.0.action != billing_line::LineAction::Noop;
        self.0.problem.clone().filter(|_| wrong).map(Problem::from)
    }

    /// Why there is nothing to do, as one sentence; null on every other line.
    async fn explanation(&self) -> Option<&str> {
        let idle = self.0.action == billing_line::LineAction::Noop;
        self.0
            .problem
            .as_ref()
            .filter(|_| idle)
            .map(|problem| problem.message.as_str())
    }

    /// The additions that the agreement holds for the product, where that stands in the way of the line.
    async fn candidates(&self) -> Vec<AdditionSnapshot> {
        self.0
            .candidates
            .0
            .iter()
            .cloned()
            .map(AdditionSnapshot::from)
            .collect()
    }

    /// What the PSA confirmed; null while it has confirmed nothing.
    async fn receipt(&self) -> Result<Option<LineReceipt>> {
        let receipt = self
            .0
            .receipt
            .clone()
            .map(serde_json::from_value::<record::AdditionReceipt>);
        Ok(receipt.transpose().map_err(internal)?.as_ref().map(LineReceipt::from))
    }

    /// The quantity that the agreement holds for the product at this moment, read from the PSA; null when the line
    /// names no agreement and product, or the agreement holds none.
    #[graphql(complexity = "50")]
    async fn in_psa_now(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        let (Some(agreement), Some(product)) = (self.0.agreement_id, self.0.psa_product_id) else {
            return Ok(None);
        };
        let Some(product) = ctx.rows()?.load_one(product).await.map_err(internal)? else {
            return Ok(None);
        };
        let read = ctx.rows()?.load_one(AdditionsOf(agreement)).await.map_err(internal)?;
        let Some(read) = read else { return Ok(None) };
        let additions = payload::value(read.map_err(Failure::from))?;
        let day = self.0.effective_date.unwrap_or_else(|| self.0.updated_at.date_naive());
        let found = apply::in_force(&additions, &record::ProductId::new(product.external_id), day);
        let quantities = found.iter().map(|addition| addition.quantity);
        Ok((!found.is_empty()).then(|| Decimal(quantities.sum::<rust_decimal::Decimal>().normalize())))
    }

    /// The newest verified line of an earlier month for the same product of the same agreement; null when there is none.
    #[graphql(complexity = "2 + child_complexity")]
    async fn month_before(&self, ctx: &Context<'_>) -> Result<Option<BillingLine>> {
        let (Some(agreement), Some(product)) = (self.0.agreement_id, self.0.psa_product_id) else {
            return Ok(None);
        };
        let run = ctx.rows()?.load_one(self.0.run_id).await.map_err(internal)?;
        let month = run.ok_or_else(|| internal("a line without its run"))?.month;
        let key = LineBefore {
            agreement,
            product,
            month,
        };
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.map(BillingLine))
    }

    /// How often the write was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// The licences, daily samples or storage limits behind the measured quantity.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<BillingEvidence>> {
        let page = PageArgs::new(first, after, last, before)?;
        let slice = page_of(ctx, EvidenceOf, self.0.id, &page).await?;
        Ok(slice.connect(BillingEvidence::from))
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// An addition as the PSA held it at one moment.
#[derive(Debug, Clone, SimpleObject)]
pub struct AdditionSnapshot {
    /// The id in the PSA.
    pub external_id: String,
    /// The quantity that it bills.
    pub quantity: Decimal,
    /// The price per unit; null when the PSA does not say.
    pub unit_price: Option<Decimal>,
    /// The cost per unit; null when the PSA does not say.
    pub unit_cost: Option<Decimal>,
    /// The text on the invoice; null when it has none of its own.
    pub description: Option<String>,
    /// The first day that it is billed; null when the PSA does not say.
    pub effective_date: Option<Date>,
}

impl From<billing_line::AdditionSnapshot> for AdditionSnapshot {
    fn from(addition: billing_line::AdditionSnapshot) -> Self {
        Self {
            external_id: addition.id,
            quantity: addition.quantity.into(),
            unit_price: addition.unit_price.map(Decimal::from),
            unit_cost: addition.unit_cost.map(Decimal::from),
            description: addition.description,
            effective_date: addition.effective_date.map(Date),
        }
    }
}

/// What the PSA confirmed of a line.
#[derive(Debug, Clone, SimpleObject)]
pub struct LineReceipt {
    /// What the write did.
    pub change: AdditionChange,
    /// The addition before the write; null when there was none.
    pub before: Option<AdditionSnapshot>,
    /// The addition after the write.
    pub after: AdditionSnapshot,
}

impl From<&record::AdditionReceipt> for LineReceipt {
    fn from(receipt: &record::AdditionReceipt) -> Self {
        let snapshot = |addition: &record::Addition| AdditionSnapshot::from(addition_snapshot(addition));
        Self {
            change: receipt.change.into(),
            before: receipt.before.as_ref().map(snapshot),
            after: snapshot(&receipt.after),
        }
    }
}

/// One record behind a measured quantity, copied when the run was planned.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingEvidence {
    /// What sort of record it was.
    pub kind: EvidenceKind,
    /// The id in the console: of the licence, of the storage account, or of the assignment of the storage limit.
    pub reference: String,
    /// What a person knows it by.
    pub label: String,
    /// What it contributes: 1 for a licence or a storage limit, bytes for a sample.
    pub quantity: Decimal,
    /// The day of a sample; null for anything else.
    pub day: Option<Date>,
}

impl From<billing_evidence::Model> for BillingEvidence {
    fn from(row: billing_evidence::Model) -> Self {
        Self {
            kind: row.kind.into(),
            reference: row.reference,
            label: row.label,
            quantity: row.quantity.into(),
            day: row.day.map(Date),
        }
    }
}

/// What sort of record a quantity was measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_evidence::EvidenceKind")]
pub enum EvidenceKind {
    /// A licence in use.
    License,
    /// What a storage account held on one day.
    StorageSample,
    /// A storage limit that somebody has.
    StorageLimit,
}

/// What a line does to the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "billing_line::LineAction")]
pub enum LineAction {
    /// It adds an addition.
    Create,
    /// It changes an addition that is there.
    Update,
    /// It ends an addition that is there.
    End,
    /// Nothing: the PSA holds what is due, or nothing is due.
    Noop,
    /// Nothing, until somebody solves its problem.
    Blocked,
}

/// How far a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "billing_line::LineState")]
pub enum LineState {
    /// It is not written yet.
    Planned,
    /// A write was begun; its outcome is not known.
    Applying,
    /// The PSA accepted the write.
    Applied,
    /// The PSA was read again and holds what was wanted.
    Verified,
    /// The PSA holds something else than was planned with, and was left alone.
    Drifted,
    /// The PSA refused the write.
    Failed,
    /// Nothing was to be written.
    Skipped,
}

/// What a write did to an addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "record::AdditionChange")]
pub enum AdditionChange {
    /// There was none; now there is.
    Created,
    /// It said something else before.
    Updated,
    /// It was brought to its end.
    Ended,
    /// It said what was wanted already; nothing was written.
    Unchanged,
}
