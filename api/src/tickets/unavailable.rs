//! Deliveries that wait for a PSA which does not answer: they are held, so that they are counted, and go on when it does.

use chrono::{DateTime, Utc};
use psa_entities::{
    delivery::{ActiveModel, Column, DeliveryState, Entity, HoldReason},
    ids::IntegrationId,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    app::App,
    failure::{ErrorCode, UserError},
};

/// Holds what is due at the PSAs that are `down`, each until the end of its rest, and lets go on what has waited for
/// long enough or for a PSA that is `back`.
pub(super) async fn tend(
    app: &App,
    down: &[(IntegrationId, DateTime<Utc>)],
    back: &[IntegrationId],
) -> Result<(), DbErr> {
    for (integration, until) in down {
        hold(app, *integration, *until).await?;
    }
    release(app, back).await
}

async fn hold(app: &App, integration: IntegrationId, until: DateTime<Utc>) -> Result<(), DbErr> {
    let now = app.now();
    let problem = UserError::new(ErrorCode::PsaUnavailable, "The PSA does not answer.")
        .with_remedy("Nothing is to be done: it goes on by itself when the PSA answers.")
        .to_problem(now);
    let held = ActiveModel {
        state: Set(DeliveryState::Held),
        hold: Set(Some(HoldReason::PsaUnavailable)),
        next_attempt_at: Set(until),
        problem: Set(Some(problem)),
        ..Default::default()
    };
    Entity::update_many()
        .set(held)
        .col_expr(Column::HeldAt, Expr::col(Column::HeldAt).if_null(now))
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::State.eq(DeliveryState::Owed))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(Column::LeaseOwner.is_null())
        .exec(app.db.write())
        .await?;
    Ok(())
}

async fn release(app: &App, back: &[IntegrationId]) -> Result<(), DbErr> {
    let now = app.now();
    let held = || {
        let mut over = Condition::any().add(Column::NextAttemptAt.lte(now));
        if !back.is_empty() {
            over = over.add(Column::IntegrationId.is_in(back.iter().copied()));
        }
        Condition::all()
            .add(Column::State.eq(DeliveryState::Held))
            .add(Column::Hold.eq(HoldReason::PsaUnavailable))
            .add(over)
    };
    if Entity::find().filter(held()).one(app.db.read()).await?.is_none() {
        return Ok(());
    }
    let owed = ActiveModel {
        state: Set(DeliveryState::Owed),
        hold: Set(None),
        problem: Set(None),
        next_attempt_at: Set(now),
        ..Default::default()
    };
    Entity::update_many()
        .set(owed)
        .filter(held())
        .exec(app.db.write())
        .await?;
    Ok(())
}
