//! Loaders of what belongs to billing runs.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::dataloader::Loader;
use psa_entities::{
    ProviderScope, YearMonth, billing_line,
    billing_run::{self, RunTotals},
    ids::{BillingRunId, IntegrationId},
};
use sea_orm::{
    ColumnTrait, DbErr, Order, QueryFilter, Select,
    sea_query::{ColumnRef, IntoColumnRef},
};

use super::{Rows, nested::Nested};
use crate::{
    billing::breakdown::{self, Dimension, Key},
    failure::Fault,
    graphql::types::billing::BillingLineFilter,
};

/// The lines of a run, in the order of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinesOf(pub BillingLineFilter);

impl Nested for LinesOf {
    type Entity = billing_line::Entity;
    type Owner = BillingRunId;
    type Place = i32;

    fn select(&self, scope: ProviderScope) -> Select<billing_line::Entity> {
        scope.find::<billing_line::Entity>().filter(self.0.condition())
    }

    fn owner() -> ColumnRef {
        billing_line::Column::RunId.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<billing_line::Column>, Order) {
        (vec![billing_line::Column::Position], Order::Asc)
    }

    fn place(row: &billing_line::Model) -> i32 {
        row.position
    }
}

/// What the lines of a run add up to, put together by something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SharesOf(pub BillingRunId, pub Dimension);

impl Loader<SharesOf> for Rows {
    type Value = Vec<(Key, RunTotals)>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[SharesOf]) -> Result<HashMap<SharesOf, Self::Value>, Self::Error> {
        let runs: HashSet<_> = keys.iter().map(|key| key.0).collect();
        let lines = breakdown::lines(self.app.db.read(), self.scope, runs)
            .await
            .map_err(Arc::new)?;
        let shares = |key: &SharesOf| lines.get(&key.0).map(|lines| breakdown::group(lines, key.1));
        Ok(keys.iter().filter_map(|key| Some((*key, shares(key)?))).collect())
    }
}

/// The newest applied run of an integration for a month before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunBefore(pub IntegrationId, pub YearMonth);

impl Loader<RunBefore> for Rows {
    type Value = billing_run::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[RunBefore]) -> Result<HashMap<RunBefore, Self::Value>, Self::Error> {
        let Some(last) = keys.iter().map(|key| key.1).max() else {
            return Ok(HashMap::new());
        };
        let integrations: HashSet<_> = keys.iter().map(|key| key.0).collect();
        let runs = breakdown::applied_before(self.app.db.read(), self.scope, integrations, last)
            .await
            .map_err(Arc::new)?;
        let before = |key: &RunBefore| {
            let mut runs = runs.iter();
            runs.find(|run| run.integration_id == key.0 && run.month < key.1)
                .cloned()
        };
        Ok(keys.iter().filter_map(|key| Some((*key, before(key)?))).collect())
    }
}
