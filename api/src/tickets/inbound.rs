//! What people do to our tickets in the PSA: a ticket that is closed there ends its incident.
//!
//! A poll reads our tickets that changed since the last one. What it reads is compared with what we know under a lock,
//! because a write of ours may have overtaken it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::{Capability, ReadQuery, record::Ticket};
use psa_entities::{
    ProviderScope,
    delivery::{self, DeliveryKind},
    ids::{IncidentId, IntegrationId},
    incident::{self, IncidentState},
    integration::{self, IntegrationStatus},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::task::JoinHandle;

use super::{known::KnownTicket, queue::DONE};
use crate::{
    app::App,
    failure::{Failure, Fault, Outcome},
    integrations::health,
};

/// The time between two polls.
const POLL: TimeDelta = TimeDelta::seconds(300);

/// How far a poll reaches back before the last one: more than two clocks differ.
const OVERLAP: TimeDelta = TimeDelta::seconds(300);

type Seen = Arc<Mutex<HashMap<IntegrationId, DateTime<Utc>>>>;

/// The poll of this process, one at a time.
#[derive(Debug, Default)]
pub struct Inbound {
    seen: Seen,
    due_at: Option<DateTime<Utc>>,
    running: Option<JoinHandle<()>>,
}

impl Inbound {
    /// Starts a poll of every active integration when it is time and none is under way. Does not wait for it.
    pub fn poll_when_due(&mut self, app: &Arc<App>) {
        let now = app.now();
        let busy = self.running.as_ref().is_some_and(|running| !running.is_finished());
        if busy || self.due_at.is_some_and(|due| now < due) {
            return;
        }
        self.due_at = Some(now + POLL);
        self.running = Some(tokio::spawn(poll_all(Arc::clone(app), Arc::clone(&self.seen))));
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
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
        let page = match connector.tickets_changed_since(since, &query).await {
            Ok(page) => page,
            Err(error) => {
                health::report(app, scope, integration.id, &error).await?;
                return Err(Failure::from(&error));
            }
        };
        apply(app, scope, integration.id, page.records).await?;
        match page.next {
            Some(next) => query = query.after(Some(next)),
            None => return Ok(()),
        }
    }
}

async fn poll_all(app: Arc<App>, seen: Seen) {
    let active = integration::Column::Status.eq(IntegrationStatus::Active);
    let integrations = match integration::Entity::find().filter(active).all(app.db.read()).await {
        Ok(integrations) => integrations,
        Err(error) => return tracing::error!(%error, "changes in the PSAs could not be looked for"),
    };
    for integration in integrations {
        let started_at = app.now();
        let last = seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&integration.id)
            .copied();
        let polled = async {
            let since = match last {
                Some(last) => Some(last - OVERLAP),
                None => oldest_open(&app, integration.id).await?.map(|oldest| oldest - OVERLAP),
            };
            match since {
                Some(since) => poll(&app, &integration, since).await,
                None => Ok(()),
            }
        };
        match polled.await {
            Ok(()) => {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.insert(integration.id, started_at);
            }
            Err(failure) => {
                tracing::warn!(integration.id = %integration.id, ?failure, "changes in the PSA could not be read");
            }
        }
    }
}

/// Where the first poll of a process begins: no ticket of an incident that is open can have been closed before it began.
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

async fn apply(app: &App, scope: ProviderScope, integration: IntegrationId, tickets: Vec<Ticket>) -> Outcome<()> {
    let ours = |tickets: &[Ticket]| {
        scope
            .find::<incident::Entity>()
            .filter(incident::Column::IntegrationId.eq(integration))
            .filter(incident::Column::TicketExternalId.is_in(tickets.iter().map(|ticket| ticket.id.as_str())))
    };
    if tickets.is_empty() || ours(&tickets).one(app.db.read()).await?.is_none() {
        return Ok(());
    }
    let now = app.now();
    let transaction = app.db.begin().await?;
    let incidents = ours(&tickets).lock_exclusive().all(&transaction).await?;
    let reopening: Vec<IncidentId> = scope
        .find::<delivery::Entity>()
        .filter(delivery::Column::IncidentId.is_in(incidents.iter().map(|incident| incident.id)))
        .filter(delivery::Column::Kind.eq(DeliveryKind::Reopen))
        .filter(delivery::Column::State.is_not_in(DONE))
        .select_only()
        .column(delivery::Column::IncidentId)
        .into_tuple()
        .all(&transaction)
        .await?;
    let by_id: HashMap<String, Ticket> = tickets
        .into_iter()
        .map(|ticket| (ticket.id.to_string(), ticket))
        .collect();
    for incident in incidents {
        let Some(ticket) = incident
            .ticket_external_id
            .as_ref()
            .and_then(|id| by_id.get(id))
            .cloned()
        else {
            continue;
        };
        let before: Option<KnownTicket> = incident.ticket.clone().map(serde_json::from_value).transpose()?;
        let Some(known) = news(before.as_ref(), ticket) else {
            continue;
        };
        let end = ending(incident.state, &known, reopening.contains(&incident.id));
        let mut change = incident::ActiveModel {
            ticket: Set(Some(to_json(&known)?)),
            updated_at: Set(now),
            ..incident.into()
        };
        if let Some(state) = end {
            change.state = Set(state);
            change.open_key = Set(None);
            change.ended_at = Set(Some(now));
        }
        change.update(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn to_json(known: &KnownTicket) -> Result<serde_json::Value, Fault> {
    Ok(serde_json::to_value(known)?)
}

/// What a ticket that was read says beyond what is known; `None` when that is nothing, or older than a write of ours.
fn news(before: Option<&KnownTicket>, ticket: Ticket) -> Option<KnownTicket> {
    let overtaken = before.is_some_and(|known| known.ticket.changed_at > ticket.changed_at);
    let known = KnownTicket::read(ticket, before);
    (!overtaken && before != Some(&known)).then_some(known)
}

/// How an incident ends because of its ticket, if it does. One that we are about to reopen goes on.
fn ending(state: IncidentState, known: &KnownTicket, reopening: bool) -> Option<IncidentState> {
    let ends = known.ticket.closed && !reopening && matches!(state, IncidentState::Open | IncidentState::Recovered);
    let by_us = known.our_name.is_some() && known.our_name == known.ticket.changed_by;
    ends.then_some(if by_us && state == IncidentState::Recovered {
        IncidentState::Closed
    } else {
        IncidentState::ClosedInPsa
    })
}

#[cfg(test)]
mod tests {
    use psa_connectors::record::TicketId;

    use super::*;

    fn ticket(closed: bool, changed_by: &str, minute: i64) -> Ticket {
        Ticket {
            id: TicketId::new("7"),
            number: None,
            url: None,
            company: None,
            board: None,
            status: None,
            status_name: None,
            closed,
            key: None,
            changed_by: Some(changed_by.to_owned()),
            changed_at: Some(DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)),
        }
    }

    #[test]
    fn what_a_write_of_ours_has_overtaken_is_no_news() {
        let written = KnownTicket::written(ticket(false, "api", 5), None);
        assert_eq!(news(Some(&written), ticket(true, "ann", 4)), None);
        assert_eq!(news(Some(&written), ticket(false, "api", 5)), None);
        assert!(news(Some(&written), ticket(true, "ann", 6)).is_some_and(|known| known.touched));
    }

    #[test]
    fn the_table_of_endings() {
        use IncidentState::{Closed, ClosedInPsa, Open, Recovered};
        let written = KnownTicket::written(ticket(false, "api", 5), None);
        for (state, closed, by, reopening, expected) in [
            (Open, true, "ann", false, Some(ClosedInPsa)),
            (Open, true, "api", false, Some(ClosedInPsa)),
            (Open, true, "ann", true, None),
            (Open, false, "ann", false, None),
            (Recovered, true, "ann", false, Some(ClosedInPsa)),
            (Recovered, true, "api", false, Some(Closed)),
            (Closed, true, "ann", false, None),
            (ClosedInPsa, true, "ann", false, None),
        ] {
            let known = KnownTicket::read(ticket(closed, by, 6), Some(&written));
            assert_eq!(
                ending(state, &known, reopening),
                expected,
                "{state:?} {closed} {by} {reopening}"
            );
        }
    }
}
