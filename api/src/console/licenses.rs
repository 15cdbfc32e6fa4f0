//! Licences of the console: the records that billing counts, as they are and as they were.

mod periods;

use std::collections::HashMap;

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    ids::{ConsoleCompanyId, LicenseId},
    license::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::OnConflict};

use super::{
    batch::{self, Batch, RecordResult},
    companies, text,
};
use crate::{
    app::App,
    billing::product::LicenseType,
    failure::{Outcome, UserError},
};

/// A licence as the console knows it.
#[derive(Debug, InputObject)]
pub struct LicenseReport {
    /// Its id in the console. It never changes.
    pub external_id: String,
    /// The console's id of the company that holds it.
    pub company_external_id: String,
    /// Its type by the name the console shows, such as `Server`. Types that are not known are kept.
    pub license_type: String,
    /// The computer that took it; null when none did.
    pub computer: Option<String>,
    /// The console user who took it; null when none did.
    pub user_name: Option<String>,
    /// Whether it is in use. Only licences in use are billed.
    pub taken: bool,
    /// Whether it is a trial. Trials are never billed.
    #[graphql(default)]
    pub trial: bool,
}

/// Stores reported licences. Licences that are not in the batch stay as they are: report one that was released with
/// `taken: false`.
///
/// # Errors
/// `INVALID` at `records`: too many records. What is wrong with a record is in its result.
pub async fn report(app: &App, scope: ProviderScope, records: Vec<LicenseReport>) -> Outcome<Vec<RecordResult>> {
    batch::check_size("records", records.len())?;
    let now = app.now();
    let db = app.db.begin().await?;
    let companies = records.iter().map(|record| record.company_external_id.trim());
    let companies = companies::by_external_id(&db, scope, companies).await?;
    let mut batch = Batch::check(
        records,
        |record| Some(record.external_id.clone()),
        |record| row(scope, now, &companies, &record),
    );
    batch.reject_repeats("externalId", |row| row.external_id.clone());
    let known: HashMap<String, Model> = scope
        .find::<Entity>()
        .filter(Column::ExternalId.is_in(batch.accepted().map(|row| row.external_id.as_str())))
        .all(&db)
        .await?
        .into_iter()
        .map(|row| (row.external_id.clone(), row))
        .collect();
    let (results, mut rows) = batch.finish(|row| batch::outcome(known.get(&row.external_id), |known| same(known, row)));
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    let replace = OnConflict::columns([Column::ProviderId, Column::ExternalId])
        .update_columns([
            Column::CompanyId,
            Column::LicenseType,
            Column::Computer,
            Column::UserName,
            Column::Taken,
            Column::Trial,
            Column::ReportedAt,
        ])
        .to_owned();
    let changed = periods::changed(&rows, &known);
    batch::store::<Entity>(&db, rows, replace).await?;
    periods::begin(&db, scope, changed).await?;
    db.commit().await?;
    Ok(results)
}

fn row(
    scope: ProviderScope,
    now: DateTime<Utc>,
    companies: &HashMap<String, ConsoleCompanyId>,
    record: &LicenseReport,
) -> Result<Model, UserError> {
    let company = text::required(&record.company_external_id, "companyExternalId", text::LONGEST_ID)?;
    let license_type = text::required(&record.license_type, "licenseType", text::LONGEST_NAME)?;
    Ok(Model {
        id: LicenseId::at(now),
        provider_id: scope.provider_id(),
        external_id: text::required(&record.external_id, "externalId", text::LONGEST_ID)?,
        company_id: *companies.get(&company).ok_or_else(|| companies::unknown(&company))?,
        license_type: LicenseType::from_reported(&license_type).display_name().to_owned(),
        computer: text::optional(record.computer.as_deref(), "computer", text::LONGEST_NAME)?,
        user_name: text::optional(record.user_name.as_deref(), "userName", text::LONGEST_NAME)?,
        taken: record.taken,
        trial: record.trial,
        reported_at: now,
    })
}

/// Whether two rows say the same, apart from their own id and when they were reported.
fn same(known: &Model, row: &Model) -> bool {
    *known
        == Model {
            id: known.id,
            reported_at: known.reported_at,
            ..row.clone()
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::ErrorCode;
    use psa_entities::ids::ProviderId;

    fn judge(change: impl FnOnce(&mut LicenseReport)) -> Result<Model, UserError> {
        let now = DateTime::UNIX_EPOCH;
        let mut record = LicenseReport {
            external_id: "L-1".into(),
            company_external_id: "C-1".into(),
            license_type: "server".into(),
            computer: Some(" ".into()),
            user_name: None,
            taken: true,
            trial: false,
        };
        change(&mut record);
        let companies = HashMap::from([("C-1".to_owned(), ConsoleCompanyId::at(now))]);
        row(ProviderScope::new(ProviderId::at(now)), now, &companies, &record)
    }

    #[test]
    fn a_type_is_kept_under_the_name_the_console_shows() {
        assert_eq!(judge(|_| ()).unwrap().license_type, "Server");
        assert_eq!(
            judge(|record| record.license_type = " Deep Instinct".into())
                .unwrap()
                .license_type,
            "Deep Instinct"
        );
    }

    #[test]
    fn a_licence_of_an_unknown_company_is_rejected_with_the_remedy() {
        let error = judge(|record| record.company_external_id = "C-2".into()).unwrap_err();
        assert_eq!(
            (error.code, error.field),
            (ErrorCode::NotFound, vec!["companyExternalId".to_owned()])
        );
        assert!(error.remedy.unwrap().contains("reportCompanies"));
    }

    #[test]
    fn only_content_makes_a_difference() {
        let known = judge(|_| ()).unwrap();
        let later = |row: Model| Model {
            id: LicenseId::at(DateTime::UNIX_EPOCH),
            reported_at: DateTime::<Utc>::MAX_UTC,
            ..row
        };
        assert!(same(
            &known,
            &Model {
                company_id: known.company_id,
                ..later(known.clone())
            }
        ));
        assert!(!same(
            &known,
            &Model {
                taken: false,
                ..later(known.clone())
            }
        ));
    }
}
