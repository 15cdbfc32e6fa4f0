//! What a licence was, and for how long: whoever bills a month that is over counts what was in use then.

use std::collections::HashMap;

use psa_entities::{
    ProviderScope,
    ids::{LicenseId, LicensePeriodId},
    license::{self, Model},
    license_period::{self, Column, Entity},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, QuerySelect, sea_query::Expr};

use super::same;
use crate::database::rows::insert_all;

/// Those of the reported licences that are new or different.
pub(super) fn changed(reported: &[Model], known: &HashMap<String, Model>) -> Vec<Model> {
    let differs = |row: &&Model| known.get(&row.external_id).is_none_or(|known| !same(known, row));
    reported.iter().filter(differs).cloned().collect()
}

/// Ends what these licences were and begins what they are. They must have been stored: two reports may bring a licence for
/// the first time at once, and the id that it has is that of the first.
pub(super) async fn begin(db: &DatabaseTransaction, scope: ProviderScope, changed: Vec<Model>) -> Result<(), DbErr> {
    let Some(now) = changed.first().map(|row| row.reported_at) else {
        return Ok(());
    };
    let stored = scope
        .find::<license::Entity>()
        .filter(license::Column::ExternalId.is_in(changed.iter().map(|row| row.external_id.as_str())))
        .select_only()
        .columns([license::Column::ExternalId, license::Column::Id]);
    let ids: HashMap<String, LicenseId> = stored
        .into_tuple::<(String, LicenseId)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    scope
        .update_many::<Entity>()
        .filter(Column::LicenseId.is_in(ids.values().copied()))
        .filter(Column::Until.is_null())
        .col_expr(Column::Until, Expr::value(Some(now)))
        .exec(db)
        .await?;
    let periods = changed.into_iter().filter_map(|row| {
        let license_id = *ids.get(&row.external_id)?;
        Some(period(license_id, row))
    });
    insert_all::<Entity>(db, periods.collect()).await
}

fn period(license_id: LicenseId, row: Model) -> license_period::Model {
    license_period::Model {
        id: LicensePeriodId::at(row.reported_at),
        provider_id: row.provider_id,
        license_id,
        company_id: row.company_id,
        external_id: row.external_id,
        license_type: row.license_type,
        computer: row.computer,
        user_name: row.user_name,
        taken: row.taken,
        trial: row.trial,
        since: row.reported_at,
        until: None,
    }
}
