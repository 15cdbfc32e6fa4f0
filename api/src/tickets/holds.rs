//! The end of holds: a delivery that waits for a person goes on when what it waits for is there.

use psa_entities::{
    ProviderScope, agent_settings, company_mapping,
    delivery::{ActiveModel, Column, DeliveryKind, DeliveryState, Entity, HoldReason},
    ids::IntegrationId,
    incident,
    integration::{self, IntegrationStatus},
    psa_company,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{queue, routing};
use crate::{
    app::App,
    failure::{Fault, Outcome},
};

/// Lets the held deliveries of an integration go on whose reason is gone.
///
/// Call it after whatever may end a hold: a binding, new keys, an activation, new settings. Without the call the worker
/// finds out by itself: within seconds when it is woken, else within half a minute.
///
/// # Errors
/// Only of the database.
pub async fn release_held(app: &App, scope: ProviderScope, integration: IntegrationId) -> Outcome<()> {
    let of = Condition::all()
        .add(Column::ProviderId.eq(scope.provider_id()))
        .add(Column::IntegrationId.eq(integration));
    release(app, &of).await?;
    app.wake.deliveries.notify_one();
    Ok(())
}

/// Looks at every held delivery, and holds those that wait behind a held or dead one, so that they are counted.
pub(super) async fn sweep(app: &App) -> Result<(), Fault> {
    release(app, &Condition::all()).await?;
    let held = ActiveModel {
        state: Set(DeliveryState::Held),
        hold: Set(Some(HoldReason::EarlierDelivery)),
        ..Default::default()
    };
    Entity::update_many()
        .set(held)
        .filter(Column::State.eq(DeliveryState::Owed))
        .filter(Column::LeaseOwner.is_null())
        .filter(behind())
        .exec(app.db.write())
        .await?;
    Ok(())
}

/// Ends the holds whose reason is gone. What else speaks against a delivery is found when it is taken.
///
/// # Errors
/// Only of the database.
pub(super) async fn release(app: &App, of: &Condition) -> Result<(), Fault> {
    let any_held = Entity::find()
        .filter(of.clone())
        .filter(Column::State.eq(DeliveryState::Held))
        .one(app.db.read())
        .await?;
    if any_held.is_none() {
        return Ok(());
    }
    let decided = Expr::exists(decided_companies());
    let working = Expr::exists(integrations(|status| status.eq(IntegrationStatus::Active)));
    let mended = Expr::exists(integrations(|status| status.ne(IntegrationStatus::Broken)));
    let excluded = Expr::exists(excluded_companies());
    for (reason, gone) in [
        (HoldReason::CompanyUnmapped, decided),
        (HoldReason::CompanyExcluded, excluded.not()),
        (HoldReason::IntegrationPaused, working),
        (HoldReason::IntegrationBroken, mended),
    ] {
        end_hold(app, of, reason, gone).await?;
    }
    for (settings, obstacles) in held_routings(app, of).await? {
        let here = Expr::exists(incidents(settings.integration_id, settings.agent));
        let closes = Column::Kind.eq(DeliveryKind::Close);
        if obstacles.opening.is_empty() {
            end_hold(
                app,
                of,
                HoldReason::RoutingIncomplete,
                here.clone().and(closes.clone().not()),
            )
            .await?;
        }
        if obstacles.closing.is_empty() {
            end_hold(app, of, HoldReason::RoutingIncomplete, here.and(closes)).await?;
        }
    }
    // Last, because an earlier delivery may just have been released.
    end_hold(app, of, HoldReason::EarlierDelivery, behind().not()).await?;
    Ok(())
}

async fn end_hold(app: &App, of: &Condition, reason: HoldReason, gone: Expr) -> Result<(), DbErr> {
    let owed = ActiveModel {
        state: Set(DeliveryState::Owed),
        hold: Set(None),
        problem: Set(None),
        ..Default::default()
    };
    Entity::update_many()
        .set(owed)
        .filter(of.clone())
        .filter(Column::State.eq(DeliveryState::Held))
        .filter(Column::Hold.eq(reason))
        .filter(gone)
        .exec(app.db.write())
        .await?;
    Ok(())
}

/// The agents that have deliveries held for their routing, with what still speaks against it.
async fn held_routings(app: &App, of: &Condition) -> Result<Vec<(agent_settings::Model, routing::Obstacles)>, Fault> {
    let held: Vec<IntegrationId> = Entity::find()
        .filter(of.clone())
        .filter(Column::State.eq(DeliveryState::Held))
        .filter(Column::Hold.eq(HoldReason::RoutingIncomplete))
        .select_only()
        .column(Column::IntegrationId)
        .distinct()
        .into_tuple()
        .all(app.db.read())
        .await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let own = agent_settings::Column::IntegrationId.is_in(held);
    let mut routings = Vec::new();
    for settings in agent_settings::Entity::find().filter(own).all(app.db.read()).await? {
        let obstacles = routing::obstacles(app, &settings).await?;
        routings.push((settings, obstacles));
    }
    Ok(routings)
}

/// Waits behind a delivery that is dead, or held for a reason of its own.
fn behind() -> Expr {
    Expr::exists(queue::earlier(|column| {
        let own_reason = column(Column::Hold).ne(HoldReason::EarlierDelivery);
        column(Column::State)
            .eq(DeliveryState::Dead)
            .or(column(Column::State).eq(DeliveryState::Held).and(own_reason))
    }))
}

fn exists_in(entity: impl EntityTrait) -> SelectStatement {
    Query::select().expr(Expr::val(1)).from(entity).to_owned()
}

fn integrations(status: impl FnOnce(Expr) -> Expr) -> SelectStatement {
    exists_in(integration::Entity)
        .and_where(Expr::col((integration::Entity, integration::Column::Id)).equals((Entity, Column::IntegrationId)))
        .and_where(status(Expr::col((integration::Entity, integration::Column::Status))))
        .to_owned()
}

fn incidents(integration: IntegrationId, agent: agent_settings::Agent) -> SelectStatement {
    exists_in(incident::Entity)
        .and_where(Expr::col((incident::Entity, incident::Column::Id)).equals((Entity, Column::IncidentId)))
        .and_where(Expr::col((incident::Entity, incident::Column::IntegrationId)).eq(integration))
        .and_where(Expr::col((incident::Entity, incident::Column::Agent)).eq(agent))
        .to_owned()
}

/// What was decided about the company of the delivery's incident.
fn mappings() -> SelectStatement {
    let mapping = |column| Expr::col((company_mapping::Entity, column));
    exists_in(incident::Entity)
        .inner_join(
            company_mapping::Entity,
            mapping(company_mapping::Column::CompanyId)
                .equals((incident::Entity, incident::Column::CompanyId))
                .and(
                    mapping(company_mapping::Column::IntegrationId)
                        .equals((incident::Entity, incident::Column::IntegrationId)),
                ),
        )
        .and_where(Expr::col((incident::Entity, incident::Column::Id)).equals((Entity, Column::IncidentId)))
        .to_owned()
}

fn excluded_companies() -> SelectStatement {
    let state = Expr::col((company_mapping::Entity, company_mapping::Column::State));
    mappings()
        .and_where(state.eq(company_mapping::MappingState::Excluded))
        .to_owned()
}

/// Excluded, or bound to a company that the PSA still has.
fn decided_companies() -> SelectStatement {
    let state = Expr::col((company_mapping::Entity, company_mapping::Column::State));
    let there = Expr::col((psa_company::Entity, psa_company::Column::Deleted)).eq(false);
    mappings()
        .left_join(
            psa_company::Entity,
            Expr::col((psa_company::Entity, psa_company::Column::Id))
                .equals((company_mapping::Entity, company_mapping::Column::PsaCompanyId)),
        )
        .and_where(state.eq(company_mapping::MappingState::Excluded).or(there))
        .to_owned()
}
