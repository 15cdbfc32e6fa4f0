//! What people and events do to deliveries that wait: holds end, dead letters are retried or discarded.

use psa_entities::{
    Problem, ProviderScope, agent_settings, company_mapping,
    delivery::{self, ActiveModel, Column, DeliveryKind, DeliveryState, Entity, HoldReason},
    ids::{DeliveryId, IntegrationId},
    incident::{self, IncidentState},
    integration::{self, IntegrationStatus},
    psa_company,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, UpdateMany,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{queue, routing};
use crate::{
    app::App,
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
};

/// Deliveries that one mutation may name.
const MOST: usize = 1_000;

/// How many deliveries are in a state, and why.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Count {
    /// The state.
    pub state: DeliveryState,
    /// Why they are held; `None` in every other state.
    pub hold: Option<HoldReason>,
    /// How many.
    pub count: i64,
}

/// Counts the deliveries of an integration by state and hold reason.
///
/// # Errors
/// Only of the database.
pub async fn counts(app: &App, scope: ProviderScope, integration: IntegrationId) -> Outcome<Vec<Count>> {
    let rows = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .select_only()
        .columns([Column::State, Column::Hold])
        .column_as(Column::Id.count(), "count")
        .group_by(Column::State)
        .group_by(Column::Hold)
        .into_model::<Count>()
        .all(app.db.read())
        .await?;
    Ok(rows)
}

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

/// Makes dead letters owed again, and those that wait for their next attempt due at once. Gives back how many.
///
/// # Errors
/// `INVALID` for too many ids; `NOT_FOUND` and `WRONG_STATE` at the ids they are about. Nothing is changed then.
pub async fn retry(app: &App, scope: ProviderScope, ids: &[DeliveryId]) -> Outcome<Vec<delivery::Model>> {
    let transaction = app.db.begin().await?;
    choose(
        &transaction,
        scope,
        ids,
        &[DeliveryState::Dead, DeliveryState::Owed],
        "retried",
    )
    .await?;
    let owed = ActiveModel {
        state: Set(DeliveryState::Owed),
        next_attempt_at: Set(app.now()),
        ..Default::default()
    };
    chosen(scope, ids).set(owed).exec(&transaction).await?;
    transaction.commit().await?;
    finish(app, scope, ids).await
}

/// Gives deliveries up. Giving up an opening that made no ticket gives up everything else that its incident owes, and
/// ends the incident, so that the next failure opens one anew.
///
/// # Errors
/// `REQUIRED` without a reason; otherwise as [`retry`].
pub async fn discard(
    app: &App,
    scope: ProviderScope,
    ids: &[DeliveryId],
    reason: &str,
    by: &str,
) -> Outcome<Vec<delivery::Model>> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        let error = UserError::new(ErrorCode::Required, "Give a reason of 1 to 500 characters.").at("reason");
        return Err(Failure::refused(error.with_remedy(
            "Say why the delivery is not wanted: it stays with the delivery.",
        )));
    }
    let now = app.now();
    let problem = Problem {
        code: "DISCARDED".to_owned(),
        message: format!("Discarded by {by}: {reason}"),
        remedy: "Nothing is to be done.".to_owned(),
        detail: None,
        since: now,
    };
    let states = [
        DeliveryState::Owed,
        DeliveryState::Held,
        DeliveryState::Uncertain,
        DeliveryState::Dead,
    ];
    let transaction = app.db.begin().await?;
    let rows = choose(&transaction, scope, ids, &states, "discarded").await?;
    let discarded = ActiveModel {
        state: Set(DeliveryState::Discarded),
        hold: Set(None),
        problem: Set(Some(problem)),
        ..Default::default()
    };
    chosen(scope, ids).set(discarded.clone()).exec(&transaction).await?;
    let openings: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == DeliveryKind::Open)
        .map(|row| row.incident_id)
        .collect();
    if !openings.is_empty() {
        scope
            .update_many::<Entity>()
            .set(discarded)
            .filter(Column::IncidentId.is_in(openings.iter().copied()))
            .filter(Column::State.is_not_in(queue::DONE))
            .exec(&transaction)
            .await?;
        let ended = incident::ActiveModel {
            open_key: Set(None),
            ended_at: Set(Some(now)),
            updated_at: Set(now),
            ..Default::default()
        };
        scope
            .update_many::<incident::Entity>()
            .set(incident::ActiveModel {
                state: Set(IncidentState::Recovered),
                ..ended
            })
            .filter(incident::Column::Id.is_in(openings))
            .filter(incident::Column::State.is_in([IncidentState::Open, IncidentState::Recovered]))
            .exec(&transaction)
            .await?;
    }
    transaction.commit().await?;
    finish(app, scope, ids).await
}

/// Locks the named deliveries and refuses what cannot be done to them.
async fn choose(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    ids: &[DeliveryId],
    states: &[DeliveryState],
    verb: &str,
) -> Outcome<Vec<delivery::Model>> {
    if ids.is_empty() || ids.len() > MOST {
        let error =
            UserError::new(ErrorCode::Invalid, format!("Name between 1 and {MOST} deliveries.")).at("deliveryIds");
        return Err(Failure::refused(error));
    }
    let rows = scope
        .find::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .lock_exclusive()
        .all(db)
        .await?;
    let errors: Vec<_> = ids
        .iter()
        .enumerate()
        .filter_map(|(index, id)| {
            let field = format!("deliveryIds.{index}");
            let Some(row) = rows.iter().find(|row| row.id == *id) else {
                return Some(UserError::not_found(&field, "delivery"));
            };
            let free = states.contains(&row.state) && row.lease_owner.is_none();
            let error =
                || UserError::new(ErrorCode::WrongState, format!("The delivery cannot be {verb} now.")).at(&field);
            (!free).then(|| error().with_remedy("Read its state: it may be under way or done."))
        })
        .collect();
    if errors.is_empty() {
        Ok(rows)
    } else {
        Err(Failure::Refused(errors))
    }
}

fn chosen(scope: ProviderScope, ids: &[DeliveryId]) -> UpdateMany<Entity> {
    scope
        .update_many::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::LeaseOwner.is_null())
}

async fn finish(app: &App, scope: ProviderScope, ids: &[DeliveryId]) -> Outcome<Vec<delivery::Model>> {
    release(app, &Condition::all().add(Column::ProviderId.eq(scope.provider_id()))).await?;
    app.wake.deliveries.notify_one();
    Ok(scope
        .find::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(app.db.read())
        .await?)
}

/// Ends the holds whose reason is gone. What else speaks against a delivery is found when it is taken.
async fn release(app: &App, of: &Condition) -> Result<(), Fault> {
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
