//! Companies of the console, and finding them by the id that the console knows them by.

use std::collections::HashMap;

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    console_company::{Column, Entity, Model},
    ids::ConsoleCompanyId,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect, sea_query::OnConflict};

use super::{
    batch::{self, Batch, Reported},
    full_report::{FullReport, Turn},
    text,
};
use crate::{
    app::App,
    audit::Stamp,
    failure::{ErrorCode, Outcome, UserError},
    mapping::names,
};

/// A company as the console knows it.
#[derive(Debug, InputObject)]
pub struct CompanyReport {
    /// Its id in the console. It never changes.
    pub external_id: String,
    /// Its name.
    pub name: String,
}

/// Companies that the console reports.
#[derive(Debug)]
pub struct CompaniesReport {
    /// The companies.
    pub records: Vec<CompanyReport>,
    /// The full report that they are a part of; without it companies that are not among them stay as they are.
    pub full_report: Option<FullReport>,
    /// Whether an unusually large share may be removed.
    pub confirm_removals: bool,
}

/// Stores reported companies.
///
/// # Errors
/// `INVALID` at `records`: too many records; and what a [`Turn`] refuses. What is wrong with a record is in its
/// result.
pub async fn report(app: &App, stamp: Stamp<'_>, report: CompaniesReport) -> Outcome<Reported> {
    let scope = stamp.scope;
    batch::check_size("records", report.records.len())?;
    let db = app.db.begin().await?;
    let turn = Turn::take::<Entity>(&db, stamp, report.full_report.as_ref()).await?;
    let at = turn.reported_at();
    let mut batch = Batch::check(
        report.records,
        |record| Some(record.external_id.clone()),
        |record| row(scope, at, &record),
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
    let rejected: Vec<_> = batch.rejected().map(str::to_owned).collect();
    let same = |known: &Model, row: &Model| known.name == row.name && known.removed_at.is_none();
    let (results, mut rows) = batch.finish(|row| batch::outcome(known.get(&row.external_id), |known| same(known, row)));
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    let replace = OnConflict::columns([Column::ProviderId, Column::ExternalId])
        .update_columns([
            Column::Name,
            Column::NormalizedName,
            Column::ReportedAt,
            Column::RemovedAt,
        ])
        .to_owned();
    batch::store::<Entity>(&db, rows, replace).await?;
    let removed = turn.end::<Entity>(&db, &rejected, report.confirm_removals).await?;
    db.commit().await?;
    Ok(Reported { results, removed })
}

/// The companies that the console knows by these ids.
///
/// # Errors
/// Only of the database.
pub async fn by_external_id(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    external_ids: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, ConsoleCompanyId>, DbErr> {
    let found = scope
        .find::<Entity>()
        .filter(Column::ExternalId.is_in(external_ids))
        .select_only()
        .columns([Column::ExternalId, Column::Id])
        .into_tuple::<(String, ConsoleCompanyId)>()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// A record names a company that was never reported.
pub(super) fn unknown(external_id: &str) -> UserError {
    UserError::new(
        ErrorCode::NotFound,
        format!("The console has reported no company `{external_id}`."),
    )
    .at("companyExternalId")
    .with_remedy("Report the company first with reportCompanies, then send this record again.")
}

fn row(scope: ProviderScope, at: DateTime<Utc>, record: &CompanyReport) -> Result<Model, UserError> {
    let name = text::required(&record.name, "name", text::LONGEST_NAME)?;
    Ok(Model {
        id: ConsoleCompanyId::at(at),
        provider_id: scope.provider_id(),
        external_id: text::required(&record.external_id, "externalId", text::LONGEST_ID)?,
        normalized_name: names::normalise(&name),
        name,
        reported_at: at,
        removed_at: None,
    })
}
