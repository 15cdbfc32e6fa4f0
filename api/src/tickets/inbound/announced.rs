//! What a PSA announces. Its word is a hint: the ticket is read again, and what is read counts.
//!
//! An announcement is remembered once it was followed. One that could not be followed is refused, and the PSA may send it
//! again; when it does not, the poll finds what it was about.

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;
use psa_connectors::{
    Error, ErrorKind, PsaConnector,
    record::{Hint, InboundDelivery, TicketId, Topic},
};
use psa_entities::{ids::IntegrationId, webhook, webhook_delivery};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, TryInsertResult, sea_query::OnConflict};

use super::{
    apply::{self, apply},
    sight,
};
use crate::{
    app::App,
    failure::{Failure, Fault},
    integrations::{health, webhooks::admit::Admitted},
};

/// How long the PSA is asked for: those that announce wait five seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// How exactly the time of the last announcement is kept.
const MINUTE: TimeDelta = TimeDelta::seconds(60);

/// The longest id of an announcement.
const LONGEST_ID: usize = 200;

/// Why an announcement was not followed. Nothing has changed.
#[derive(Debug)]
pub enum Unheard {
    /// Its signature is not the PSA's.
    Forged,
    /// It cannot be read, or is meant for somebody else.
    Unreadable,
    /// It was followed before.
    Replayed,
    /// The PSA cannot be asked now.
    NotNow,
    /// Something broke.
    Failed(Fault),
}

impl From<DbErr> for Unheard {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Failure> for Unheard {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Internal(fault) => Self::Failed(fault),
            // Keys or settings are missing: a person can mend that.
            Failure::Refused(_) => Self::NotNow,
        }
    }
}

/// Follows an announcement. Tickets that are not ours cost the PSA nothing.
///
/// # Errors
/// Why it was not followed.
pub async fn follow(app: &App, at: &Admitted, delivery: InboundDelivery<'_>) -> Result<(), Unheard> {
    let id = at.integration.id;
    let connector = app.connections.get(app, at.scope, &at.integration).await?;
    let opened = tokio::time::timeout(PATIENCE, connector.open_delivery(&at.endpoint, delivery)).await;
    let hints = opened.map_err(|_| Unheard::NotNow)?.map_err(|error| refusal(&error))?;
    note_arrival(app, &at.row).await?;
    let hints: Vec<Hint> = hints.into_iter().filter(|hint| hint.topic == Topic::Tickets).collect();
    let deliveries: BTreeSet<&str> = hints.iter().filter_map(|hint| hint.delivery.as_deref()).collect();
    if deliveries.iter().any(|delivery| delivery.len() > LONGEST_ID) {
        return Err(Unheard::Unreadable);
    }
    if is_known(app, id, &deliveries).await? {
        return Err(Unheard::Replayed);
    }
    let tickets: BTreeSet<&str> = hints.iter().map(|hint| hint.record.as_str()).collect();
    let ours = apply::known_tickets(app, at.scope, id, tickets).await?;
    if ours.is_empty() {
        return Ok(());
    }
    for ticket in ours {
        read(app, at, connector.as_ref(), &TicketId::new(ticket)).await?;
    }
    remember(app, &at.row, &deliveries).await
}

/// Reads one ticket again, and applies what is read.
async fn read(app: &App, at: &Admitted, connector: &dyn PsaConnector, ticket: &TicketId) -> Result<(), Unheard> {
    let id = at.integration.id;
    match tokio::time::timeout(PATIENCE, sight::look(connector, ticket)).await {
        Ok(Ok(sighting)) => Ok(apply(app, at.scope, id, vec![sighting]).await?),
        Ok(Err(error)) => {
            tracing::warn!(%error, integration.id = %id, "an announced ticket could not be read");
            health::report(app, at.scope, id, &error).await?;
            Err(Unheard::NotNow)
        }
        Err(_) => Err(Unheard::NotNow),
    }
}

/// What the connector's refusal of an announcement means.
fn refusal(error: &Error) -> Unheard {
    match error.kind() {
        ErrorKind::Invalid { fields } if fields.iter().any(|problem| problem.field == "body") => Unheard::Unreadable,
        ErrorKind::Invalid { .. } => Unheard::Forged,
        _ => {
            tracing::warn!(%error, "the signature of an announcement could not be checked");
            Unheard::NotNow
        }
    }
}

async fn note_arrival(app: &App, row: &webhook::Model) -> Result<(), DbErr> {
    let now = app.now();
    // To the minute: a PSA announces every ticket of everybody.
    if row.last_delivery_at.is_some_and(|last| now - last < MINUTE) {
        return Ok(());
    }
    let change = webhook::ActiveModel {
        last_delivery_at: Set(Some(now)),
        ..Default::default()
    };
    webhook::Entity::update_many()
        .set(change)
        .filter(webhook::Column::IntegrationId.eq(row.integration_id))
        .exec(app.db.write())
        .await?;
    Ok(())
}

async fn is_known(app: &App, id: IntegrationId, deliveries: &BTreeSet<&str>) -> Result<bool, DbErr> {
    let known = webhook_delivery::Entity::find()
        .filter(webhook_delivery::Column::IntegrationId.eq(id))
        .filter(webhook_delivery::Column::Delivery.is_in(deliveries.iter().copied()));
    Ok(known.one(app.db.read()).await?.is_some())
}

/// Remembers that it was followed. When it was delivered twice at once, the second has been followed for nothing.
async fn remember(app: &App, row: &webhook::Model, deliveries: &BTreeSet<&str>) -> Result<(), Unheard> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let rows = deliveries.iter().map(|delivery| webhook_delivery::ActiveModel {
        integration_id: Set(row.integration_id),
        delivery: Set((*delivery).to_owned()),
        provider_id: Set(row.provider_id),
        received_at: Set(app.now()),
    });
    let inserted = webhook_delivery::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(app.db.write())
        .await?;
    match inserted {
        TryInsertResult::Inserted(rows) if rows > 0 => Ok(()),
        _ => Err(Unheard::Replayed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_forgery_from_nonsense_and_from_trouble() {
        for (error, forged, unreadable) in [
            (Error::invalid("signature", "x"), true, false),
            (Error::invalid("company_id", "x"), true, false),
            (Error::invalid("body", "x"), false, true),
            (Error::new(ErrorKind::Unavailable, "x"), false, false),
        ] {
            let refused = refusal(&error);
            assert_eq!(matches!(refused, Unheard::Forged), forged, "{error:?}");
            assert_eq!(matches!(refused, Unheard::Unreadable), unreadable, "{error:?}");
        }
    }
}
