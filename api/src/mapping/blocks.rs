//! What waits for a decision about a company: tickets that are held, billing that is blocked.

use std::collections::HashMap;

use psa_entities::{
    ProviderScope, billing_configuration,
    delivery::{self, DeliveryState, HoldReason},
    ids::{ConsoleCompanyId, IntegrationId},
    incident,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, JoinType, QueryFilter, QuerySelect, RelationTrait};

/// How much waits for a decision about one company.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Tickets, notes and closures that are held because the company is not bound.
    pub held_deliveries: u64,
    /// Billing configurations that are switched on.
    pub billing_configurations: u64,
}

type Key = (IntegrationId, ConsoleCompanyId);

/// Counts for many companies what waits, with one statement each for tickets and billing.
///
/// # Errors
/// Only of the database.
pub async fn count(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    keys: &[Key],
) -> Result<HashMap<Key, Blocked>, DbErr> {
    let held = scope
        .find::<delivery::Entity>()
        .join(JoinType::InnerJoin, delivery::Relation::Incident.def())
        .filter(delivery::Column::State.eq(DeliveryState::Held))
        .filter(delivery::Column::Hold.is_in([HoldReason::CompanyUnmapped, HoldReason::CompanyExcluded]))
        .filter(delivery::Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
        .filter(incident::Column::CompanyId.is_in(keys.iter().map(|key| key.1)))
        .select_only()
        .column(delivery::Column::IntegrationId)
        .column(incident::Column::CompanyId)
        .column_as(delivery::Column::Id.count(), "held")
        .group_by(delivery::Column::IntegrationId)
        .group_by(incident::Column::CompanyId)
        .into_tuple::<(IntegrationId, ConsoleCompanyId, i64)>()
        .all(db)
        .await?;
    let configured = scope
        .find::<billing_configuration::Entity>()
        .filter(billing_configuration::Column::Enabled.eq(true))
        .filter(billing_configuration::Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
        .filter(billing_configuration::Column::CompanyId.is_in(keys.iter().map(|key| key.1)))
        .select_only()
        .column(billing_configuration::Column::IntegrationId)
        .column(billing_configuration::Column::CompanyId)
        .column_as(billing_configuration::Column::Id.count(), "configured")
        .group_by(billing_configuration::Column::IntegrationId)
        .group_by(billing_configuration::Column::CompanyId)
        .into_tuple::<(IntegrationId, ConsoleCompanyId, i64)>()
        .all(db)
        .await?;
    let mut blocked: HashMap<Key, Blocked> = HashMap::new();
    for (integration, company, count) in held {
        blocked.entry((integration, company)).or_default().held_deliveries = u64::try_from(count).unwrap_or(0);
    }
    for (integration, company, count) in configured {
        blocked
            .entry((integration, company))
            .or_default()
            .billing_configurations = u64::try_from(count).unwrap_or(0);
    }
    Ok(blocked)
}
