//! What the agents' tickets have in common.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    audit_entry::AuditAction,
    ids::IntegrationId,
    ticket_settings::{self, NoteVisibility, OnRecovery, TicketMode},
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable, sea_query::OnConflict,
};

use super::{expect_version, shown};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
    tickets::holds,
};

/// Enough for a bad night at a large company, and few enough to be read.
const USUAL_STORM: StormCap = StormCap {
    tickets: 50,
    minutes: 60,
};

/// How many new tickets a company may have within a time before its further conditions share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StormCap {
    /// The tickets.
    pub tickets: i32,
    /// The time, in minutes.
    pub minutes: i32,
}

/// A change of the shared settings. What is `None` stays as it is.
#[derive(Debug, Default, Clone, Copy)]
pub struct SharedChange {
    /// What a further event does.
    pub mode: Option<TicketMode>,
    /// What a recovery does.
    pub on_recovery: Option<OnRecovery>,
    /// Whether tickets that a person touched stay open.
    pub close_only_untouched: Option<bool>,
    /// For how many days a closed ticket is reopened.
    pub reopen_within_days: Option<i32>,
    /// After how many repeats the priority is raised; an inner `None` never raises it.
    pub escalate_after: Option<Option<i32>>,
    /// From when on conditions share a ticket; an inner `None` never.
    pub storm: Option<Option<StormCap>>,
    /// After how many days a held delivery is given up; an inner `None` never.
    pub expire_after_days: Option<Option<i32>>,
    /// Who sees notes.
    pub notes: Option<NoteVisibility>,
    /// The version that the change was made from.
    pub expected_version: Option<i32>,
}

impl SharedChange {
    /// What is out of range.
    fn mistakes(&self) -> Vec<UserError> {
        let storm = self.storm.flatten();
        let checks: [(&str, Option<i32>, RangeInclusive<i32>, &str); 5] = [
            (
                "reopenWithinDays",
                self.reopen_within_days,
                0..=365,
                "Send 0 to never reopen a ticket.",
            ),
            (
                "escalateAfterRepeats",
                self.escalate_after.flatten(),
                1..=1_000,
                "Send null to never raise the priority.",
            ),
            (
                "stormCap.tickets",
                storm.map(|storm| storm.tickets),
                1..=10_000,
                "Send null as stormCap to give every condition a ticket of its own.",
            ),
            (
                "stormCap.minutes",
                storm.map(|storm| storm.minutes),
                1..=10_080,
                "Send null as stormCap to give every condition a ticket of its own.",
            ),
            (
                "expireAfterDays",
                self.expire_after_days.flatten(),
                1..=365,
                "Send null to hold deliveries for as long as it takes.",
            ),
        ];
        let wrong = checks.into_iter().filter_map(|(field, value, range, remedy)| {
            value.filter(|value| !range.contains(value))?;
            let message = format!("It must be between {} and {}.", range.start(), range.end());
            Some(
                UserError::new(ErrorCode::Invalid, message)
                    .at(field)
                    .with_remedy(remedy),
            )
        });
        wrong.collect()
    }
}

/// The shared settings of an integration.
///
/// # Errors
/// Only of the database.
pub async fn shared(app: &App, scope: ProviderScope, id: IntegrationId) -> Result<ticket_settings::Model, DbErr> {
    Ok(stored_shared(app.db.read(), scope, id)
        .await?
        .unwrap_or_else(|| usual(scope, id, app.now())))
}

/// The shared settings before anybody changes them: one ticket for a condition, closed when it recovers unless a person
/// has worked on it; notes for the provider's people alone.
pub fn usual(scope: ProviderScope, integration: IntegrationId, at: DateTime<Utc>) -> ticket_settings::Model {
    ticket_settings::Model {
        integration_id: integration,
        provider_id: scope.provider_id(),
        mode: TicketMode::AppendToOpen,
        on_recovery: OnRecovery::Close,
        close_only_untouched: true,
        reopen_within_days: 0,
        escalate_after: None,
        storm_tickets: Some(USUAL_STORM.tickets),
        storm_minutes: USUAL_STORM.minutes,
        expire_after_days: None,
        notes: NoteVisibility::Internal,
        version: 0,
        updated_at: at,
    }
}

/// Changes the shared settings.
///
/// # Errors
/// `NOT_FOUND`; `INVALID` at the fields that are out of range; `CONFLICT` when they were changed meanwhile.
pub async fn update_shared(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    change: SharedChange,
) -> Outcome<ticket_settings::Model> {
    let scope = stamp.scope;
    let errors = change.mistakes();
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let now = stamp.at;
    let transaction = app.db.begin().await?;
    // Of two changes at once the later one waits here, and then meets the earlier one's version.
    let integration = integrations::hold(&transaction, scope, id).await?;
    let before = stored_shared(&transaction, scope, id)
        .await?
        .unwrap_or_else(|| usual(scope, id, now));
    expect_version(change.expected_version, before.version)?;
    let row = ticket_settings::Model {
        mode: change.mode.unwrap_or(before.mode),
        on_recovery: change.on_recovery.unwrap_or(before.on_recovery),
        close_only_untouched: change.close_only_untouched.unwrap_or(before.close_only_untouched),
        reopen_within_days: change.reopen_within_days.unwrap_or(before.reopen_within_days),
        escalate_after: change.escalate_after.unwrap_or(before.escalate_after),
        storm_tickets: change
            .storm
            .map_or(before.storm_tickets, |storm| storm.map(|storm| storm.tickets)),
        storm_minutes: change
            .storm
            .flatten()
            .map_or(before.storm_minutes, |storm| storm.minutes),
        expire_after_days: change.expire_after_days.unwrap_or(before.expire_after_days),
        notes: change.notes.unwrap_or(before.notes),
        version: before.version + 1,
        updated_at: now,
        ..before.clone()
    };
    let replace = OnConflict::column(ticket_settings::Column::IntegrationId)
        .update_columns(ticket_settings::Column::iter())
        .to_owned();
    ticket_settings::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(AuditAction::TicketSettingsChanged, &integration);
    let entry = entry.changing(&shown::shared(&before), &shown::shared(&row));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    holds::release_held(app, scope, id).await?;
    Ok(row)
}

async fn stored_shared(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: IntegrationId,
) -> Result<Option<ticket_settings::Model>, DbErr> {
    scope.find_by_id::<ticket_settings::Entity>(id).one(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_named_all_at_once() {
        let change = SharedChange {
            reopen_within_days: Some(-1),
            escalate_after: Some(Some(0)),
            storm: Some(Some(StormCap {
                tickets: 0,
                minutes: 10_081,
            })),
            expire_after_days: Some(Some(366)),
            ..SharedChange::default()
        };
        let fields: Vec<_> = change.mistakes().iter().map(|error| error.field.join(".")).collect();
        assert_eq!(
            fields,
            [
                "reopenWithinDays",
                "escalateAfterRepeats",
                "stormCap.tickets",
                "stormCap.minutes",
                "expireAfterDays"
            ]
        );
        let off = SharedChange {
            reopen_within_days: Some(0),
            escalate_after: Some(None),
            storm: Some(None),
            expire_after_days: Some(None),
            ..SharedChange::default()
        };
        assert_eq!(off.mistakes(), []);
    }
}
