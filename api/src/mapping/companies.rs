//! Binding, excluding and unbinding companies, many at a time: each row is answered on its own, one transaction
//! stores what is accepted.

use std::collections::{HashMap, HashSet};

use async_graphql::SimpleObject;
use psa_entities::{
    ProviderScope, billing_configuration, company_mapping,
    ids::{ConsoleCompanyId, IntegrationId, PsaCompanyId},
    incident, psa_company,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, PaginatorTrait, QueryFilter, sea_query::OnConflict,
};

use super::{
    MappedCompany,
    decide::{MappingOutcome, Wanted, decide},
    entries, page,
};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    console::batch,
    failure::{ErrorCode, Outcome, UserError},
    integrations,
};

/// A binding that is asked for. An id is `None` when it is not one of a company at all.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The console company.
    pub company: Option<ConsoleCompanyId>,
    /// The PSA company.
    pub psa_company: Option<PsaCompanyId>,
}

/// The answer to one row.
#[derive(Debug)]
pub struct RowResult {
    /// What happened.
    pub outcome: MappingOutcome,
    /// The company as it is now; `None` when there is no such company.
    pub row: Option<MappedCompany>,
    /// Why it was rejected.
    pub error: Option<UserError>,
    /// What the audit log says of it; `None` when nothing was changed.
    entry: Option<Entry>,
}

/// What depends on bindings that are taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, SimpleObject)]
pub struct MappingDependents {
    /// Billing configurations of the companies: they bill nothing until the companies are bound again.
    pub billing_configurations: u64,
    /// Open incidents of the companies: their tickets get no notes and are not closed until then.
    pub open_incidents: u64,
}

/// What unbinding did, or would do.
#[derive(Debug)]
pub struct Unbound {
    /// The answer to each row.
    pub results: Vec<RowResult>,
    /// What depends on the rows that are unbound.
    pub dependents: MappingDependents,
}

/// Binds companies to PSA companies. Several may share one. Asking again changes nothing.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `bindings`: too many. What is wrong with a row is in its result.
pub async fn bind(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    bindings: &[Binding],
) -> Outcome<Vec<RowResult>> {
    batch::check_size("bindings", bindings.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let psa = psa_companies(
        &db,
        stamp.scope,
        integration,
        bindings.iter().filter_map(|binding| binding.psa_company),
    )
    .await?;
    let wanted = |index: usize| {
        let known = bindings
            .get(index)
            .and_then(|binding| binding.psa_company)
            .and_then(|id| psa.get(&id));
        bindable(known).map(|psa| Wanted::Bind(Box::new(psa.clone())))
    };
    let companies: Vec<_> = bindings.iter().map(|binding| binding.company).collect();
    let rows = Rows {
        list: "bindings",
        field: "companyId",
        companies: &companies,
    };
    let results = rows.decide(&db, integration, stamp, wanted).await?;
    store(&db, stamp, &results).await?;
    db.commit().await?;
    app.wake.deliveries.notify_one();
    Ok(results)
}

/// Leaves companies out of billing and tickets. A binding that there was is forgotten.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `companyIds`: too many. What is wrong with a row is in its result.
pub async fn exclude(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    companies: &[Option<ConsoleCompanyId>],
) -> Outcome<Vec<RowResult>> {
    batch::check_size("companyIds", companies.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let rows = Rows {
        list: "companyIds",
        field: "",
        companies,
    };
    let results = rows.decide(&db, integration, stamp, |_| Ok(Wanted::Exclude)).await?;
    store(&db, stamp, &results).await?;
    db.commit().await?;
    app.wake.deliveries.notify_one();
    Ok(results)
}

/// Takes bindings and exclusions back, so that the companies are undecided again. A dry run answers the same and
/// changes nothing.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `companyIds`: too many. What is wrong with a row is in its result.
pub async fn unbind(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    companies: &[Option<ConsoleCompanyId>],
    dry_run: bool,
) -> Outcome<Unbound> {
    batch::check_size("companyIds", companies.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let rows = Rows {
        list: "companyIds",
        field: "",
        companies,
    };
    let results = rows.decide(&db, integration, stamp, |_| Ok(Wanted::Unbind)).await?;
    let gone = ids(&results, MappingOutcome::Unbound);
    let dependents = dependents(&db, stamp.scope, integration, &gone).await?;
    if dry_run {
        db.rollback().await?;
        return Ok(Unbound { results, dependents });
    }
    stamp.record(&db, log(&results)).await?;
    stamp
        .scope
        .delete_many::<company_mapping::Entity>()
        .filter(company_mapping::Column::IntegrationId.eq(integration))
        .filter(company_mapping::Column::CompanyId.is_in(gone))
        .exec(&db)
        .await?;
    db.commit().await?;
    app.wake.deliveries.notify_one();
    Ok(Unbound { results, dependents })
}

/// The companies that a batch is about, and how its input calls them; the field is empty where a row is nothing but an id.
struct Rows<'a> {
    list: &'static str,
    field: &'static str,
    companies: &'a [Option<ConsoleCompanyId>],
}

impl Rows<'_> {
    async fn decide(
        &self,
        db: &DatabaseTransaction,
        integration: IntegrationId,
        stamp: Stamp<'_>,
        wanted: impl Fn(usize) -> Result<Wanted, UserError>,
    ) -> Result<Vec<RowResult>, DbErr> {
        let found = page::find(db, stamp.scope, integration, self.companies.iter().copied().flatten()).await?;
        let found: HashMap<_, _> = found.into_iter().map(|row| (row.company.id, row)).collect();
        let mut seen = HashSet::new();
        let decided = self.companies.iter().enumerate().map(|(index, company)| {
            let known = company.and_then(|id| found.get(&id));
            let repeated = company.is_some_and(|id| !seen.insert(id));
            match self.judge(known, repeated).and_then(|row| Ok((row, wanted(index)?))) {
                Ok((row, wanted)) => {
                    let (outcome, decided) = decide(row.clone(), wanted, stamp);
                    RowResult {
                        outcome,
                        entry: entries::company(outcome, row, &decided),
                        row: Some(decided),
                        error: None,
                    }
                }
                Err(error) => {
                    let error = Some(error.in_record(self.list, index));
                    RowResult {
                        outcome: MappingOutcome::Rejected,
                        row: known.cloned(),
                        error,
                        entry: None,
                    }
                }
            }
        });
        Ok(decided.collect())
    }

    fn judge<'r>(&self, known: Option<&'r MappedCompany>, repeated: bool) -> Result<&'r MappedCompany, UserError> {
        let row = known.ok_or_else(|| UserError::not_found(self.field, "company"))?;
        if repeated {
            let error = UserError::new(
                ErrorCode::Invalid,
                format!("“{}” is in this call already.", row.company.name),
            );
            return Err(error.at(self.field).with_remedy("Name every company once."));
        }
        Ok(row)
    }
}

fn bindable(psa: Option<&psa_company::Model>) -> Result<&psa_company::Model, UserError> {
    let psa = psa.ok_or_else(|| UserError::not_found("psaCompanyId", "PSA company"))?;
    if psa.deleted {
        let message = format!("The PSA no longer has the company “{}”.", psa.name);
        let error = UserError::new(ErrorCode::WrongState, message).at("psaCompanyId");
        return Err(error.with_remedy("Choose another company, or restore it in the PSA and import companies again."));
    }
    Ok(psa)
}

/// PSA companies of an integration, by their id.
///
/// # Errors
/// Only of the database.
pub(super) async fn psa_companies(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    ids: impl Iterator<Item = PsaCompanyId>,
) -> Result<HashMap<PsaCompanyId, psa_company::Model>, DbErr> {
    let found = scope
        .find::<psa_company::Entity>()
        .filter(psa_company::Column::IntegrationId.eq(integration))
        .filter(psa_company::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The companies whose row had this outcome.
fn ids(results: &[RowResult], outcome: MappingOutcome) -> Vec<ConsoleCompanyId> {
    let rows = results
        .iter()
        .filter(|result| result.outcome == outcome)
        .filter_map(|result| result.row.as_ref());
    rows.map(|row| row.company.id).collect()
}

fn log(results: &[RowResult]) -> Vec<Entry> {
    results.iter().filter_map(|result| result.entry.clone()).collect()
}

async fn store(db: &DatabaseTransaction, stamp: Stamp<'_>, results: &[RowResult]) -> Result<(), DbErr> {
    use company_mapping::Column;
    stamp.record(db, log(results)).await?;
    let changed = results.iter().filter(|result| {
        matches!(
            result.outcome,
            MappingOutcome::Bound | MappingOutcome::Rebound | MappingOutcome::Excluded
        )
    });
    let mut rows: Vec<_> = changed
        .filter_map(|result| result.row.as_ref()?.mapping.clone())
        .collect();
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by_key(|row| row.company_id);
    let replace = OnConflict::columns([Column::IntegrationId, Column::CompanyId])
        .update_columns([
            Column::State,
            Column::PsaCompanyId,
            Column::PsaName,
            Column::ChangedAt,
            Column::ChangedBy,
        ])
        .to_owned();
    batch::store::<company_mapping::Entity>(db, rows, replace).await
}

async fn dependents(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    integration: IntegrationId,
    companies: &[ConsoleCompanyId],
) -> Result<MappingDependents, DbErr> {
    let configurations = scope
        .find::<billing_configuration::Entity>()
        .filter(billing_configuration::Column::IntegrationId.eq(integration))
        .filter(billing_configuration::Column::CompanyId.is_in(companies.iter().copied()));
    let incidents = scope
        .find::<incident::Entity>()
        .filter(incident::Column::IntegrationId.eq(integration))
        .filter(incident::Column::CompanyId.is_in(companies.iter().copied()))
        .filter(incident::Column::OpenKey.is_not_null());
    Ok(MappingDependents {
        billing_configurations: configurations.count(db).await?,
        open_incidents: incidents.count(db).await?,
    })
}
