//! Days and months as the provider counts them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use psa_entities::{ProviderScope, YearMonth, provider};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::failure::{Fault, Outcome};

/// The provider of a scope.
///
/// # Errors
/// Only of the database: whoever has a scope has a provider.
pub async fn provider(db: &impl ConnectionTrait, scope: ProviderScope) -> Outcome<provider::Model> {
    let row = provider::Entity::find_by_id(scope.provider_id()).one(db).await?;
    Ok(row.ok_or_else(|| Fault::Inconsistent(format!("the provider {} does not exist", scope.provider_id())))?)
}

/// The day that it is in the provider's time zone.
///
/// # Errors
/// The stored time zone does not exist.
pub fn today(provider: &provider::Model, now: DateTime<Utc>) -> Result<NaiveDate, Fault> {
    Ok(now.with_timezone(&zone(provider)?).date_naive())
}

/// The instant at which `month` ends in the provider's time zone.
///
/// # Errors
/// The stored time zone does not exist.
pub fn end_of(month: YearMonth, provider: &provider::Model) -> Result<DateTime<Utc>, Fault> {
    let zone = zone(provider)?;
    let midnight = month.next().first_day().and_time(NaiveTime::MIN);
    // Where clocks go forward at midnight, the day begins when they have.
    let begins = (0..=3).find_map(|hours| {
        zone.from_local_datetime(&(midnight + TimeDelta::hours(hours)))
            .earliest()
    });
    Ok(begins.map_or_else(|| midnight.and_utc(), |begins| begins.to_utc()))
}

fn zone(provider: &provider::Model) -> Result<chrono_tz::Tz, Fault> {
    let unknown = |_| Fault::Inconsistent(format!("the time zone {} does not exist", provider.time_zone));
    provider.time_zone.parse().map_err(unknown)
}

/// Whether the last day of `month` is over.
pub fn has_ended(month: YearMonth, today: NaiveDate) -> bool {
    month.last_day() < today
}

/// The billing day in `month`: the day of that number, or the month's last day when it has no such day.
pub fn billing_day(month: YearMonth, number: i16) -> NaiveDate {
    let days = u64::try_from(number).unwrap_or(1).saturating_sub(1);
    let day = month.first_day().checked_add_days(chrono::Days::new(days));
    day.map_or_else(|| month.last_day(), |day| day.min(month.last_day()))
}

/// The next billing day, which may be `today`.
pub fn next_billing_day(today: NaiveDate, number: i16) -> NaiveDate {
    let month = YearMonth::of(today);
    let this_month = billing_day(month, number);
    if this_month >= today {
        this_month
    } else {
        billing_day(month.next(), number)
    }
}

#[cfg(test)]
mod tests {
    use psa_entities::ProviderId;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_billing_day_never_leaves_its_month() {
        for (month, number, day) in [
            ("2026-11", 1, "2026-11-01"),
            ("2026-11", 31, "2026-11-30"),
            ("2028-02", 30, "2028-02-29"),
            ("2026-12", 31, "2026-12-31"),
        ] {
            assert_eq!(billing_day(month.parse().unwrap(), number), date(day));
        }
    }

    #[test]
    fn the_next_billing_day_is_today_at_the_earliest() {
        for (today, number, next) in [
            ("2026-11-05", 5, "2026-11-05"),
            ("2026-11-06", 5, "2026-12-05"),
            ("2026-12-31", 1, "2027-01-01"),
            ("2027-01-31", 31, "2027-01-31"),
            ("2027-02-01", 31, "2027-02-28"),
        ] {
            assert_eq!(next_billing_day(date(today), number), date(next), "{today} {number}");
        }
    }

    fn provider_in(time_zone: &str) -> provider::Model {
        provider::Model {
            id: ProviderId::at(DateTime::UNIX_EPOCH),
            external_key: "acme".to_owned(),
            name: "Acme".to_owned(),
            time_zone: time_zone.to_owned(),
            currency: "USD".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_month_ends_by_the_providers_clock() {
        let instant: DateTime<Utc> = "2026-12-01T04:30:00Z".parse().unwrap();
        for (time_zone, ended, end) in [
            ("UTC", true, "2026-12-01T00:00:00Z"),
            ("Europe/Berlin", true, "2026-11-30T23:00:00Z"),
            ("America/New_York", false, "2026-12-01T05:00:00Z"),
        ] {
            let (provider, month) = (provider_in(time_zone), "2026-11".parse().unwrap());
            let has_ended = has_ended(month, today(&provider, instant).unwrap());
            assert_eq!(has_ended, ended, "{time_zone}");
            let end: DateTime<Utc> = end.parse().unwrap();
            assert_eq!(end_of(month, &provider).unwrap(), end, "{time_zone}");
        }
    }

    #[test]
    fn a_day_without_a_midnight_begins_when_the_clocks_have_gone_forward() {
        // In Asunción the first of October 2017 began at one.
        let end = end_of("2017-09".parse().unwrap(), &provider_in("America/Asuncion")).unwrap();
        assert_eq!(end, "2017-10-01T04:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }
}
