//! What follows when a ticket is gone in the PSA: whatever an incident still owed it is given up, and the incident ends, so
//! that the next failure gets a ticket of its own.

use chrono::{DateTime, Utc};
use psa_connectors::record::TicketId;
use psa_entities::{
    Problem, ProviderScope, delivery,
    delivery::DeliveryState,
    ids::{IncidentId, IntegrationId},
    incident::{self, IncidentState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::{queue::DONE, storms};
use crate::app::App;

/// Ends every incident whose ticket this was. Gives back whether there was one.
///
/// # Errors
/// Only of the database.
pub async fn everywhere(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    ticket: &TicketId,
    problem: Problem,
) -> Result<bool, DbErr> {
    let theirs = || {
        scope
            .find::<incident::Entity>()
            .filter(incident::Column::IntegrationId.eq(integration))
            .filter(incident::Column::TicketExternalId.eq(ticket.as_str()))
            .select_only()
            .column(incident::Column::Id)
    };
    let transaction = app.db.begin().await?;
    let ids: Vec<IncidentId> = theirs().into_tuple().all(&transaction).await?;
    for id in &ids {
        end(&transaction, *id, problem.clone(), app.now()).await?;
    }
    transaction.commit().await?;
    Ok(!ids.is_empty())
}

/// Ends one incident. A call that is on its way finds out by itself. Deliveries come before the incident: so do the
/// outcomes of calls, and nobody waits for each other.
///
/// # Errors
/// Only of the database.
pub async fn end(db: &DatabaseTransaction, id: IncidentId, problem: Problem, now: DateTime<Utc>) -> Result<(), DbErr> {
    let discarded = delivery::ActiveModel {
        state: Set(DeliveryState::Discarded),
        hold: Set(None),
        lease_owner: Set(None),
        lease_until: Set(None),
        problem: Set(Some(problem)),
        ..Default::default()
    };
    delivery::Entity::update_many()
        .set(discarded)
        .filter(delivery::Column::IncidentId.eq(id))
        .filter(delivery::Column::State.is_not_in(DONE))
        .filter(delivery::Column::State.ne(DeliveryState::Sending))
        .exec(db)
        .await?;
    let own = || incident::Entity::update_many().filter(incident::Column::Id.eq(id));
    let ticketless = incident::ActiveModel {
        ticket_external_id: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    own().set(ticketless).exec(db).await?;
    let ended = incident::ActiveModel {
        state: Set(IncidentState::ClosedInPsa),
        open_key: Set(None),
        ended_at: Set(Some(now)),
        ..Default::default()
    };
    let holding = incident::Column::State.is_in([IncidentState::Open, IncidentState::Recovered]);
    own().set(ended).filter(holding).exec(db).await?;
    storms::end_conditions(db, id, now).await
}
