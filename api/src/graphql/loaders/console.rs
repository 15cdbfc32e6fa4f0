//! Loaders of what the console reports.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::{YearMonth, ids::ConsoleCompanyId, storage_sample};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder};

use super::Rows;

/// What one company kept in one month, by account and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StorageOf(pub ConsoleCompanyId, pub YearMonth);

impl Loader<StorageOf> for Rows {
    type Value = Vec<storage_sample::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[StorageOf]) -> Result<HashMap<StorageOf, Self::Value>, Self::Error> {
        use storage_sample::Column;
        let mut months: Vec<_> = keys.iter().map(|key| key.1).collect();
        months.sort();
        months.dedup();
        let days = months.iter().fold(Condition::any(), |any, month| {
            any.add(Column::Day.between(month.first_day(), month.last_day()))
        });
        let rows = self
            .scope
            .find::<storage_sample::Entity>()
            .filter(Column::CompanyId.is_in(keys.iter().map(|key| key.0)))
            .filter(days)
            .order_by_asc(Column::StorageAccountId)
            .order_by_asc(Column::Day)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let mut samples: HashMap<StorageOf, Vec<_>> = HashMap::new();
        for row in rows {
            samples
                .entry(StorageOf(row.company_id, YearMonth::of(row.day)))
                .or_default()
                .push(row);
        }
        Ok(samples)
    }
}
