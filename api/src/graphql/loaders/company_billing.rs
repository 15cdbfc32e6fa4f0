//! Loaders of how companies are billed, of their last runs, and of what a line was a month before.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::dataloader::Loader;
use psa_entities::{
    YearMonth, billing_configuration,
    billing_line::{self, LineState},
    billing_run::{self, RunState},
    company_billing, company_price,
    ids::{AgreementId, BillingRunId, ConsoleCompanyId, IntegrationId, PsaProductId},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

use super::Rows;

/// The switches of one company in one integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SwitchesOf(pub IntegrationId, pub ConsoleCompanyId);

/// What products cost one company in one integration, by their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PricesOf(pub IntegrationId, pub ConsoleCompanyId);

/// The billing configurations of one company in one integration, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConfigurationsOf(pub IntegrationId, pub ConsoleCompanyId);

/// The newest approved run of one integration that has a line of one company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LastRunOf(pub IntegrationId, pub ConsoleCompanyId);

/// The newest verified line of an earlier month for the same product of the same agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineBefore {
    /// The agreement.
    pub agreement: AgreementId,
    /// The PSA product.
    pub product: PsaProductId,
    /// The month that the line is for.
    pub month: YearMonth,
}

/// Loads rows by integration and company: the rows of all keys with one statement.
macro_rules! load_by_company {
    ($($key:ident => $entity:ident by $order:ident),+ $(,)?) => {$(
        impl Loader<$key> for Rows {
            type Value = Vec<$entity::Model>;
            type Error = Arc<DbErr>;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Self::Error> {
                let rows = self
                    .scope
                    .find::<$entity::Entity>()
                    .filter($entity::Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
                    .filter($entity::Column::CompanyId.is_in(keys.iter().map(|key| key.1)))
                    .order_by_asc($entity::Column::$order)
                    .all(self.app.db.read())
                    .await
                    .map_err(Arc::new)?;
                let mut found: HashMap<$key, Self::Value> = HashMap::new();
                for row in rows {
                    found.entry($key(row.integration_id, row.company_id)).or_default().push(row);
                }
                Ok(found)
            }
        }
    )+};
}

load_by_company! {
    SwitchesOf => company_billing by Id,
    PricesOf => company_price by ProductKey,
    ConfigurationsOf => billing_configuration by Id,
}

impl Loader<LastRunOf> for Rows {
    type Value = billing_run::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[LastRunOf]) -> Result<HashMap<LastRunOf, Self::Value>, Self::Error> {
        type Pair = (Option<ConsoleCompanyId>, BillingRunId);
        let approved = [RunState::Applying, RunState::Applied, RunState::PartlyApplied];
        let db = self.app.db.read();
        let pairs = self
            .scope
            .find::<billing_line::Entity>()
            .inner_join(billing_run::Entity)
            .filter(billing_line::Column::CompanyId.is_in(keys.iter().map(|key| key.1)))
            .filter(billing_run::Column::State.is_in(approved))
            .select_only()
            .column(billing_line::Column::CompanyId)
            .column(billing_line::Column::RunId)
            .distinct();
        let pairs: HashSet<Pair> = pairs
            .into_tuple::<Pair>()
            .all(db)
            .await
            .map_err(Arc::new)?
            .into_iter()
            .collect();
        let runs = self
            .scope
            .find::<billing_run::Entity>()
            .filter(billing_run::Column::Id.is_in(pairs.iter().map(|pair| pair.1)));
        let runs = runs.all(db).await.map_err(Arc::new)?;
        let last = |key: &LastRunOf| {
            let is_its =
                |run: &&billing_run::Model| run.integration_id == key.0 && pairs.contains(&(Some(key.1), run.id));
            // Ids are time-sortable: the newest run has the largest.
            let run = runs.iter().filter(is_its).max_by_key(|run| run.id)?;
            Some((*key, run.clone()))
        };
        Ok(keys.iter().filter_map(last).collect())
    }
}

impl Loader<LineBefore> for Rows {
    type Value = billing_line::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[LineBefore]) -> Result<HashMap<LineBefore, Self::Value>, Self::Error> {
        use billing_line::{Column, Entity};
        let Some(last) = keys.iter().map(|key| key.month).max() else {
            return Ok(HashMap::new());
        };
        let rows = self
            .scope
            .find::<Entity>()
            .find_also_related(billing_run::Entity)
            .filter(Column::AgreementId.is_in(keys.iter().map(|key| key.agreement)))
            .filter(Column::PsaProductId.is_in(keys.iter().map(|key| key.product)))
            .filter(Column::State.eq(LineState::Verified))
            .filter(billing_run::Column::Month.lt(last))
            .order_by_desc(billing_run::Column::Month)
            .order_by_desc(Column::Id)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let before = |key: &LineBefore| {
            let is_before = |(line, run): &&(billing_line::Model, Option<billing_run::Model>)| {
                (line.agreement_id, line.psa_product_id) == (Some(key.agreement), Some(key.product))
                    && run.as_ref().is_some_and(|run| run.month < key.month)
            };
            rows.iter().find(is_before).map(|(line, _)| (*key, line.clone()))
        };
        Ok(keys.iter().filter_map(before).collect())
    }
}
