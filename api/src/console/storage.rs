//! Storage accounts of the console and what each company kept on them, day by day.

use std::collections::HashMap;

use async_graphql::InputObject;
use chrono::{DateTime, Days, NaiveDate, Utc};
use psa_entities::{
    ProviderScope,
    ids::{ConsoleCompanyId, StorageAccountId, StorageSampleId},
    storage_account, storage_sample,
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::OnConflict};

use super::{
    batch::{self, Batch, RecordResult},
    companies, text,
};
use crate::{
    app::App,
    failure::{ErrorCode, Outcome, UserError},
};

/// A storage account as the console knows it.
#[derive(Debug, InputObject)]
pub struct StorageAccountReport {
    /// Its id in the console. It never changes.
    pub external_id: String,
    /// Its name.
    pub name: String,
}

/// What one company kept on one storage account on one day.
#[derive(Debug)]
pub struct UsageReport {
    /// The console's id of the company.
    pub company_external_id: String,
    /// The console's id of the storage account.
    pub storage_account_external_id: String,
    /// The day, in the provider's time zone.
    pub day: NaiveDate,
    /// Volume stored, in bytes.
    pub backup_bytes: i64,
    /// Volume restored on that day, in bytes.
    pub restored_bytes: i64,
}

/// Stores reported storage accounts. Accounts that are not in the batch stay as they are.
///
/// # Errors
/// `INVALID` at `records`: too many records. What is wrong with a record is in its result.
pub async fn report_accounts(
    app: &App,
    scope: ProviderScope,
    records: Vec<StorageAccountReport>,
) -> Outcome<Vec<RecordResult>> {
    use storage_account::{Column, Entity, Model};
    batch::check_size("records", records.len())?;
    let now = app.now();
    let account = |record: StorageAccountReport| {
        Ok(Model {
            id: StorageAccountId::at(now),
            provider_id: scope.provider_id(),
            external_id: text::required(&record.external_id, "externalId", text::LONGEST_ID)?,
            name: text::required(&record.name, "name", text::LONGEST_NAME)?,
        })
    };
    let mut batch = Batch::check(records, |record| Some(record.external_id.clone()), account);
    batch.reject_repeats("externalId", |row| row.external_id.clone());
    let db = app.db.begin().await?;
    let ids = batch.accepted().map(|row| row.external_id.as_str());
    let known = scope
        .find::<Entity>()
        .filter(Column::ExternalId.is_in(ids))
        .all(&db)
        .await?;
    let known: HashMap<_, _> = known.into_iter().map(|row| (row.external_id.clone(), row)).collect();
    let (results, mut rows) =
        batch.finish(|row| batch::outcome(known.get(&row.external_id), |known| known.name == row.name));
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    let replace = OnConflict::columns([Column::ProviderId, Column::ExternalId])
        .update_column(Column::Name)
        .to_owned();
    batch::store::<Entity>(&db, rows, replace).await?;
    db.commit().await?;
    Ok(results)
}

/// Stores reported usage. A day that is reported again replaces what was reported for it before.
///
/// # Errors
/// `INVALID` at `records`: too many records. What is wrong with a record is in its result.
pub async fn report_usage(app: &App, scope: ProviderScope, records: Vec<UsageReport>) -> Outcome<Vec<RecordResult>> {
    use storage_sample::{Column, Entity};
    batch::check_size("records", records.len())?;
    let now = app.now();
    let db = app.db.begin().await?;
    let owners = Owners {
        companies: companies::by_external_id(
            &db,
            scope,
            records.iter().map(|record| record.company_external_id.trim()),
        )
        .await?,
        accounts: scope
            .find::<storage_account::Entity>()
            .filter(
                storage_account::Column::ExternalId
                    .is_in(records.iter().map(|record| record.storage_account_external_id.trim())),
            )
            .all(&db)
            .await?
            .into_iter()
            .map(|row| (row.external_id, row.id))
            .collect(),
    };
    let mut batch = Batch::check(records, |_| None, |record| sample(scope, now, &owners, &record));
    batch.reject_repeats("day", key);
    let known: HashMap<_, _> = scope
        .find::<Entity>()
        .filter(Column::CompanyId.is_in(batch.accepted().map(|row| row.company_id)))
        .filter(Column::StorageAccountId.is_in(batch.accepted().map(|row| row.storage_account_id)))
        .filter(Column::Day.is_in(batch.accepted().map(|row| row.day)))
        .all(&db)
        .await?
        .into_iter()
        .map(|row| (key(&row), row))
        .collect();
    let (results, mut rows) = batch.finish(|row| {
        batch::outcome(known.get(&key(row)), |known| {
            (known.backup_bytes, known.restored_bytes) == (row.backup_bytes, row.restored_bytes)
        })
    });
    rows.sort_by_key(key);
    let replace = OnConflict::columns([Column::CompanyId, Column::StorageAccountId, Column::Day])
        .update_columns([Column::BackupBytes, Column::RestoredBytes])
        .to_owned();
    batch::store::<Entity>(&db, rows, replace).await?;
    db.commit().await?;
    Ok(results)
}

struct Owners {
    companies: HashMap<String, ConsoleCompanyId>,
    accounts: HashMap<String, StorageAccountId>,
}

fn key(row: &storage_sample::Model) -> (ConsoleCompanyId, StorageAccountId, NaiveDate) {
    (row.company_id, row.storage_account_id, row.day)
}

fn sample(
    scope: ProviderScope,
    now: DateTime<Utc>,
    owners: &Owners,
    record: &UsageReport,
) -> Result<storage_sample::Model, UserError> {
    let company = text::required(&record.company_external_id, "companyExternalId", text::LONGEST_ID)?;
    let account = text::required(
        &record.storage_account_external_id,
        "storageAccountExternalId",
        text::LONGEST_ID,
    )?;
    let unknown_account = || {
        UserError::new(
            ErrorCode::NotFound,
            format!("The console has reported no storage account `{account}`."),
        )
        .at("storageAccountExternalId")
        .with_remedy("Report the account first with reportStorageAccounts, then send this record again.")
    };
    Ok(storage_sample::Model {
        id: StorageSampleId::at(now),
        provider_id: scope.provider_id(),
        company_id: *owners
            .companies
            .get(&company)
            .ok_or_else(|| companies::unknown(&company))?,
        storage_account_id: *owners.accounts.get(&account).ok_or_else(unknown_account)?,
        day: past_day(record.day, now)?,
        backup_bytes: volume(record.backup_bytes, "backupBytes")?,
        restored_bytes: volume(record.restored_bytes, "restoredBytes")?,
    })
}

/// A day that has begun somewhere on earth: the provider's time zone may be ahead of UTC.
fn past_day(day: NaiveDate, now: DateTime<Utc>) -> Result<NaiveDate, UserError> {
    let last = now
        .date_naive()
        .checked_add_days(Days::new(1))
        .unwrap_or(NaiveDate::MAX);
    if day <= last {
        return Ok(day);
    }
    let message = format!("{day} has not begun yet.");
    Err(UserError::new(ErrorCode::Invalid, message)
        .at("day")
        .with_remedy("Report a day when it has begun; report it again when it has changed."))
}

fn volume(bytes: i64, field: &str) -> Result<i64, UserError> {
    if bytes >= 0 {
        return Ok(bytes);
    }
    let message = format!("A volume cannot be negative: {bytes}.");
    Err(UserError::new(ErrorCode::Invalid, message)
        .at(field)
        .with_remedy("Send the volume in bytes, 0 for nothing."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use psa_entities::ids::ProviderId;

    fn judge(change: impl FnOnce(&mut UsageReport)) -> Result<storage_sample::Model, UserError> {
        let now: DateTime<Utc> = "2026-11-30T23:30:00Z".parse().unwrap();
        let mut record = UsageReport {
            company_external_id: "C-1".into(),
            storage_account_external_id: "S-1".into(),
            day: "2026-12-01".parse().unwrap(),
            backup_bytes: i64::MAX,
            restored_bytes: 0,
        };
        change(&mut record);
        let owners = Owners {
            companies: HashMap::from([("C-1".to_owned(), ConsoleCompanyId::at(now))]),
            accounts: HashMap::from([("S-1".to_owned(), StorageAccountId::at(now))]),
        };
        sample(ProviderScope::new(ProviderId::at(now)), now, &owners, &record)
    }

    #[test]
    fn a_day_that_has_begun_in_the_east_is_accepted() {
        assert_eq!(judge(|_| ()).unwrap().backup_bytes, i64::MAX);
    }

    #[test]
    fn what_cannot_be_is_rejected_at_its_field() {
        type Change = fn(&mut UsageReport);
        let cases: [(&str, Change); 5] = [
            ("day", |record| record.day = "2026-12-02".parse().unwrap()),
            ("backupBytes", |record| record.backup_bytes = -1),
            ("restoredBytes", |record| record.restored_bytes = -1),
            ("companyExternalId", |record| record.company_external_id = "C-2".into()),
            ("storageAccountExternalId", |record| {
                record.storage_account_external_id = "S-2".into();
            }),
        ];
        for (field, change) in cases {
            assert_eq!(judge(change).expect_err(field).field, [field]);
        }
    }
}
