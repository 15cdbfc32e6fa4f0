//! Everything about an incident that a delivery's text is made of.

use chrono_tz::Tz;
use psa_entities::{
    ProviderScope, agent_event, console_company,
    delivery::Model,
    incident::{self, IncidentKind, IncidentState},
    provider,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{app::App, failure::Fault};

/// Conditions of a storm that its ticket names. More would be cut off with the text.
const LISTED: u64 = 100;

/// Everything about an incident that a text is made of.
#[derive(Debug)]
pub struct Background {
    /// The incident.
    pub incident: incident::Model,
    /// The event that caused the delivery; `None` when there was none or it has been cleared away.
    pub event: Option<agent_event::Model>,
    /// The company it happened at.
    pub company: console_company::Model,
    /// The provider's time zone.
    pub zone: Tz,
    /// What a storm's ticket lists; empty for every other incident.
    pub storm: Listed,
}

/// The conditions that share a storm's ticket.
#[derive(Debug, Default)]
pub struct Listed {
    /// Those that hold, the latest first, as many as are named.
    pub holding: Vec<incident::Model>,
    /// How many hold.
    pub holds: u64,
    /// How many are over.
    pub over: u64,
}

/// Reads the background of a delivery.
pub(super) async fn background(app: &App, scope: ProviderScope, row: &Model) -> Result<Background, Fault> {
    let db = app.db.read();
    let missing = |what: &str| Fault::Inconsistent(format!("delivery {} has no {what}", row.id));
    let incident = scope
        .find_by_id::<incident::Entity>(row.incident_id)
        .one(db)
        .await?
        .ok_or_else(|| missing("incident"))?;
    let event = match row.event_id {
        Some(id) => scope.find_by_id::<agent_event::Entity>(id).one(db).await?,
        None => None,
    };
    let company = scope
        .find_by_id::<console_company::Entity>(incident.company_id)
        .one(db)
        .await?
        .ok_or_else(|| missing("company"))?;
    let provider = provider::Entity::find_by_id(row.provider_id)
        .one(db)
        .await?
        .ok_or_else(|| missing("provider"))?;
    let storm = match incident.kind {
        IncidentKind::Storm => listed(app, scope, &incident).await?,
        IncidentKind::Condition | IncidentKind::Test => Listed::default(),
    };
    Ok(Background {
        incident,
        event,
        company,
        zone: provider.time_zone.parse().unwrap_or(Tz::UTC),
        storm,
    })
}

async fn listed(app: &App, scope: ProviderScope, storm: &incident::Model) -> Result<Listed, Fault> {
    use incident::Column;
    let of = || scope.find::<incident::Entity>().filter(Column::ParentId.eq(storm.id));
    let states: Vec<(IncidentState, i64)> = of()
        .select_only()
        .column(Column::State)
        .column_as(Column::Id.count(), "count")
        .group_by(Column::State)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let count = |open: bool| {
        let counted = states
            .iter()
            .filter(|(state, _)| (*state == IncidentState::Open) == open);
        counted
            .map(|(_, count)| u64::try_from(*count).unwrap_or_default())
            .sum()
    };
    let holding = of()
        .filter(Column::State.eq(IncidentState::Open))
        .order_by_desc(Column::Id)
        .limit(LISTED)
        .all(app.db.read())
        .await?;
    Ok(Listed {
        holding,
        holds: count(true),
        over: count(false),
    })
}
