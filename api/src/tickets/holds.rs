//! The end of holds: a delivery that waits for a person goes on when what it waits for is there.

use chrono::TimeDelta;
use psa_entities::{
    ProviderScope, agent_settings, company_mapping, company_routing,
    delivery::{ActiveModel, Column, DeliveryKind, DeliveryState, Entity, HoldReason},
    ids::{ConsoleCompanyId, IntegrationId},
    incident,
    integration::{self, IntegrationStatus},
    psa_company, ticket_settings,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    queue, routing,
    state::{self, Happening},
};
use crate::{
    app::App,
    failure::{ErrorCode, Fault, Outcome, UserError},
    integrations,
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
    expire(app).await?;
    let held = ActiveModel {
        state: Set(DeliveryState::Held),
        hold: Set(Some(HoldReason::EarlierDelivery)),
        ..Default::default()
    };
    Entity::update_many()
        .set(held)
        .col_expr(Column::HeldAt, Expr::col(Column::HeldAt).if_null(app.now()))
        .filter(Column::State.eq(DeliveryState::Owed))
        .filter(Column::LeaseOwner.is_null())
        .filter(behind())
        .exec(app.db.write())
        .await?;
    Ok(())
}

/// Gives up what has been held for longer than its integration wants: a dead letter, for a person to retry or discard.
/// What waits behind another one is given up with that.
async fn expire(app: &App) -> Result<(), Fault> {
    let impatient = ticket_settings::Column::ExpireAfterDays.is_not_null();
    let settings = ticket_settings::Entity::find()
        .filter(impatient)
        .all(app.db.read())
        .await?;
    let dead = state::next(DeliveryState::Held, Happening::Expired);
    let dead = dead.map_err(|illegal| Fault::Inconsistent(illegal.to_string()))?;
    let now = app.now();
    for settings in settings {
        let days = settings.expire_after_days.unwrap_or_default();
        let problem = UserError::new(
            ErrorCode::HeldTooLong,
            format!("It was held for more than {days} days."),
        )
        .with_remedy("Retry it with retryDeliveries, or discard it with discardDeliveries.")
        .to_problem(now);
        let expires = ActiveModel {
            state: Set(dead),
            hold: Set(None),
            problem: Set(Some(problem)),
            ..Default::default()
        };
        let expired = Entity::update_many()
            .set(expires)
            .filter(Column::IntegrationId.eq(settings.integration_id))
            .filter(Column::State.eq(DeliveryState::Held))
            .filter(Column::Hold.ne(HoldReason::EarlierDelivery))
            .filter(Column::HeldAt.lt(now - TimeDelta::days(days.into())))
            .exec(app.db.write())
            .await?;
        if expired.rows_affected > 0 {
            let count = expired.rows_affected;
            tracing::warn!(integration.id = %settings.integration_id, deliveries = count, "held for too long: they are dead letters now");
        }
    }
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
    for held in held_routings(app, of).await? {
        let here = Expr::exists(held.incidents());
        let closes = Column::Kind.eq(DeliveryKind::Close);
        let reason = HoldReason::RoutingIncomplete;
        if held.opens {
            end_hold(app, of, reason, here.clone().and(closes.clone().not())).await?;
        }
        if held.closes {
            end_hold(app, of, reason, here.and(closes)).await?;
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

/// A routing for which deliveries are held.
struct HeldRouting {
    agent: agent_settings::Model,
    /// The company that has a routing of its own; `None` for the agent's, which counts for all others.
    company: Option<ConsoleCompanyId>,
    opens: bool,
    closes: bool,
}

impl HeldRouting {
    /// The incident of a delivery, when its tickets go this way.
    fn incidents(&self) -> SelectStatement {
        let column = |column| Expr::col((incident::Entity, column));
        let mut select = exists_in(incident::Entity);
        select
            .and_where(column(incident::Column::Id).equals((Entity, Column::IncidentId)))
            .and_where(column(incident::Column::IntegrationId).eq(self.agent.integration_id))
            .and_where(column(incident::Column::Agent).eq(self.agent.agent));
        match self.company {
            Some(company) => select.and_where(column(incident::Column::CompanyId).eq(company)),
            None => {
                let own = Query::select()
                    .column(company_routing::Column::CompanyId)
                    .from(company_routing::Entity)
                    .and_where(company_routing::Column::IntegrationId.eq(self.agent.integration_id))
                    .and_where(company_routing::Column::Agent.eq(self.agent.agent))
                    .to_owned();
                select.and_where(column(incident::Column::CompanyId).not_in_subquery(own))
            }
        };
        select
    }
}

/// The routings for which deliveries are held, with what they are good for now.
async fn held_routings(app: &App, of: &Condition) -> Result<Vec<HeldRouting>, Fault> {
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
    let db = app.db.read();
    let integrations = integration::Entity::find()
        .filter(integration::Column::Id.is_in(held.iter().copied()))
        .all(db)
        .await?;
    let mut routings = Vec::new();
    for integration in integrations {
        let scope = ProviderScope::new(integration.provider_id);
        let descriptor = integrations::descriptor(app, &integration)?;
        let own = agent_settings::Column::IntegrationId.eq(integration.id);
        for agent in agent_settings::Entity::find().filter(own).all(db).await? {
            let of_companies = company_routing::Entity::find()
                .filter(company_routing::Column::IntegrationId.eq(integration.id))
                .filter(company_routing::Column::Agent.eq(agent.agent))
                .all(db)
                .await?;
            let all = std::iter::once((None, agent.routing.clone()))
                .chain(of_companies.into_iter().map(|own| (Some(own.company_id), own.routing)));
            for (company, routing) in all {
                let chosen = routing::with_board(app, scope, integration.id, routing).await?;
                let route = chosen.route(descriptor);
                routings.push(HeldRouting {
                    agent: agent.clone(),
                    company,
                    opens: route.opening().is_empty(),
                    closes: route.closing().is_empty(),
                });
            }
        }
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
