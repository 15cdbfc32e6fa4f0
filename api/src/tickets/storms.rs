//! What becomes of the conditions of a storm when its ticket ends in the PSA: they end with it, as one with a ticket of its
//! own would, so that the next failure of each is told anew.

use chrono::{DateTime, Utc};
use psa_entities::{
    ids::IncidentId,
    incident::{self, IncidentState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

/// Ends the conditions that share the ticket of `storm`. An incident that is no storm has none.
pub(super) async fn end_conditions(
    db: &DatabaseTransaction,
    storm: IncidentId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let ended = incident::ActiveModel {
        state: Set(IncidentState::ClosedInPsa),
        open_key: Set(None),
        ended_at: Set(Some(now)),
        updated_at: Set(now),
        ..Default::default()
    };
    incident::Entity::update_many()
        .set(ended)
        .filter(incident::Column::ParentId.eq(storm))
        .filter(incident::Column::State.eq(IncidentState::Open))
        .exec(db)
        .await?;
    Ok(())
}
