//! The daily review: the ticket of every open incident is read by its id.
//!
//! It finds what a poll cannot: tickets that were deleted, and changes of tickets that do not bear our marker because ours
//! was merged into them.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::{Capability, Error, ErrorKind, record::TicketId};
use psa_entities::{
    ProviderScope,
    incident::{self, IncidentState},
    integration,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use super::{apply::apply, sight, watch};
use crate::{
    app::App,
    failure::{Failure, Outcome},
    integrations::health,
};

/// How often tickets are reviewed.
const EVERY: TimeDelta = TimeDelta::hours(24);

/// Reviews an integration when its last review is a day old.
///
/// # Errors
/// As [`review`].
pub async fn when_due(app: &App, integration: &integration::Model) -> Outcome<()> {
    let began = app.now();
    let last = watch::find(app, integration).await?.and_then(|watch| watch.reviewed_at);
    if !is_due(last, began) {
        return Ok(());
    }
    review(app, integration).await?;
    Ok(watch::reviewed(app, integration, began).await?)
}

/// Reads the ticket of every open incident, and applies what is found. A ticket that the PSA refuses to show keeps the
/// others from nothing.
///
/// # Errors
/// The PSA cannot be asked now; keys that it does not accept break the integration.
pub async fn review(app: &App, integration: &integration::Model) -> Outcome<()> {
    let scope = ProviderScope::new(integration.provider_id);
    let connector = app.connections.get(app, scope, integration).await?;
    if !connector.descriptor().capabilities.has(Capability::Tickets) {
        return Ok(());
    }
    let tickets: Vec<Option<String>> = scope
        .find::<incident::Entity>()
        .filter(incident::Column::IntegrationId.eq(integration.id))
        .filter(incident::Column::State.is_in([IncidentState::Open, IncidentState::Recovered]))
        .filter(incident::Column::TicketExternalId.is_not_null())
        .select_only()
        .column(incident::Column::TicketExternalId)
        .into_tuple()
        .all(app.db.read())
        .await?;
    // Some may stand for several incidents.
    let tickets: BTreeSet<String> = tickets.into_iter().flatten().collect();
    for ticket in tickets {
        match sight::look(connector.as_ref(), &TicketId::new(ticket)).await {
            Ok(sighting) => apply(app, scope, integration.id, vec![sighting]).await?,
            Err(error) if stops(&error) => {
                health::report(app, scope, integration.id, &error).await?;
                return Err(Failure::from(&error));
            }
            Err(error) => tracing::warn!(%error, integration.id = %integration.id, "a ticket could not be reviewed"),
        }
    }
    Ok(())
}

fn is_due(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| now - last >= EVERY)
}

/// Whether the other tickets would meet the same error.
fn stops(error: &Error) -> bool {
    error.is_temporary() || *error.kind() == ErrorKind::Unauthorized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_due_daily() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(7);
        assert!(is_due(None, now) && is_due(Some(now - TimeDelta::hours(24)), now));
        assert!(!is_due(Some(now - TimeDelta::hours(23)), now));
    }

    #[test]
    fn only_what_all_tickets_would_meet_ends_a_review() {
        for (kind, ends) in [
            (ErrorKind::Unauthorized, true),
            (ErrorKind::Unavailable, true),
            (ErrorKind::RateLimited, true),
            (ErrorKind::Forbidden { right: None }, false),
            (ErrorKind::Protocol, false),
        ] {
            assert_eq!(stops(&Error::new(kind.clone(), "x")), ends, "{kind:?}");
        }
    }
}
