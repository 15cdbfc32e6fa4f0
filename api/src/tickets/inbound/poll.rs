//! The poll: what changed in the PSA since the last one.

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::{Capability, Page, PsaConnector, ReadQuery, record::Ticket};
use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    incident::{self, IncidentState},
    integration,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    apply::{self, apply},
    sight::{self, Sighting},
    watch,
};
use crate::{
    app::App,
    failure::{Failure, Outcome},
    integrations::health,
};

/// How far a poll reaches back before the last one: more than two clocks differ.
const OVERLAP: TimeDelta = TimeDelta::seconds(300);

/// Polls from where the last poll of any process was.
///
/// # Errors
/// As [`poll`].
pub async fn go_on(app: &App, integration: &integration::Model) -> Outcome<()> {
    let began = app.now();
    let last = watch::find(app, integration).await?.and_then(|watch| watch.polled_at);
    let since = match last {
        Some(last) => Some(last),
        None => oldest_open(app, integration.id).await?,
    };
    if let Some(since) = since {
        poll(app, integration, since - OVERLAP).await?;
    }
    Ok(watch::polled(app, integration, began).await?)
}

/// Reads what changed in the PSA since `since`, and applies it.
///
/// # Errors
/// What the PSA says; keys that it does not accept break the integration.
pub async fn poll(app: &App, integration: &integration::Model, since: DateTime<Utc>) -> Outcome<()> {
    let scope = ProviderScope::new(integration.provider_id);
    let connector = app.connections.get(app, scope, integration).await?;
    if !connector.descriptor().capabilities.has(Capability::FindTicketByKey) {
        return Ok(());
    }
    let mut query = ReadQuery::all();
    loop {
        let read = async {
            let page = connector.tickets_changed_since(since, &query).await?;
            Ok((page.next.clone(), page))
        };
        let (next, page) = match read.await {
            Ok(read) => read,
            Err(error) => return reported(app, integration, &error).await,
        };
        match sightings(app, integration, connector.as_ref(), page).await? {
            Ok(sightings) => apply(app, scope, integration.id, sightings).await?,
            Err(error) => return reported(app, integration, &error).await,
        }
        match next {
            Some(next) => query = query.after(Some(next)),
            None => return Ok(()),
        }
    }
}

/// What a page says of tickets that incidents have. The others may be of another installation.
async fn sightings(
    app: &App,
    integration: &integration::Model,
    connector: &dyn PsaConnector,
    page: Page<Ticket>,
) -> Outcome<Result<Vec<Sighting>, psa_connectors::Error>> {
    let scope = ProviderScope::new(integration.provider_id);
    let ids = page.records.iter().map(|ticket| ticket.id.as_str());
    let ours = apply::known_tickets(app, scope, integration.id, ids).await?;
    let mut sightings = Vec::with_capacity(ours.len());
    for ticket in page.records {
        if !ours.contains(ticket.id.as_str()) {
            continue;
        }
        match sight::followed(connector, ticket).await {
            Ok(sighting) => sightings.push(sighting),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(sightings))
}

/// Where the first poll begins: no ticket of an incident that is open can have been closed before it began.
async fn oldest_open(app: &App, integration: IntegrationId) -> Outcome<Option<DateTime<Utc>>> {
    let oldest: Option<Option<DateTime<Utc>>> = incident::Entity::find()
        .filter(incident::Column::IntegrationId.eq(integration))
        .filter(incident::Column::State.is_in([IncidentState::Open, IncidentState::Recovered]))
        .filter(incident::Column::TicketExternalId.is_not_null())
        .select_only()
        .column_as(incident::Column::FirstAt.min(), "oldest")
        .into_tuple()
        .one(app.db.read())
        .await?;
    Ok(oldest.flatten())
}

async fn reported(app: &App, integration: &integration::Model, error: &psa_connectors::Error) -> Outcome<()> {
    let scope = ProviderScope::new(integration.provider_id);
    health::report(app, scope, integration.id, error).await?;
    Err(Failure::from(error))
}
