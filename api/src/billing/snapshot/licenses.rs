//! The licences that were in use at one moment.

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    billing_settings::LicenseMoment,
    license_period::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QuerySelect};

/// The moment that the settings ask for. A month that is going on is counted as it is now.
pub(super) fn moment(choice: LicenseMoment, month_end: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    match choice {
        LicenseMoment::MonthEnd => month_end.min(now),
        LicenseMoment::Planning => now,
    }
}

/// The licences that were in use and no trial at `moment`, with the moment that they were counted at: before the console
/// reported any licence nothing is known of them, so then they are counted `now`.
pub(super) async fn as_of(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    moment: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, Vec<Model>), DbErr> {
    let first = scope
        .find::<Entity>()
        .select_only()
        .column_as(Column::Since.min(), "first");
    let first: Option<Option<DateTime<Utc>>> = first.into_tuple().one(db).await?;
    let is_known = first.flatten().is_some_and(|first| first <= moment);
    let moment = if is_known { moment } else { now };
    let lasting = Condition::any()
        .add(Column::Until.is_null())
        .add(Column::Until.gt(moment));
    let in_use = scope
        .find::<Entity>()
        .filter(Column::Since.lte(moment))
        .filter(lasting)
        .filter(Column::Taken.eq(true))
        .filter(Column::Trial.eq(false));
    Ok((moment, in_use.all(db).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_that_is_over_is_counted_at_its_end() {
        let [end, before, after] = ["2026-12-01T00:00:00Z", "2026-11-20T10:00:00Z", "2026-12-03T10:00:00Z"]
            .map(|text| text.parse::<DateTime<Utc>>().unwrap());
        for (choice, now, expected) in [
            (LicenseMoment::MonthEnd, after, end),
            (LicenseMoment::MonthEnd, before, before),
            (LicenseMoment::Planning, after, after),
        ] {
            assert_eq!(moment(choice, end, now), expected, "{choice:?} {now}");
        }
    }
}
