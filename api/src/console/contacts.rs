//! Contacts of the console: the people at its companies.

use std::collections::HashMap;

use async_graphql::InputObject;
use psa_entities::{
    ProviderScope,
    console_contact::{Column, Entity, Model},
    ids::{ConsoleCompanyId, ConsoleContactId},
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::OnConflict};

use super::{
    batch::{self, Batch, Reported},
    companies, email,
    full_report::{FullReport, Turn},
    text,
};
use crate::{
    app::App,
    audit::Stamp,
    failure::{Outcome, UserError},
    mapping::names,
};

/// A contact as the console knows it.
#[derive(Debug, InputObject)]
pub struct ContactReport {
    /// Its id in the console. It never changes.
    pub external_id: String,
    /// The console's id of the company it belongs to.
    pub company_external_id: String,
    /// The full name.
    pub name: String,
    /// The e-mail address; null when it has none.
    pub email: Option<String>,
}

/// Contacts that the console reports.
#[derive(Debug)]
pub struct ContactsReport {
    /// The contacts.
    pub records: Vec<ContactReport>,
    /// The full report that they are a part of; without it contacts that are not among them stay as they are.
    pub full_report: Option<FullReport>,
    /// Whether an unusually large share may be removed.
    pub confirm_removals: bool,
}

/// Stores reported contacts.
///
/// # Errors
/// `INVALID` at `records`: too many records; and what a [`Turn`] refuses. What is wrong with a record is in its result.
pub async fn report(app: &App, stamp: Stamp<'_>, report: ContactsReport) -> Outcome<Reported> {
    let scope = stamp.scope;
    batch::check_size("records", report.records.len())?;
    let db = app.db.begin().await?;
    let turn = Turn::take::<Entity>(&db, stamp, report.full_report.as_ref()).await?;
    let companies = report.records.iter().map(|record| record.company_external_id.trim());
    let companies = companies::by_external_id(&db, scope, companies).await?;
    let mut batch = Batch::check(
        report.records,
        |record| Some(record.external_id.clone()),
        |record| row(scope, &turn, &companies, &record),
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
    let (results, mut rows) = batch.finish(|row| batch::outcome(known.get(&row.external_id), |known| same(known, row)));
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    let replace = OnConflict::columns([Column::ProviderId, Column::ExternalId])
        .update_columns([
            Column::CompanyId,
            Column::Name,
            Column::NormalizedName,
            Column::Email,
            Column::ReportedAt,
            Column::RemovedAt,
        ])
        .to_owned();
    batch::store::<Entity>(&db, rows, replace).await?;
    let removed = turn.end::<Entity>(&db, &rejected, report.confirm_removals).await?;
    db.commit().await?;
    Ok(Reported { results, removed })
}

fn row(
    scope: ProviderScope,
    turn: &Turn,
    companies: &HashMap<String, ConsoleCompanyId>,
    record: &ContactReport,
) -> Result<Model, UserError> {
    let external_id = text::required(&record.external_id, "externalId", text::LONGEST_ID)?;
    let company = text::required(&record.company_external_id, "companyExternalId", text::LONGEST_ID)?;
    let company_id = *companies.get(&company).ok_or_else(|| companies::unknown(&company))?;
    let name = text::required(&record.name, "name", text::LONGEST_NAME)?;
    Ok(Model {
        id: ConsoleContactId::at(turn.reported_at()),
        provider_id: scope.provider_id(),
        company_id,
        external_id,
        normalized_name: names::of_person(&name),
        name,
        email: email::optional(record.email.as_deref())?,
        reported_at: turn.reported_at(),
        removed_at: None,
    })
}

fn same(known: &Model, row: &Model) -> bool {
    known.company_id == row.company_id
        && known.name == row.name
        && known.email == row.email
        && known.removed_at.is_none()
}
