//! Billing by the calendar: which month the schedule has to bill, as a pure function, and beginning its run.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use psa_entities::{
    ProviderScope, YearMonth,
    billing_run::{Column, Entity, RunTrigger},
    ids::{BillingRunId, ConsoleCompanyId, IntegrationId},
    integration::{self, IntegrationStatus},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

use super::{calendar, companies, runs, settings};
use crate::{app::App, audit::Stamp, auth::actor::SYSTEM, failure::Outcome, integrations};

/// What is known of an integration's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The day that it is for the provider.
    pub today: NaiveDate,
    /// The day of the month on which the month before is billed.
    pub billing_day: i16,
    /// The companies that the schedule bills, with the day since when it does.
    pub companies: Vec<(ConsoleCompanyId, NaiveDate)>,
    /// The newest month that the schedule has planned.
    pub planned: Option<YearMonth>,
}

/// A run that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The month.
    pub month: YearMonth,
    /// The companies.
    pub companies: BTreeSet<ConsoleCompanyId>,
}

/// What is due: the month before the last billing day that has come, unless it was planned.
///
/// After a time without a server the last such month is made up for, and none before it. A company that was given to the
/// schedule after that billing day waits for the next one.
pub fn due(known: &Known) -> Option<Due> {
    let this_month = YearMonth::of(known.today);
    let in_month = if calendar::billing_day(this_month, known.billing_day) <= known.today {
        this_month
    } else {
        this_month.previous()
    };
    let (day, month) = (calendar::billing_day(in_month, known.billing_day), in_month.previous());
    if known.planned.is_some_and(|planned| planned >= month) {
        return None;
    }
    let waiting = known.companies.iter().filter(|(_, since)| *since <= day);
    let companies: BTreeSet<ConsoleCompanyId> = waiting.map(|(company, _)| *company).collect();
    (!companies.is_empty()).then_some(Due { month, companies })
}

/// Begins the run that is due for an integration, if there is one. An integration that is not active waits: its month is
/// made up for when it is.
///
/// # Errors
/// Only of the database.
pub async fn begin_due(app: &App, integration: &integration::Model) -> Outcome<Option<BillingRunId>> {
    let stamp = Stamp {
        scope: ProviderScope::new(integration.provider_id),
        by: &SYSTEM,
        at: app.now(),
    };
    if due(&known(app.db.read(), stamp.scope, integration, stamp.at).await?).is_none() {
        return Ok(None);
    }
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, stamp.scope, integration.id).await?;
    if integration.status != IntegrationStatus::Active || integration.problem.is_some() {
        return Ok(None);
    }
    // Another process may have begun it meanwhile; who holds the integration sees that.
    let Some(due) = due(&known(&transaction, stamp.scope, &integration, stamp.at).await?) else {
        return Ok(None);
    };
    let new = runs::NewRun {
        integration: integration.id,
        month: due.month,
        companies: Some(due.companies.into_iter().collect()),
        trigger: RunTrigger::Schedule,
        allow_open_month: false,
        licenses_at: None,
    };
    let (run, _) = runs::begin(&transaction, stamp, new).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(Some(run.id))
}

async fn known(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: &integration::Model,
    now: DateTime<Utc>,
) -> Outcome<Known> {
    let provider = calendar::provider(db, scope).await?;
    let mut companies = Vec::new();
    for row in companies::automatic(db, scope, integration.id).await? {
        if let Some(since) = row.auto_since {
            companies.push((row.company_id, calendar::today(&provider, since)?));
        }
    }
    Ok(Known {
        today: calendar::today(&provider, now)?,
        billing_day: settings::load(db, scope, integration).await?.billing_day,
        companies,
        planned: planned(db, scope, integration.id).await?,
    })
}

/// The newest month that the schedule has planned, whatever became of the run.
async fn planned(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Outcome<Option<YearMonth>> {
    let newest = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::Trigger.eq(RunTrigger::Schedule))
        .order_by_desc(Column::Month)
        .one(db)
        .await?;
    Ok(newest.map(|run| run.month))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn company(number: u128) -> ConsoleCompanyId {
        ConsoleCompanyId::from_uuid(Uuid::from_u128(number))
    }

    fn known(today: &str, billing_day: i16, planned: Option<&str>) -> Known {
        Known {
            today: today.parse().unwrap(),
            billing_day,
            companies: vec![(company(1), "2026-01-20".parse().unwrap())],
            planned: planned.map(|month| month.parse().unwrap()),
        }
    }

    #[test]
    fn the_month_before_the_last_billing_day_is_due_once() {
        for (today, day, planned, expected) in [
            ("2026-11-05", 5, Some("2026-09"), Some("2026-10")),
            ("2026-11-05", 5, Some("2026-10"), None),
            ("2026-11-04", 5, Some("2026-09"), None),
            // A server that slept over several billing days makes up for the last of them.
            ("2026-11-04", 5, Some("2026-06"), Some("2026-09")),
            ("2026-11-24", 5, Some("2026-06"), Some("2026-10")),
            // The last day of a month that is too short for the number.
            ("2026-11-30", 31, Some("2026-09"), Some("2026-10")),
            ("2026-11-29", 31, Some("2026-09"), None),
            ("2028-02-29", 30, Some("2027-12"), Some("2028-01")),
            // Somebody moved the billing day back: no month is billed twice.
            ("2026-11-06", 1, Some("2026-10"), None),
            ("2026-03-01", 1, None, Some("2026-02")),
        ] {
            let found = due(&known(today, day, planned)).map(|due| due.month.to_string());
            assert_eq!(found.as_deref(), expected, "{today} {day} {planned:?}");
        }
    }

    #[test]
    fn a_company_is_billed_from_the_next_billing_day_on() {
        let mut known = known("2026-11-05", 5, None);
        known.companies.push((company(2), "2026-11-06".parse().unwrap()));
        known.companies.push((company(3), "2026-11-05".parse().unwrap()));
        assert_eq!(due(&known).unwrap().companies, BTreeSet::from([company(1), company(3)]));
        known.companies.retain(|(id, _)| *id == company(2));
        assert_eq!(due(&known), None);
        known.today = "2026-12-05".parse().unwrap();
        assert_eq!(due(&known).unwrap().month.to_string(), "2026-11");
    }
}
