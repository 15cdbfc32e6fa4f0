//! Loaders of what the console reports.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::{ProviderScope, YearMonth, console_contact, ids::ConsoleCompanyId, license, storage_sample};
use sea_orm::{
    ColumnTrait, Condition, DbErr, Order, QueryFilter, QueryOrder, Select,
    sea_query::{ColumnRef, IntoColumnRef},
};
use uuid::Uuid;

use super::{Rows, nested::Nested};
use crate::graphql::types::console::LicenseFilter;

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

/// The contacts of a company in name order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContactsOf {
    /// Whether those that the console no longer has are among them.
    pub include_removed: bool,
}

impl Nested for ContactsOf {
    type Entity = console_contact::Entity;
    type Owner = ConsoleCompanyId;
    type Place = (String, Uuid);

    fn select(&self, scope: ProviderScope) -> Select<console_contact::Entity> {
        use console_contact::Column;
        let there = (!self.include_removed).then(|| Column::RemovedAt.is_null());
        scope
            .find::<console_contact::Entity>()
            .filter(Condition::all().add_option(there))
    }

    fn owner() -> ColumnRef {
        console_contact::Column::CompanyId.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<console_contact::Column>, Order) {
        (
            vec![console_contact::Column::Name, console_contact::Column::Id],
            Order::Asc,
        )
    }

    fn place(row: &console_contact::Model) -> (String, Uuid) {
        (row.name.clone(), row.id.uuid())
    }
}

/// The licences of a company, the last reported first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LicensesOf(pub LicenseFilter);

impl Nested for LicensesOf {
    type Entity = license::Entity;
    type Owner = ConsoleCompanyId;
    type Place = Uuid;

    fn select(&self, scope: ProviderScope) -> Select<license::Entity> {
        scope.find::<license::Entity>().filter(self.0.condition())
    }

    fn owner() -> ColumnRef {
        license::Column::CompanyId.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<license::Column>, Order) {
        (vec![license::Column::Id], Order::Desc)
    }

    fn place(row: &license::Model) -> Uuid {
        row.id.uuid()
    }
}
