//! One loader for every relation: a page's relations are read with one statement each, however long the page is.
//!
//! Loaders gather keys and keep nothing. So one that lives as long as a subscription reads every event's relations anew,
//! and no request sees a row as it was before its own mutation.

pub mod billing;
pub mod billing_evidence;
pub mod company_billing;
pub mod console;
pub mod job;
pub mod mapping;
pub mod nested;
pub mod psa;
pub mod run;
pub mod ticket;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::dataloader::{DataLoader, Loader, NoCache};
use psa_entities::{
    ProviderScope, agreement, billing_configuration, billing_item, billing_run, company_mapping, console_company,
    console_contact,
    ids::{
        AgreementId, BillingConfigurationId, BillingRunId, ConsoleCompanyId, ConsoleContactId, IncidentId,
        IntegrationId, PsaCompanyId, PsaContactId, PsaProductId, StorageAccountId, StorageLimitId,
    },
    incident, integration, psa_company, psa_contact, psa_product, storage_account, storage_limit,
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};

use crate::app::App;

/// What a resolver reads relations with. It keeps nothing: see the module.
pub type Relations = DataLoader<Rows, NoCache>;

/// Loaders for one request or one subscription of a tenant.
pub fn relations(app: &Arc<App>, scope: ProviderScope) -> Relations {
    // `Eager` lets resolvers run until all of them wait, so there is nothing more to gather by waiting.
    DataLoader::new(Rows::new(Arc::clone(app), scope), tokio::spawn).delay(Duration::ZERO)
}

/// Reads rows of one tenant, many at a time.
#[derive(Clone)]
pub struct Rows {
    app: Arc<App>,
    scope: ProviderScope,
}

impl Rows {
    fn new(app: Arc<App>, scope: ProviderScope) -> Self {
        Self { app, scope }
    }
}

/// Loads rows by their id.
macro_rules! load_by_id {
    ($($id:ident => $entity:ident),+ $(,)?) => {$(
        impl Loader<$id> for Rows {
            type Value = $entity::Model;
            type Error = Arc<DbErr>;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, Self::Value>, Self::Error> {
                let rows = self
                    .scope
                    .find::<$entity::Entity>()
                    .filter($entity::Column::Id.is_in(keys.iter().copied()))
                    .all(self.app.db.read())
                    .await
                    .map_err(Arc::new)?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )+};
}

load_by_id! {
    IntegrationId => integration,
    ConsoleCompanyId => console_company,
    ConsoleContactId => console_contact,
    StorageAccountId => storage_account,
    StorageLimitId => storage_limit,
    PsaCompanyId => psa_company,
    PsaContactId => psa_contact,
    PsaProductId => psa_product,
    AgreementId => agreement,
    BillingConfigurationId => billing_configuration,
    BillingRunId => billing_run,
    IncidentId => incident,
}

/// The mapping of one console company in one integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MappingOf(pub IntegrationId, pub ConsoleCompanyId);

impl Loader<MappingOf> for Rows {
    type Value = company_mapping::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[MappingOf]) -> Result<HashMap<MappingOf, Self::Value>, Self::Error> {
        let rows = self
            .scope
            .find::<company_mapping::Entity>()
            .filter(company_mapping::Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
            .filter(company_mapping::Column::CompanyId.is_in(keys.iter().map(|key| key.1)))
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (MappingOf(row.integration_id, row.company_id), row))
            .collect())
    }
}

/// The items of one billing configuration, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemsOf(pub BillingConfigurationId);

impl Loader<ItemsOf> for Rows {
    type Value = Vec<billing_item::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ItemsOf]) -> Result<HashMap<ItemsOf, Self::Value>, Self::Error> {
        let rows = self
            .scope
            .find::<billing_item::Entity>()
            .filter(billing_item::Column::ConfigurationId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(billing_item::Column::Position)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let mut items: HashMap<ItemsOf, Vec<_>> = HashMap::new();
        for row in rows {
            items.entry(ItemsOf(row.configuration_id)).or_default().push(row);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

    use super::*;
    use crate::app::testing::TestApp;

    #[tokio::test]
    async fn a_loader_reads_every_time_anew() {
        let test = TestApp::start().await;
        let scope = test.provider("msp-1").await;
        let now = test.app.now();
        let row = integration::Model {
            id: IntegrationId::at(now),
            provider_id: scope.provider_id(),
            connector_kind: "connectwise".to_owned(),
            name: "before".to_owned(),
            status: integration::IntegrationStatus::Active,
            problem: None,
            account: None,
            created_at: now,
            updated_at: now,
            activated_at: None,
        };
        let db = test.app.db.write();
        row.clone().into_active_model().insert(db).await.unwrap();
        let relations = relations(&test.app, scope);
        let name = async || relations.load_one(row.id).await.unwrap().unwrap().name;
        assert_eq!(name().await, "before");
        let mut change = row.clone().into_active_model();
        change.name = Set("after".to_owned());
        change.update(db).await.unwrap();
        assert_eq!(name().await, "after");
    }
}
