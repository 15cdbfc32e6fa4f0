//! What the PSA has, as the last import saw it.

mod addition;
mod company;
mod contact;
mod lists;

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use psa_entities::{agreement, board, psa_product};

pub use addition::Addition;
pub use company::PsaCompany;
pub use contact::{PsaContact, PsaContactFilter, psa_contacts};
pub use lists::{AgreementFilter, PsaCompanyFilter, PsaProductFilter, agreements, boards, psa_companies, psa_products};

use crate::graphql::{
    ids::NodeKind,
    loaders::psa::{AdditionsOf, CompanyInPsa},
    request::{Request, internal},
    scalars::{Date, Decimal},
};

/// A product of the PSA.
#[derive(Debug, Clone)]
pub struct PsaProduct(pub psa_product::Model);

/// A product of the PSA's catalogue.
#[Object]
impl PsaProduct {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::PsaProduct.id(self.0.id)
    }

    /// The id in the PSA.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The short name in the PSA.
    async fn identifier(&self) -> &str {
        &self.0.identifier
    }

    /// The description, which stands on invoices unless the settings say otherwise.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The list price per unit, in the PSA's currency; null when it has none.
    async fn price(&self) -> Option<Decimal> {
        self.0.price.map(Decimal::from)
    }

    /// The list cost per unit, in the PSA's currency; null when it has none.
    async fn cost(&self) -> Option<Decimal> {
        self.0.cost.map(Decimal::from)
    }

    /// The unit of measure in the PSA's words; null when it has none.
    async fn unit(&self) -> Option<&str> {
        self.0.unit.as_deref()
    }

    /// Whether the PSA still sells it.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Whether it may be put on an agreement.
    async fn billable(&self) -> bool {
        self.0.billable
    }

    /// How many decimals its quantities keep; null where they are those of the connector's `quantity`.
    async fn quantity_decimals(&self) -> Option<i16> {
        self.0.quantity_scale
    }

    /// Whether the PSA no longer has it.
    async fn deleted(&self) -> bool {
        self.0.deleted
    }
}

/// An agreement of the PSA.
#[derive(Debug, Clone)]
pub struct Agreement(pub agreement::Model);

/// An agreement that additions are billed on; in Autotask a contract.
#[Object]
impl Agreement {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Agreement.id(self.0.id)
    }

    /// The id in the PSA.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The name in the PSA.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The type in the PSA's words; null when it has none.
    #[graphql(name = "type")]
    async fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// The company that it bills; null when that company is not imported.
    async fn company(&self, ctx: &Context<'_>) -> Result<Option<PsaCompany>> {
        let key = CompanyInPsa(self.0.integration_id, self.0.psa_company_external_id.clone());
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.map(PsaCompany::from))
    }

    /// Whether it can be billed on.
    async fn status(&self) -> AgreementStatus {
        self.0.status.into()
    }

    /// The first day of its term; null when the PSA does not say.
    async fn start_date(&self) -> Option<Date> {
        self.0.start_date.map(Date)
    }

    /// The last day of its term; null when it does not end.
    async fn end_date(&self) -> Option<Date> {
        self.0.end_date.map(Date)
    }

    /// The first day that it bills for; null when the PSA does not say.
    async fn billing_start_date(&self) -> Option<Date> {
        self.0.billing_start_date.map(Date)
    }

    /// The day of its next invoice; null when the PSA does not say. What is written later misses that invoice.
    async fn next_invoice_date(&self) -> Option<Date> {
        self.0.next_invoice_date.map(Date)
    }

    /// The billing cycle in the PSA's words; null when it has none.
    async fn billing_cycle(&self) -> Option<&str> {
        self.0.billing_cycle.as_deref()
    }

    /// The agreement on whose invoice its lines appear; null when it has its own.
    async fn parent_external_id(&self) -> Option<&str> {
        self.0.parent_external_id.as_deref()
    }

    /// Whether the PSA bills partial periods in proportion.
    async fn prorated(&self) -> bool {
        self.0.prorated
    }

    /// The ISO 4217 code of its currency; null when the PSA does not say.
    async fn currency(&self) -> Option<&str> {
        self.0.currency.as_deref()
    }

    /// Its additions as the last import saw them, in the PSA's order. Billing reads them anew whenever it decides.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn additions(&self, ctx: &Context<'_>) -> Result<Vec<Addition>> {
        let rows = ctx.rows()?.load_one(AdditionsOf(self.0.id)).await.map_err(internal)?;
        let integration = self.0.integration_id;
        let shown = |row| Addition { row, integration };
        Ok(rows.unwrap_or_default().into_iter().map(shown).collect())
    }

    /// Whether the PSA no longer has it.
    async fn deleted(&self) -> bool {
        self.0.deleted
    }
}

/// Whether an agreement can be billed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "agreement::AgreementStatus")]
pub enum AgreementStatus {
    /// It is in force.
    Active,
    /// It is switched off in the PSA.
    Inactive,
    /// It is cancelled in the PSA.
    Cancelled,
    /// Its term has ended.
    Expired,
}

/// A board of the PSA.
#[derive(Debug, Clone)]
pub struct Board(pub board::Model);

/// A board that tickets stand on, with what a ticket on it may choose from; in Autotask a queue.
#[Object]
impl Board {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Board.id(self.0.id)
    }

    /// The id in the PSA.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The name in the PSA.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the PSA still uses it.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Whether the PSA no longer has it.
    async fn deleted(&self) -> bool {
        self.0.deleted
    }

    /// Its ticket statuses, in the PSA's order.
    async fn statuses(&self) -> Vec<BoardStatus> {
        self.0.statuses.0.iter().cloned().map(BoardStatus::from).collect()
    }

    /// What the connector's routing fields offer on this board, by field name.
    async fn choices(&self) -> Vec<RoutingChoices> {
        let fields = self.0.choices.0.iter();
        fields
            .map(|(field, choices)| RoutingChoices::new(field, choices))
            .collect()
    }
}

/// A ticket status of a board.
#[derive(Debug, Clone, SimpleObject)]
pub struct BoardStatus {
    /// The id in the PSA.
    pub external_id: String,
    /// The name in the PSA.
    pub name: String,
    /// Whether a ticket in it counts as closed.
    pub closed: bool,
    /// Whether new tickets start in it.
    pub default: bool,
    /// Whether the PSA still uses it.
    pub active: bool,
}

impl From<board::BoardStatus> for BoardStatus {
    fn from(status: board::BoardStatus) -> Self {
        Self {
            external_id: status.id,
            name: status.name,
            closed: status.closed,
            default: status.default,
            active: status.active,
        }
    }
}

/// What one routing field offers on a board.
#[derive(Debug, Clone, SimpleObject)]
pub struct RoutingChoices {
    /// The name of the field, as the connector describes it.
    pub field: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

impl RoutingChoices {
    fn new(field: &str, choices: &[board::Choice]) -> Self {
        Self {
            field: field.to_owned(),
            choices: choices.iter().cloned().map(Choice::from).collect(),
        }
    }
}

/// One choice of a routing field.
#[derive(Debug, Clone, SimpleObject)]
pub struct Choice {
    /// The id in the PSA.
    pub external_id: String,
    /// The name in the PSA.
    pub name: String,
    /// The combinations of other fields' choices together with which it can be chosen; empty when it goes with all.
    pub combinations: Vec<ChoiceCombination>,
}

/// Choices of other fields that a choice goes with, all of them together.
#[derive(Debug, Clone, SimpleObject)]
pub struct ChoiceCombination {
    /// One choice for each field that matters.
    pub choices: Vec<FieldChoice>,
}

/// One choice of one routing field.
#[derive(Debug, Clone, SimpleObject)]
pub struct FieldChoice {
    /// The routing field's name.
    pub field: String,
    /// The id of the choice in the PSA.
    pub choice_id: ID,
}

impl From<board::Choice> for Choice {
    fn from(choice: board::Choice) -> Self {
        Self {
            external_id: choice.id,
            name: choice.name,
            combinations: choice.combinations.into_iter().map(ChoiceCombination::from).collect(),
        }
    }
}

impl From<BTreeMap<String, String>> for ChoiceCombination {
    fn from(with: BTreeMap<String, String>) -> Self {
        let choices = with.into_iter().map(|(field, id)| FieldChoice {
            field,
            choice_id: ID(id),
        });
        Self {
            choices: choices.collect(),
        }
    }
}
