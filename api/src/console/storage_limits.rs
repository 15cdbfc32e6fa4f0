//! Storage limits of the console, which it also calls packages, and who has them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use psa_entities::{
    Exact, ProviderScope,
    ids::{ConsoleCompanyId, StorageLimitId, StorageLimitUseId},
    storage_limit, storage_limit_use,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, QueryFilter, sea_query::OnConflict};

use super::{
    batch::{self, Batch, RecordResult},
    companies, text,
};
use crate::{
    app::App,
    billing::{calendar, prices},
    failure::{ErrorCode, Outcome, UserError},
};

/// A storage limit as the console knows it.
#[derive(Debug)]
pub struct LimitReport {
    /// Its id in the console.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// What the console charges for it in a month, in the provider's currency.
    pub unit_price: Option<Decimal>,
}

/// A storage limit that somebody has.
#[derive(Debug)]
pub struct LimitUseReport {
    /// The console's id of the assignment.
    pub external_id: String,
    /// The console's id of the company that is charged.
    pub company_external_id: String,
    /// The console's id of the limit.
    pub storage_limit_external_id: String,
    /// Who has it.
    pub label: String,
    /// The first day, in the provider's time zone; `None` keeps what was reported, else today.
    pub first_day: Option<NaiveDate>,
    /// The last day; `None` while they have it.
    pub last_day: Option<NaiveDate>,
}

/// Stores reported storage limits. Limits that are not in the batch stay as they are.
///
/// # Errors
/// `INVALID` at `records`: too many records. What is wrong with a record is in its result.
pub async fn report(app: &App, scope: ProviderScope, records: Vec<LimitReport>) -> Outcome<Vec<RecordResult>> {
    use storage_limit::{Column, Entity, Model};
    batch::check_size("records", records.len())?;
    let now = app.now();
    let limit = |record: LimitReport| match prices::price_error("unitPrice", record.unit_price) {
        Some(error) => Err(error),
        None => Ok(Model {
            id: StorageLimitId::at(now),
            provider_id: scope.provider_id(),
            external_id: text::required(&record.external_id, "externalId", text::LONGEST_ID)?,
            name: text::required(&record.name, "name", text::LONGEST_NAME)?,
            unit_price: record.unit_price.map(Exact),
        }),
    };
    let mut batch = Batch::check(records, |record| Some(record.external_id.clone()), limit);
    batch.reject_repeats("externalId", |row| row.external_id.clone());
    let db = app.db.begin().await?;
    let ids = batch.accepted().map(|row| row.external_id.as_str());
    let known = scope
        .find::<Entity>()
        .filter(Column::ExternalId.is_in(ids))
        .all(&db)
        .await?;
    let known: HashMap<_, _> = known.into_iter().map(|row| (row.external_id.clone(), row)).collect();
    let same = |known: &Model, row: &Model| (&known.name, known.unit_price) == (&row.name, row.unit_price);
    let (results, mut rows) = batch.finish(|row| batch::outcome(known.get(&row.external_id), |known| same(known, row)));
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    let replace = OnConflict::columns([Column::ProviderId, Column::ExternalId])
        .update_columns([Column::Name, Column::UnitPrice])
        .to_owned();
    batch::store::<Entity>(&db, rows, replace).await?;
    db.commit().await?;
    Ok(results)
}

/// Stores who has which limit. Assignments that are not in the batch stay as they are: report one that ended with its last
/// day.
///
/// # Errors
/// `INVALID` at `records`: too many records. What is wrong with a record is in its result.
pub async fn report_uses(app: &App, scope: ProviderScope, records: Vec<LimitUseReport>) -> Outcome<Vec<RecordResult>> {
    use storage_limit_use::{Column, Entity, Model};
    batch::check_size("records", records.len())?;
    let now = app.now();
    let db = app.db.begin().await?;
    let today = calendar::today(&calendar::provider(&db, scope).await?, now)?;
    let ids: HashSet<&str> = records.iter().map(|record| record.external_id.trim()).collect();
    let known = scope
        .find::<Entity>()
        .filter(Column::ExternalId.is_in(ids))
        .all(&db)
        .await?;
    let known: HashMap<String, Model> = known.into_iter().map(|row| (row.external_id.clone(), row)).collect();
    let companies = records.iter().map(|record| record.company_external_id.trim());
    let limits = records.iter().map(|record| record.storage_limit_external_id.trim());
    let judge = Judge {
        scope,
        now,
        today,
        companies: companies::by_external_id(&db, scope, companies).await?,
        limits: scope
            .find::<storage_limit::Entity>()
            .filter(storage_limit::Column::ExternalId.is_in(limits))
            .all(&db)
            .await?
            .into_iter()
            .map(|row| (row.external_id, row.id))
            .collect(),
    };
    let mut batch = Batch::check(
        records,
        |record| Some(record.external_id.clone()),
        |record| judge.row(&record, known.get(record.external_id.trim())),
    );
    batch.reject_repeats("externalId", |row| row.external_id.clone());
    let (results, mut rows) = batch.finish(|row| batch::outcome(known.get(&row.external_id), |known| known == row));
    rows.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    let replace = OnConflict::columns([Column::ProviderId, Column::ExternalId])
        .update_columns([
            Column::CompanyId,
            Column::StorageLimitId,
            Column::Label,
            Column::FirstDay,
            Column::LastDay,
        ])
        .to_owned();
    batch::store::<Entity>(&db, rows, replace).await?;
    db.commit().await?;
    Ok(results)
}

/// What decides whether a record can be stored.
struct Judge {
    scope: ProviderScope,
    now: DateTime<Utc>,
    today: NaiveDate,
    companies: HashMap<String, ConsoleCompanyId>,
    limits: HashMap<String, StorageLimitId>,
}

impl Judge {
    fn row(
        &self,
        record: &LimitUseReport,
        known: Option<&storage_limit_use::Model>,
    ) -> Result<storage_limit_use::Model, UserError> {
        let company = text::required(&record.company_external_id, "companyExternalId", text::LONGEST_ID)?;
        let limit = text::required(
            &record.storage_limit_external_id,
            "storageLimitExternalId",
            text::LONGEST_ID,
        )?;
        let unknown_limit = || {
            let message = format!("The console has reported no storage limit `{limit}`.");
            UserError::new(ErrorCode::NotFound, message)
                .at("storageLimitExternalId")
                .with_remedy("Report the limit first with reportStorageLimits, then send this record again.")
        };
        let first_day = record
            .first_day
            .or(known.map(|row| row.first_day))
            .unwrap_or(self.today);
        if let Some(last) = record.last_day.filter(|last| *last < first_day) {
            let message = format!("It would end on {last}, before it begins on {first_day}.");
            let error = UserError::new(ErrorCode::Invalid, message).at("lastDay");
            return Err(error.with_remedy("Send the first day as well, or a later last day."));
        }
        Ok(storage_limit_use::Model {
            id: known.map_or_else(|| StorageLimitUseId::at(self.now), |row| row.id),
            provider_id: self.scope.provider_id(),
            company_id: *self
                .companies
                .get(&company)
                .ok_or_else(|| companies::unknown(&company))?,
            storage_limit_id: *self.limits.get(&limit).ok_or_else(unknown_limit)?,
            external_id: text::required(&record.external_id, "externalId", text::LONGEST_ID)?,
            label: text::required(&record.label, "label", text::LONGEST_NAME)?,
            first_day,
            last_day: record.last_day,
        })
    }
}

#[cfg(test)]
mod tests {
    use psa_entities::ids::ProviderId;

    use super::*;

    fn judge(
        change: impl FnOnce(&mut LimitUseReport),
        known: Option<&storage_limit_use::Model>,
    ) -> Result<storage_limit_use::Model, UserError> {
        let now: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let mut record = LimitUseReport {
            external_id: "A-1".into(),
            company_external_id: "C-1".into(),
            storage_limit_external_id: "P-1".into(),
            label: "ada@contoso.example".into(),
            first_day: None,
            last_day: None,
        };
        change(&mut record);
        let judge = Judge {
            scope: ProviderScope::new(ProviderId::at(now)),
            now,
            today: now.date_naive(),
            companies: HashMap::from([("C-1".to_owned(), ConsoleCompanyId::at(now))]),
            limits: HashMap::from([("P-1".to_owned(), StorageLimitId::at(now))]),
        };
        judge.row(&record, known)
    }

    #[test]
    fn an_assignment_begins_when_it_is_first_reported_and_keeps_that_day() {
        let mut known = judge(|_| (), None).unwrap();
        assert_eq!(known.first_day.to_string(), "2026-11-24");
        known.first_day = "2026-03-01".parse().unwrap();
        let ended = judge(|record| record.last_day = "2026-11-20".parse().ok(), Some(&known)).unwrap();
        assert_eq!((ended.id, ended.first_day), (known.id, known.first_day));
    }

    #[test]
    fn what_cannot_be_is_named_at_its_field() {
        type Change = fn(&mut LimitUseReport);
        let cases: [(&str, Change); 4] = [
            ("companyExternalId", |record| record.company_external_id = "C-2".into()),
            ("storageLimitExternalId", |record| {
                record.storage_limit_external_id = "P-2".into();
            }),
            ("label", |record| record.label = " ".into()),
            ("lastDay", |record| record.last_day = "2026-11-23".parse().ok()),
        ];
        for (field, change) in cases {
            assert_eq!(judge(change, None).unwrap_err().field, [field]);
        }
    }
}
