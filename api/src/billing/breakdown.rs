//! The sums of runs by company, by product and by kind of product, and the runs that they are compared with.

use std::collections::{BTreeMap, HashMap};

use psa_entities::{
    Exact, ProviderScope, YearMonth,
    billing_line::{Column, Entity, LineAction},
    billing_run::{self, RunState, RunTotals},
    ids::{BillingRunId, ConsoleCompanyId, IntegrationId},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

use super::product::BillableProduct;
use crate::failure::Fault;

/// What the lines of a run are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The company.
    Company,
    /// The billable product.
    Product,
    /// The kind of product.
    Kind,
}

/// A kind of billable product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Licences.
    License,
    /// Stored or restored bytes.
    Storage,
    /// Storage limits.
    StorageLimit,
}

impl Kind {
    /// The kind of a product.
    pub fn of(product: &BillableProduct) -> Self {
        match product {
            BillableProduct::License(_) => Self::License,
            BillableProduct::Storage { .. } => Self::Storage,
            BillableProduct::StorageLimit(_) => Self::StorageLimit,
        }
    }
}

/// What lines have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The company; `None` for lines on which several meet.
    Company(Option<ConsoleCompanyId>),
    /// The first product of the line.
    Product(BillableProduct),
    /// Its kind.
    Kind(Kind),
}

/// What a sum needs of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSum {
    /// The company; `None` when several meet on the line.
    pub company: Option<ConsoleCompanyId>,
    /// The first product of the line.
    pub product: BillableProduct,
    /// What the line does.
    pub action: LineAction,
    /// What the customer pays for it.
    pub amount: Decimal,
    /// How much more that is than before.
    pub delta: Decimal,
}

/// Puts lines together. The dearest come first; what costs the same, in the order of its key.
pub fn group(lines: &[LineSum], by: Dimension) -> Vec<(Key, RunTotals)> {
    let mut sums: BTreeMap<Key, RunTotals> = BTreeMap::new();
    for line in lines {
        let key = match by {
            Dimension::Company => Key::Company(line.company),
            Dimension::Product => Key::Product(line.product.clone()),
            Dimension::Kind => Key::Kind(Kind::of(&line.product)),
        };
        let sum = sums.entry(key).or_insert(RunTotals {
            lines: 0,
            blocked: 0,
            changes: 0,
            amount: Decimal::ZERO,
            delta: Decimal::ZERO,
        });
        sum.lines += 1;
        sum.blocked += u32::from(line.action == LineAction::Blocked);
        sum.changes += u32::from(!matches!(line.action, LineAction::Blocked | LineAction::Noop));
        sum.amount = (sum.amount + line.amount).normalize();
        sum.delta = (sum.delta + line.delta).normalize();
    }
    let mut groups: Vec<_> = sums.into_iter().collect();
    groups.sort_by(|(one, a), (other, b)| b.amount.cmp(&a.amount).then_with(|| one.cmp(other)));
    groups
}

/// What sums need of the lines of runs.
///
/// # Errors
/// Only of the database and of what is stored in it.
pub async fn lines(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    runs: impl IntoIterator<Item = BillingRunId>,
) -> Result<HashMap<BillingRunId, Vec<LineSum>>, Fault> {
    type Row = (BillingRunId, Option<ConsoleCompanyId>, String, LineAction, Exact, Exact);
    let columns = [
        Column::RunId,
        Column::CompanyId,
        Column::ProductKey,
        Column::Action,
        Column::Amount,
        Column::Delta,
    ];
    let select = scope.find::<Entity>().filter(Column::RunId.is_in(runs));
    let rows: Vec<Row> = select.select_only().columns(columns).into_tuple().all(db).await?;
    let mut lines: HashMap<BillingRunId, Vec<LineSum>> = HashMap::new();
    for (run, company, product, action, amount, delta) in rows {
        let unknown = |_| Fault::Inconsistent(format!("product key {product}"));
        lines.entry(run).or_default().push(LineSum {
            company,
            product: product.parse().map_err(unknown)?,
            action,
            amount: amount.0,
            delta: delta.0,
        });
    }
    Ok(lines)
}

/// The applied runs of integrations for months before one, the newest first: with what a run is compared.
///
/// # Errors
/// Only of the database.
pub async fn applied_before(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integrations: impl IntoIterator<Item = IntegrationId>,
    month: YearMonth,
) -> Result<Vec<billing_run::Model>, DbErr> {
    use billing_run::{Column, Entity};
    scope
        .find::<Entity>()
        .filter(Column::IntegrationId.is_in(integrations))
        .filter(Column::Month.lt(month))
        .filter(Column::State.is_in([RunState::Applied, RunState::PartlyApplied]))
        .order_by_desc(Column::Month)
        .order_by_desc(Column::Id)
        .all(db)
        .await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn line(company: Option<u128>, product: &str, action: LineAction, amount: i64, delta: i64) -> LineSum {
        LineSum {
            company: company.map(|number| ConsoleCompanyId::from_uuid(Uuid::from_u128(number))),
            product: product.parse().unwrap(),
            action,
            amount: Decimal::new(amount, 2),
            delta: Decimal::new(delta, 2),
        }
    }

    #[test]
    fn lines_come_together_by_what_they_share() {
        let storage = format!("storage:{}:RESTORED", Uuid::from_u128(1));
        let lines = [
            line(Some(1), "license:Server", LineAction::Update, 1_000, 200),
            line(Some(1), "license:Desktop", LineAction::Noop, 500, 0),
            line(Some(2), "license:Server", LineAction::Blocked, 0, 0),
            line(None, &storage, LineAction::Create, 2_000, 2_000),
        ];
        let shown = |by| {
            let groups = group(&lines, by).into_iter();
            groups
                .map(|(_, sum)| {
                    (
                        sum.lines,
                        sum.blocked,
                        sum.changes,
                        sum.amount.to_string(),
                        sum.delta.to_string(),
                    )
                })
                .collect::<Vec<_>>()
        };
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expect =
            |lines, blocked, changes, (amount, delta): (String, String)| (lines, blocked, changes, amount, delta);
        assert_eq!(
            shown(Dimension::Company),
            [
                expect(1, 0, 1, text("20", "20")),
                expect(2, 0, 1, text("15", "2")),
                expect(1, 1, 0, text("0", "0")),
            ]
        );
        assert_eq!(
            shown(Dimension::Kind),
            [expect(1, 0, 1, text("20", "20")), expect(3, 1, 1, text("15", "2"))]
        );
        assert_eq!(shown(Dimension::Product).len(), 3);
    }

    proptest! {
        #[test]
        fn every_way_to_put_lines_together_adds_up_to_the_same(
            lines in prop::collection::vec((prop::option::of(1_u128..4), 0_usize..3, 0_i64..100_000, -50_000_i64..50_000), 0..40),
        ) {
            let products = ["license:Server", "license:Desktop", "limit:00000000-0000-0000-0000-000000000001"];
            let lines: Vec<LineSum> = lines
                .into_iter()
                .map(|(company, product, amount, delta)| line(company, products[product], LineAction::Update, amount, delta))
                .collect();
            let amount: Decimal = lines.iter().map(|line| line.amount).sum();
            let delta: Decimal = lines.iter().map(|line| line.delta).sum();
            for by in [Dimension::Company, Dimension::Product, Dimension::Kind] {
                let groups = group(&lines, by);
                prop_assert_eq!(groups.iter().map(|(_, sum)| sum.amount).sum::<Decimal>(), amount);
                prop_assert_eq!(groups.iter().map(|(_, sum)| sum.delta).sum::<Decimal>(), delta);
                prop_assert!(groups.is_sorted_by(|(_, one), (_, other)| one.amount >= other.amount));
            }
        }
    }
}
