//! Loaders of what belongs to incidents and deliveries.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::{
    ProviderScope, agent_event, board, company_routing, delivery, delivery_attempt,
    ids::{ConsoleCompanyId, DeliveryId, IncidentId, IntegrationId},
    incident,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, Order, QueryFilter, QueryOrder, QueryTrait, Select,
    sea_query::{ColumnRef, Expr, ExprTrait, IntoColumnRef, JoinType},
};
use uuid::Uuid;

use super::{Rows, nested::Nested};

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

/// The board of an integration with this id in the PSA.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoardCalled(pub IntegrationId, pub String);

impl Loader<BoardCalled> for Rows {
    type Value = board::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[BoardCalled]) -> Result<HashMap<BoardCalled, Self::Value>, Self::Error> {
        let rows = self
            .scope
            .find::<board::Entity>()
            .filter(board::Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
            .filter(board::Column::ExternalId.is_in(keys.iter().map(|key| key.1.as_str())))
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let called = |row: board::Model| (BoardCalled(row.integration_id, row.external_id.clone()), row);
        Ok(rows.into_iter().map(called).collect())
    }
}

/// The routings that a company has of its own in an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OverridesOf(pub IntegrationId, pub ConsoleCompanyId);

impl Loader<OverridesOf> for Rows {
    type Value = Vec<company_routing::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[OverridesOf]) -> Result<HashMap<OverridesOf, Self::Value>, Self::Error> {
        use company_routing::Column;
        let rows = self
            .scope
            .find::<company_routing::Entity>()
            .filter(Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
            .filter(Column::CompanyId.is_in(keys.iter().map(|key| key.1)))
            .order_by_asc(Column::Agent)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let mut own: HashMap<OverridesOf, Vec<_>> = HashMap::new();
        for row in rows {
            own.entry(OverridesOf(row.integration_id, row.company_id))
                .or_default()
                .push(row);
        }
        Ok(own)
    }
}

/// The conditions that share a storm's ticket, the last first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConditionsOf;

impl Nested for ConditionsOf {
    type Entity = incident::Entity;
    type Owner = IncidentId;
    type Place = Uuid;

    fn select(&self, scope: ProviderScope) -> Select<incident::Entity> {
        scope.find::<incident::Entity>()
    }

    fn owner() -> ColumnRef {
        incident::Column::ParentId.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<incident::Column>, Order) {
        (vec![incident::Column::Id], Order::Desc)
    }

    fn place(row: &incident::Model) -> Uuid {
        row.id.uuid()
    }
}

/// The events of an incident's condition from its first to its last, the last first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventsOf;

impl Nested for EventsOf {
    type Entity = agent_event::Entity;
    type Owner = IncidentId;
    type Place = Uuid;

    fn select(&self, scope: ProviderScope) -> Select<agent_event::Entity> {
        use agent_event::Column;
        let of = |column: incident::Column| Expr::col(column.as_column_ref());
        let same = Condition::all()
            .add(of(incident::Column::ProviderId).equals(Column::ProviderId.as_column_ref()))
            .add(of(incident::Column::Agent).equals(Column::Agent.as_column_ref()))
            .add(of(incident::Column::ConditionKey).equals(Column::ConditionKey.as_column_ref()))
            .add(of(incident::Column::FirstAt).lte(Expr::col(Column::OccurredAt.as_column_ref())))
            .add(of(incident::Column::LastAt).gte(Expr::col(Column::OccurredAt.as_column_ref())));
        let mut select = scope.find::<agent_event::Entity>();
        QueryTrait::query(&mut select).join(JoinType::InnerJoin, incident::Entity, same);
        select
    }

    fn owner() -> ColumnRef {
        incident::Column::Id.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<agent_event::Column>, Order) {
        (vec![agent_event::Column::Id], Order::Desc)
    }

    fn place(row: &agent_event::Model) -> Uuid {
        row.id.uuid()
    }
}
