//! A month's plan and its outcome.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{ConsoleCompanyId, billing_line, billing_run};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::line::{AdditionSnapshot, BillingLine, LineAction, LineState};
use crate::{
    billing::{breakdown, drift, export},
    graphql::{
        ids::NodeKind,
        loaders::{
            nested::page_of,
            run::{LinesOf, RunBefore, SharesOf},
        },
        pagination::{List, PageArgs},
        payload,
        request::{Request, internal},
        scalars::{Decimal, YearMonth},
        types::{
            console::ConsoleCompany,
            job::Problem,
            product::{BillableKind, BillableProduct},
        },
    },
};

/// A billing run.
#[derive(Debug, Clone)]
pub struct BillingRun(pub billing_run::Model);

/// The billing of one month: planned from what was used, approved, then written to the PSA.
#[Object]
impl BillingRun {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::BillingRun.id(self.0.id)
    }

    /// The month that is billed.
    async fn month(&self) -> YearMonth {
        YearMonth(self.0.month)
    }

    /// How far it is.
    async fn state(&self) -> BillingRunState {
        self.0.state.into()
    }

    /// What started it.
    async fn trigger(&self) -> BillingRunTrigger {
        self.0.trigger.into()
    }

    /// Who asked for it.
    async fn created_by(&self) -> &str {
        &self.0.created_by
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its plan was complete; null before.
    async fn planned_at(&self) -> Option<DateTime<Utc>> {
        self.0.planned_at
    }

    /// Who approved it; null while nobody did.
    async fn approved_by(&self) -> Option<&str> {
        self.0.approved_by.as_deref()
    }

    /// When it was approved; null while it is not.
    async fn approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.approved_at
    }

    /// When it ended; null while it has not.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// The sums over its lines; null before the plan is complete.
    async fn totals(&self) -> Option<BillingRunTotals> {
        self.0.totals.as_ref().map(BillingRunTotals::from)
    }

    /// The sums of the newest applied run of an earlier month, to compare with; null when there is none.
    #[graphql(complexity = "5 + child_complexity")]
    async fn previous_totals(&self, ctx: &Context<'_>) -> Result<Option<BillingRunTotals>> {
        let key = RunBefore(self.0.integration_id, self.0.month);
        let previous = ctx.rows()?.load_one(key).await.map_err(internal)?;
        let totals = previous.and_then(|run| run.totals);
        Ok(totals.as_ref().map(BillingRunTotals::from))
    }

    /// The sums over its lines by company, product or kind of product, the dearest first.
    #[graphql(complexity = "50 + 50 * child_complexity")]
    async fn breakdown(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the lines are put together by.")] by: BillingDimension,
    ) -> Result<Vec<BillingShare>> {
        let key = SharesOf(self.0.id, by.into());
        let shares = ctx.rows()?.load_one(key).await.map_err(internal)?;
        Ok(shares.unwrap_or_default().into_iter().map(BillingShare::from).collect())
    }

    /// The moment as of which licences were counted; null before the plan is complete.
    async fn licenses_at(&self) -> Option<DateTime<Utc>> {
        self.0.licenses_at
    }

    /// Its lines as CSV, as a spreadsheet reads it: UTF-8, commas, one header line.
    #[graphql(complexity = "100")]
    async fn csv(&self, ctx: &Context<'_>) -> Result<String> {
        payload::value(export::csv(ctx.app()?.db.read(), ctx.scope()?, &self.0).await)
    }

    /// The lines that were written and verified, and of which the PSA holds something else at this moment. What the
    /// agreements hold is read from the PSA.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn drift(&self, ctx: &Context<'_>) -> Result<Vec<BillingDrift>> {
        let found = payload::value(drift::find(ctx.app()?, ctx.scope()?, &self.0).await)?;
        Ok(found.into_iter().map(BillingDrift::from).collect())
    }

    /// What the guard says of the plan; null before the plan is complete.
    async fn guard(&self) -> Option<GuardVerdict> {
        let verdict = self.0.guard.as_ref()?;
        Some(GuardVerdict {
            passed: verdict.passed,
            reasons: verdict.reasons.clone(),
        })
    }

    /// Why it failed, stopped or was cancelled by a newer plan; null when nothing is wrong with the run itself.
    async fn problem(&self) -> Option<Problem> {
        self.0.problem.clone().map(Problem::from)
    }

    /// Its lines in the order of the plan: by company, agreement and product.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lines; without it all of them.")] filter: Option<BillingLineFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<BillingLine>> {
        let page = PageArgs::new(first, after, last, before)?;
        let lines = LinesOf(filter.unwrap_or_default());
        Ok(page_of(ctx, lines, self.0.id, &page).await?.connect(BillingLine))
    }

    /// Grows with every change of state. `approveBillingRun` wants it, so that nobody approves what they have not seen.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// The sums over the lines of a run. Amounts are in the provider's currency.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingRunTotals {
    /// All lines.
    pub lines: u32,
    /// The lines that cannot be written until somebody solves their problem.
    pub blocked: u32,
    /// The lines that change something in the PSA.
    pub changes: u32,
    /// What the month costs by this plan.
    pub amount: Decimal,
    /// What it costs more, or less, than by what the PSA held when it was planned.
    pub delta: Decimal,
}

impl From<&billing_run::RunTotals> for BillingRunTotals {
    fn from(totals: &billing_run::RunTotals) -> Self {
        Self {
            lines: totals.lines,
            blocked: totals.blocked,
            changes: totals.changes,
            amount: totals.amount.into(),
            delta: totals.delta.into(),
        }
    }
}

/// What the lines of a run are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "breakdown::Dimension")]
pub enum BillingDimension {
    /// The company.
    Company,
    /// The billable product.
    Product,
    /// The kind of product.
    Kind,
}

/// What lines of a run that have something in common add up to.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct BillingShare {
    #[graphql(skip)]
    company_id: Option<ConsoleCompanyId>,
    /// The product; null unless the lines are put together by it.
    pub product: Option<BillableProduct>,
    /// The kind of product; null unless the lines are put together by it.
    pub kind: Option<BillableKind>,
    /// Their sums.
    pub totals: BillingRunTotals,
}

#[ComplexObject]
impl BillingShare {
    /// The company; null unless the lines are put together by it, and for lines on which several companies meet.
    async fn company(&self, ctx: &Context<'_>) -> Result<Option<ConsoleCompany>> {
        let Some(id) = self.company_id else { return Ok(None) };
        Ok(ctx
            .rows()?
            .load_one(id)
            .await
            .map_err(internal)?
            .map(ConsoleCompany::from))
    }
}

impl From<(breakdown::Key, billing_run::RunTotals)> for BillingShare {
    fn from((key, totals): (breakdown::Key, billing_run::RunTotals)) -> Self {
        let mut share = Self {
            company_id: None,
            product: None,
            kind: None,
            totals: BillingRunTotals::from(&totals),
        };
        match key {
            breakdown::Key::Company(company) => share.company_id = company,
            breakdown::Key::Product(product) => share.product = Some(BillableProduct(product)),
            breakdown::Key::Kind(kind) => share.kind = Some(kind.into()),
        }
        share
    }
}

/// A line that the PSA does not hold as it was written.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingDrift {
    /// The line: what was measured and approved.
    pub line: BillingLine,
    /// What the agreement holds for its product now; empty when it holds nothing.
    pub found: Vec<AdditionSnapshot>,
}

impl From<drift::Drift> for BillingDrift {
    fn from(drift: drift::Drift) -> Self {
        Self {
            line: BillingLine(drift.line),
            found: drift.found.into_iter().map(AdditionSnapshot::from).collect(),
        }
    }
}

/// Whether a plan changes little enough to be applied without a person.
#[derive(Debug, Clone, SimpleObject)]
pub struct GuardVerdict {
    /// Whether it stays within the limits of the policy.
    pub passed: bool,
    /// Why it does not, one sentence each; empty when it does.
    pub reasons: Vec<String>,
}

/// Which runs are meant. Every condition that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct BillingRunFilter {
    /// Those of this month.
    pub month: Option<YearMonth>,
    /// Those in this state.
    pub state: Option<BillingRunState>,
}

impl BillingRunFilter {
    pub(super) fn condition(self) -> Condition {
        use billing_run::{Column, RunState};
        Condition::all()
            .add_option(self.month.map(|month| Column::Month.eq(month.0)))
            .add_option(self.state.map(|state| Column::State.eq(RunState::from(state))))
    }
}

/// Which lines are meant. Every condition that is given must hold.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, InputObject)]
pub struct BillingLineFilter {
    /// Those that do this.
    pub action: Option<LineAction>,
    /// Those that are this far.
    pub state: Option<LineState>,
    /// Those of this company. Lines on which several companies meet belong to none.
    pub company_id: Option<ID>,
}

impl BillingLineFilter {
    /// What such lines have.
    pub fn condition(&self) -> Condition {
        use billing_line::Column;
        // An id that is none finds nothing, like one that is not the caller's.
        let company = self.company_id.as_ref().map(|id| {
            NodeKind::ConsoleCompany
                .key(id, "companyId")
                .unwrap_or_else(|_| Uuid::nil())
        });
        Condition::all()
            .add_option(
                self.action
                    .map(|action| Column::Action.eq(billing_line::LineAction::from(action))),
            )
            .add_option(
                self.state
                    .map(|state| Column::State.eq(billing_line::LineState::from(state))),
            )
            .add_option(company.map(|id| Column::CompanyId.eq(ConsoleCompanyId::from(id))))
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_run::RunState")]
pub enum BillingRunState {
    /// Its plan is being made.
    Planning,
    /// Its plan is complete and changes nothing in the PSA.
    Planned,
    /// Its plan waits for approval.
    WaitingForApproval,
    /// Its lines are being written to the PSA.
    Applying,
    /// Every line that could be written was written and verified.
    Applied,
    /// Some lines failed, drifted or were not reached; `retryBillingLines` goes on with them.
    PartlyApplied,
    /// It was cancelled, by a person or by a newer plan of the month.
    Cancelled,
    /// It could not be planned; `problem` says why.
    Failed,
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_run::RunTrigger")]
pub enum BillingRunTrigger {
    /// A person or a script.
    Manual,
    /// The billing day.
    Schedule,
}
