//! Loaders of what belongs to incidents and deliveries.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::{
    delivery, delivery_attempt,
    ids::{DeliveryId, IncidentId},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};

use super::Rows;

/// What an incident owes and owed, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliveriesOf(pub IncidentId);

impl Loader<DeliveriesOf> for Rows {
    type Value = Vec<delivery::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[DeliveriesOf]) -> Result<HashMap<DeliveriesOf, Self::Value>, Self::Error> {
        let rows = self
            .scope
            .find::<delivery::Entity>()
            .filter(delivery::Column::IncidentId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(delivery::Column::Sequence)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let mut owed: HashMap<DeliveriesOf, Vec<_>> = HashMap::new();
        for row in rows {
            owed.entry(DeliveriesOf(row.incident_id)).or_default().push(row);
        }
        Ok(owed)
    }
}

/// The attempts at a delivery, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptsOf(pub DeliveryId);

impl Loader<AttemptsOf> for Rows {
    type Value = Vec<delivery_attempt::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[AttemptsOf]) -> Result<HashMap<AttemptsOf, Self::Value>, Self::Error> {
        let rows = self
            .scope
            .find::<delivery_attempt::Entity>()
            .filter(delivery_attempt::Column::DeliveryId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(delivery_attempt::Column::Number)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let mut attempts: HashMap<AttemptsOf, Vec<_>> = HashMap::new();
        for row in rows {
            attempts.entry(AttemptsOf(row.delivery_id)).or_default().push(row);
        }
        Ok(attempts)
    }
}
