//! Carries what was seen of tickets into the incidents that they stand for.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use psa_connectors::record::Ticket;
use psa_entities::{
    ProviderScope,
    delivery::{self, DeliveryKind},
    ids::{IncidentId, IntegrationId},
    incident,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, QuerySelect, Select,
};

use super::{
    change::{Facts, Turn, news, turn},
    sight::{Seen, Sighting},
};
use crate::{
    app::App,
    failure::{Fault, Outcome, UserError},
    live::Subject,
    tickets::{book, known::KnownTicket, queue::DONE, storms, vanished},
};

/// Which of these tickets incidents have.
///
/// # Errors
/// Only of the database.
pub async fn known_tickets(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    tickets: impl IntoIterator<Item = &str>,
) -> Result<HashSet<String>, DbErr> {
    let ids: Vec<Option<String>> = with_tickets(scope, integration, tickets)
        .select_only()
        .column(incident::Column::TicketExternalId)
        .into_tuple()
        .all(app.db.read())
        .await?;
    Ok(ids.into_iter().flatten().collect())
}

/// Applies what was seen. What is known already changes nothing.
///
/// # Errors
/// Only of the database.
pub async fn apply(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    sightings: Vec<Sighting>,
) -> Outcome<()> {
    let mut there = HashMap::new();
    let mut changed = false;
    for sighting in sightings {
        match sighting.seen {
            Seen::There(ticket) => _ = there.insert(sighting.of.to_string(), *ticket),
            Seen::Gone(error) => {
                let problem = UserError::from(&error).to_problem(app.now());
                changed |= vanished::everywhere(app, scope, integration, &sighting.of, problem).await?;
            }
        }
    }
    let tell_news = async || -> Outcome<bool> {
        let tickets = there.keys().map(String::as_str);
        let known = with_tickets(scope, integration, tickets).all(app.db.read()).await?;
        for row in &known {
            if differs(row, &there)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    };
    if !there.is_empty() && tell_news().await? {
        changed |= take_over(app, scope, integration, &there).await?;
    }
    if changed {
        app.changes.tell(Subject::Incidents(integration));
    }
    Ok(())
}

/// Writes what is news, under the lock of the incidents. Reports of the provider wait: one of them could open an incident
/// of the condition that another incident of is about to open again.
async fn take_over(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    there: &HashMap<String, Ticket>,
) -> Outcome<bool> {
    let now = app.now();
    let transaction = book::begin(app, scope).await?;
    let rows = with_tickets(scope, integration, there.keys().map(String::as_str))
        .lock_exclusive()
        .all(&transaction)
        .await?;
    let around = Around::read(&transaction, scope, integration, &rows).await?;
    let mut changed = false;
    for row in rows {
        let Some((before, known)) = differs(&row, there)? else {
            continue;
        };
        let turn = turn(&around.facts(&row), before.as_ref(), &known);
        if let Some(Turn::Ends(_)) = turn {
            storms::end_conditions(&transaction, row.id, now).await?;
        }
        changed_incident(row, &known, turn, now)?.update(&transaction).await?;
        changed = true;
    }
    transaction.commit().await?;
    Ok(changed)
}

type Difference = (Option<KnownTicket>, KnownTicket);

/// What was seen of an incident's ticket beyond what is known, with what is known.
fn differs(row: &incident::Model, there: &HashMap<String, Ticket>) -> Result<Option<Difference>, Fault> {
    let Some(ticket) = row.ticket_external_id.as_ref().and_then(|id| there.get(id)) else {
        return Ok(None);
    };
    let before: Option<KnownTicket> = row.ticket.clone().map(serde_json::from_value).transpose()?;
    let is_survivor = row.ticket_external_id.as_deref() != Some(ticket.id.as_str());
    let known = news(before.as_ref(), ticket.clone(), is_survivor);
    Ok(known.map(|known| (before, known)))
}

fn changed_incident(
    row: incident::Model,
    known: &KnownTicket,
    turn: Option<Turn>,
    now: DateTime<Utc>,
) -> Result<incident::ActiveModel, Fault> {
    let condition = row.condition_key.clone();
    let mut change = incident::ActiveModel {
        ticket_external_id: Set(Some(known.ticket.id.to_string())),
        ticket: Set(Some(serde_json::to_value(known)?)),
        updated_at: Set(now),
        ..row.into()
    };
    if let Some(turn) = turn {
        change.state = Set(turn.state());
        change.open_key = Set((turn == Turn::Opens).then_some(condition));
        match turn {
            Turn::Ends(_) => change.ended_at = Set(Some(now)),
            Turn::Opens => change.ended_at = Set(None),
            // It has ended when its condition recovered, or when another took its place.
            Turn::Recovers => {}
        }
    }
    Ok(change)
}

/// What surrounds the incidents and decides with them.
struct Around {
    reopening: HashSet<IncidentId>,
    latest: HashMap<String, i32>,
}

impl Around {
    async fn read(
        db: &DatabaseTransaction,
        scope: ProviderScope,
        integration: IntegrationId,
        rows: &[incident::Model],
    ) -> Result<Self, DbErr> {
        let reopening: Vec<IncidentId> = scope
            .find::<delivery::Entity>()
            .filter(delivery::Column::IncidentId.is_in(rows.iter().map(|row| row.id)))
            .filter(delivery::Column::Kind.eq(DeliveryKind::Reopen))
            .filter(delivery::Column::State.is_not_in(DONE))
            .select_only()
            .column(delivery::Column::IncidentId)
            .into_tuple()
            .all(db)
            .await?;
        let conditions: HashSet<&str> = rows.iter().map(|row| row.condition_key.as_str()).collect();
        let latest: Vec<(String, i32)> = scope
            .find::<incident::Entity>()
            .filter(incident::Column::IntegrationId.eq(integration))
            .filter(incident::Column::ConditionKey.is_in(conditions))
            .select_only()
            .column(incident::Column::ConditionKey)
            .column_as(incident::Column::Epoch.max(), "latest")
            .group_by(incident::Column::ConditionKey)
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            reopening: reopening.into_iter().collect(),
            latest: latest.into_iter().collect(),
        })
    }

    fn facts(&self, row: &incident::Model) -> Facts {
        let latest = self.latest.get(&row.condition_key).copied().unwrap_or(row.epoch);
        Facts {
            state: row.state,
            has_recovered: row.recovered_at.is_some(),
            is_superseded: latest > row.epoch,
            reopening: self.reopening.contains(&row.id),
        }
    }
}

fn with_tickets<'a>(
    scope: ProviderScope,
    integration: IntegrationId,
    tickets: impl IntoIterator<Item = &'a str>,
) -> Select<incident::Entity> {
    scope
        .find::<incident::Entity>()
        .filter(incident::Column::IntegrationId.eq(integration))
        .filter(incident::Column::TicketExternalId.is_in(tickets))
}
