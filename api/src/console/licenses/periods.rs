//! What a licence was, and for how long: whoever bills a month that is over counts what was in use then.

use std::collections::HashMap;

use psa_entities::{
    ProviderScope,
    ids::LicensePeriodId,
    license::Model,
    license_period::{self, Column, Entity},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, sea_query::Expr};

use super::same;
use crate::database::rows::insert_all;

/// The licences that a report brings for the first time or differently, as they are from now on.
pub(super) fn changed(reported: &[Model], known: &HashMap<String, Model>) -> Vec<license_period::Model> {
    let period = |row: &Model| {
        let before = known.get(&row.external_id);
        let is_same = before.is_some_and(|before| same(before, row));
        (!is_same).then(|| license_period::Model {
            id: LicensePeriodId::at(row.reported_at),
            provider_id: row.provider_id,
            license_id: before.map_or(row.id, |before| before.id),
            company_id: row.company_id,
            external_id: row.external_id.clone(),
            license_type: row.license_type.clone(),
            computer: row.computer.clone(),
            user_name: row.user_name.clone(),
            taken: row.taken,
            trial: row.trial,
            since: row.reported_at,
            until: None,
        })
    };
    reported.iter().filter_map(period).collect()
}

/// Ends what these licences were and begins what they are.
pub(super) async fn begin(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    periods: Vec<license_period::Model>,
) -> Result<(), DbErr> {
    let Some(first) = periods.first() else { return Ok(()) };
    scope
        .update_many::<Entity>()
        .filter(Column::LicenseId.is_in(periods.iter().map(|period| period.license_id)))
        .filter(Column::Until.is_null())
        .col_expr(Column::Until, Expr::value(Some(first.since)))
        .exec(db)
        .await?;
    insert_all::<Entity>(db, periods).await
}
