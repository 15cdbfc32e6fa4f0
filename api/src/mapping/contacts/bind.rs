//! Binding and unbinding contacts, many at a time: each row is answered on its own, one transaction stores what is
//! accepted.

use std::collections::{HashMap, HashSet};

use psa_entities::{
    ProviderScope, contact_mapping,
    ids::{ConsoleContactId, IntegrationId, PsaContactId},
    psa_company, psa_contact,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, QueryFilter, sea_query::OnConflict};

use super::{MappedContact, decide, page};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    console::batch,
    failure::{ErrorCode, Outcome, UserError},
    integrations,
    mapping::{decide::MappingOutcome, entries},
};

/// A binding that is asked for. An id is `None` when it is not one of a contact at all.
#[derive(Debug, Clone, Copy)]
pub struct ContactBinding {
    /// The console contact.
    pub contact: Option<ConsoleContactId>,
    /// The PSA contact.
    pub psa_contact: Option<PsaContactId>,
}

/// The answer to one row.
#[derive(Debug)]
pub struct ContactResult {
    /// What happened.
    pub outcome: MappingOutcome,
    /// The contact as it is now; `None` when there is no such contact.
    pub row: Option<MappedContact>,
    /// Why it was rejected.
    pub error: Option<UserError>,
    /// What the audit log says of it; `None` when nothing was changed.
    entry: Option<Entry>,
}

/// Binds contacts to PSA contacts. Several may share one. Asking again changes nothing.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `bindings`: too many. What is wrong with a row is in its result.
pub async fn bind(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    bindings: &[ContactBinding],
) -> Outcome<Vec<ContactResult>> {
    batch::check_size("bindings", bindings.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let wanted = bindings.iter().filter_map(|binding| binding.psa_contact);
    let psa = psa_contacts(&db, stamp.scope, integration, wanted).await?;
    let owners = owners(&db, stamp.scope, integration, psa.values()).await?;
    let contacts: Vec<_> = bindings.iter().map(|binding| binding.contact).collect();
    let rows = Rows {
        list: "bindings",
        field: "contactId",
        contacts: &contacts,
    };
    let results = rows
        .decide(&db, stamp.scope, integration, |index, row| {
            let psa = bindings
                .get(index)
                .and_then(|binding| psa.get(&binding.psa_contact?))
                .ok_or_else(|| UserError::not_found("psaContactId", "PSA contact"))?;
            let owner = psa.company_external_id.as_ref().and_then(|id| owners.get(id));
            decide::check(row, psa, owner)?;
            Ok(decide::bind(row.clone(), psa.clone(), stamp))
        })
        .await?;
    store(&db, &results).await?;
    stamp.record(&db, log(&results)).await?;
    db.commit().await?;
    Ok(results)
}

/// Takes bindings back. A dry run answers the same and changes nothing.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `contactIds`: too many. What is wrong with a row is in its result.
pub async fn unbind(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    contacts: &[Option<ConsoleContactId>],
    dry_run: bool,
) -> Outcome<Vec<ContactResult>> {
    batch::check_size("contactIds", contacts.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let rows = Rows {
        list: "contactIds",
        field: "",
        contacts,
    };
    let results = rows
        .decide(&db, stamp.scope, integration, |_, row| Ok(decide::unbind(row.clone())))
        .await?;
    if dry_run {
        db.rollback().await?;
        return Ok(results);
    }
    stamp.record(&db, log(&results)).await?;
    let gone = results
        .iter()
        .filter(|result| result.outcome == MappingOutcome::Unbound)
        .filter_map(|result| Some(result.row.as_ref()?.contact.id));
    stamp
        .scope
        .delete_many::<contact_mapping::Entity>()
        .filter(contact_mapping::Column::IntegrationId.eq(integration))
        .filter(contact_mapping::Column::ContactId.is_in(gone))
        .exec(&db)
        .await?;
    db.commit().await?;
    Ok(results)
}

/// The contacts that a batch is about, and how its input calls them; the field is empty where a row is nothing but an id.
struct Rows<'a> {
    list: &'static str,
    field: &'static str,
    contacts: &'a [Option<ConsoleContactId>],
}

impl Rows<'_> {
    async fn decide(
        &self,
        db: &DatabaseTransaction,
        scope: ProviderScope,
        integration: IntegrationId,
        decide: impl Fn(usize, &MappedContact) -> Result<(MappingOutcome, MappedContact), UserError>,
    ) -> Result<Vec<ContactResult>, DbErr> {
        let found = page::find(db, scope, integration, self.contacts.iter().copied().flatten()).await?;
        let found: HashMap<_, _> = found.into_iter().map(|row| (row.contact.id, row)).collect();
        let mut seen = HashSet::new();
        let decided = self.contacts.iter().enumerate().map(|(index, contact)| {
            let known = contact.and_then(|id| found.get(&id));
            let repeated = contact.is_some_and(|id| !seen.insert(id));
            match self.judge(known, repeated).and_then(|row| decide(index, row)) {
                Ok((outcome, row)) => ContactResult {
                    outcome,
                    entry: entries::contact(outcome, known, &row),
                    row: Some(row),
                    error: None,
                },
                Err(error) => ContactResult {
                    outcome: MappingOutcome::Rejected,
                    row: known.cloned(),
                    error: Some(error.in_record(self.list, index)),
                    entry: None,
                },
            }
        });
        Ok(decided.collect())
    }

    fn judge<'r>(&self, known: Option<&'r MappedContact>, repeated: bool) -> Result<&'r MappedContact, UserError> {
        let row = known.ok_or_else(|| UserError::not_found(self.field, "contact"))?;
        if repeated {
            let message = format!("“{}” is in this call already.", row.contact.name);
            let error = UserError::new(ErrorCode::Invalid, message).at(self.field);
            return Err(error.with_remedy("Name every contact once."));
        }
        Ok(row)
    }
}

/// PSA contacts of an integration, by their id.
///
/// # Errors
/// Only of the database.
pub(super) async fn psa_contacts(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    ids: impl Iterator<Item = PsaContactId>,
) -> Result<HashMap<PsaContactId, psa_contact::Model>, DbErr> {
    let found = scope
        .find::<psa_contact::Entity>()
        .filter(psa_contact::Column::IntegrationId.eq(integration))
        .filter(psa_contact::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The PSA companies that contacts belong to, by their id in the PSA.
async fn owners(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    contacts: impl Iterator<Item = &psa_contact::Model>,
) -> Result<HashMap<String, psa_company::Model>, DbErr> {
    let ids: HashSet<_> = contacts
        .filter_map(|contact| contact.company_external_id.as_deref())
        .collect();
    let found = scope
        .find::<psa_company::Entity>()
        .filter(psa_company::Column::IntegrationId.eq(integration))
        .filter(psa_company::Column::ExternalId.is_in(ids))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| (row.external_id.clone(), row)).collect())
}

fn log(results: &[ContactResult]) -> Vec<Entry> {
    results.iter().filter_map(|result| result.entry.clone()).collect()
}

async fn store(db: &DatabaseTransaction, results: &[ContactResult]) -> Result<(), DbErr> {
    use contact_mapping::Column;
    let changed = results
        .iter()
        .filter(|result| matches!(result.outcome, MappingOutcome::Bound | MappingOutcome::Rebound));
    let mut rows: Vec<_> = changed
        .filter_map(|result| result.row.as_ref()?.mapping.clone())
        .collect();
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by_key(|row| row.contact_id);
    let replace = OnConflict::columns([Column::IntegrationId, Column::ContactId])
        .update_columns([
            Column::PsaContactId,
            Column::PsaName,
            Column::ChangedAt,
            Column::ChangedBy,
        ])
        .to_owned();
    batch::store::<contact_mapping::Entity>(db, rows, replace).await
}
