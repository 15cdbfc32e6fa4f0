//! Suggesting PSA contacts for console contacts, and accepting the suggestions that leave no doubt.

use std::collections::{HashMap, HashSet};

use psa_entities::{
    ProviderScope, contact_mapping,
    ids::{ConsoleContactId, IntegrationId, PsaContactId},
    psa_contact::{Column, Emails, Entity},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::{
    ContactMappingState, MappedContact,
    bind::psa_contacts,
    decide, page,
    suggest::{ContactSuggestion, PsaPerson, suggest},
};
use crate::{
    app::App,
    audit::Stamp,
    console::batch,
    failure::{Failure, Outcome, UserError},
    integrations,
    mapping::{
        decide::MappingOutcome,
        entries,
        suggestions::{LeftReason, least_confidence},
    },
};

/// Above so many companies all contacts of the integration are read at once.
const MOST_COMPANIES: usize = 1_000;

/// A console contact that is looked for among the contacts of a PSA company.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContactCandidate {
    /// The contact.
    pub id: ConsoleContactId,
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// The PSA's id of the company that its company is bound to.
    pub psa_company: String,
}

impl ContactCandidate {
    /// The candidate that a row is; `None` while its company is not bound, because then there is nothing to look among.
    pub fn of(row: &MappedContact) -> Option<Self> {
        Some(Self {
            id: row.contact.id,
            name: row.contact.name.clone(),
            email: row.contact.email.clone(),
            psa_company: row.psa_company()?.external_id.clone(),
        })
    }
}

/// Which suggestions to accept.
#[derive(Debug)]
pub struct AcceptRequest {
    /// The integration.
    pub integration: IntegrationId,
    /// The least confidence, in percent.
    pub minimum_confidence: i32,
    /// Only for these contacts; an id is `None` when it is not one of a contact at all. Without a list for all that are
    /// bound to nothing.
    pub contacts: Option<Vec<Option<ConsoleContactId>>>,
}

/// What accepting did.
#[derive(Debug, Default)]
pub struct Accepted {
    /// The contacts that are bound now.
    pub bound: Vec<MappedContact>,
    /// The contacts that were left, each with the reason.
    pub left: Vec<(MappedContact, LeftReason)>,
}

/// Suggests PSA contacts for each candidate, the most certain first. Only contacts that the PSA has and uses are suggested.
///
/// # Errors
/// Only of the database.
pub async fn of(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    candidates: &[ContactCandidate],
) -> Result<HashMap<ConsoleContactId, Vec<ContactSuggestion>>, DbErr> {
    type Row = (PsaContactId, String, String, Option<String>, Emails);
    let companies: HashSet<_> = candidates.iter().map(|of| of.psa_company.as_str()).collect();
    let few = (companies.len() <= MOST_COMPANIES).then(|| Column::CompanyExternalId.is_in(companies));
    let rows: Vec<Row> = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::Deleted.eq(false))
        .filter(Column::Active.eq(true))
        .filter(Column::CompanyExternalId.is_not_null())
        .filter(Condition::all().add_option(few))
        .select_only()
        .columns([
            Column::Id,
            Column::CompanyExternalId,
            Column::Name,
            Column::Email,
            Column::OtherEmails,
        ])
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut people: HashMap<String, Vec<PsaPerson>> = HashMap::new();
    for (id, company, name, email, others) in rows {
        let emails = email.into_iter().chain(others.0).collect();
        people.entry(company).or_default().push(PsaPerson { id, name, emails });
    }
    let suggested = candidates.iter().map(|of| {
        let among = people.get(&of.psa_company).map_or(&[][..], Vec::as_slice);
        (of.id, suggest(&of.name, of.email.as_deref(), among))
    });
    Ok(suggested.collect())
}

/// Binds the contacts that are bound to nothing to their best suggestion, where it is certain enough and the only one of
/// its certainty. Whoever decides about a contact in the meantime is right.
///
/// # Errors
/// `NOT_FOUND` at `integrationId` or `contactIds.<n>`; `INVALID` at `minimumConfidence` or `contactIds`.
pub async fn accept(app: &App, stamp: Stamp<'_>, request: AcceptRequest) -> Outcome<Accepted> {
    let least = least_confidence(request.minimum_confidence)?;
    let integration = request.integration;
    integrations::find(app.db.read(), stamp.scope, integration).await?;
    let rows = match &request.contacts {
        None => page::unbound(app.db.read(), stamp.scope, integration).await?,
        Some(contacts) => chosen(app, stamp.scope, integration, contacts).await?,
    };
    let unbound = rows.iter().filter(|row| row.state() == ContactMappingState::Unmapped);
    let candidates: Vec<_> = unbound.filter_map(ContactCandidate::of).collect();
    let suggested = of(app.db.read(), stamp.scope, integration, &candidates).await?;
    let mut accepted = Accepted::default();
    let mut certain = Vec::new();
    for row in rows {
        if row.state() == ContactMappingState::Mapped {
            accepted.left.push((row, LeftReason::AlreadyDecided));
            continue;
        }
        match suggested.get(&row.contact.id).map(|list| choose(list, least)) {
            None => accepted.left.push((row, LeftReason::CompanyNotMapped)),
            Some(Err(reason)) => accepted.left.push((row, reason)),
            Some(Ok(psa)) => certain.push((row.contact.id, psa)),
        }
    }
    let db = app.db.begin().await?;
    for (row, stored) in store(&db, stamp, integration, &certain).await? {
        if stored {
            accepted.bound.push(row);
        } else {
            accepted.left.push((row, LeftReason::AlreadyDecided));
        }
    }
    db.commit().await?;
    Ok(accepted)
}

/// The suggestion that a machine may accept, or why there is none.
fn choose(suggestions: &[ContactSuggestion], least: u8) -> Result<PsaContactId, LeftReason> {
    match suggestions.first() {
        None => Err(LeftReason::NoSuggestion),
        Some(best) if best.confidence < least => Err(LeftReason::BelowConfidence),
        Some(best) if best.ambiguous => Err(LeftReason::Ambiguous),
        Some(best) => Ok(best.psa_contact),
    }
}

async fn chosen(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    contacts: &[Option<ConsoleContactId>],
) -> Outcome<Vec<MappedContact>> {
    batch::check_size("contactIds", contacts.len())?;
    let rows = page::find(app.db.read(), scope, integration, contacts.iter().copied().flatten()).await?;
    let found: HashSet<_> = rows.iter().map(|row| row.contact.id).collect();
    let unknown = contacts
        .iter()
        .enumerate()
        .filter(|(_, id)| id.is_none_or(|id| !found.contains(&id)));
    let errors: Vec<_> = unknown
        .map(|(index, _)| UserError::not_found("", "contact").in_record("contactIds", index))
        .collect();
    if errors.is_empty() {
        Ok(rows)
    } else {
        Err(Failure::Refused(errors))
    }
}

/// Binds the contacts unless somebody was faster, with them or with their company, and says for each whether it is bound
/// by this.
async fn store(
    db: &DatabaseTransaction,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    certain: &[(ConsoleContactId, PsaContactId)],
) -> Result<Vec<(MappedContact, bool)>, DbErr> {
    use contact_mapping::Column;
    let psa = psa_contacts(db, stamp.scope, integration, certain.iter().map(|(_, psa)| *psa)).await?;
    let wanted: HashMap<_, _> = certain.iter().copied().collect();
    let rows = page::find(db, stamp.scope, integration, wanted.keys().copied()).await?;
    let decided = rows.into_iter().filter_map(|row| {
        let psa = wanted.get(&row.contact.id).and_then(|id| psa.get(id))?;
        let free = row.mapping.is_none() && decide::check(&row, psa, None).is_ok();
        free.then(|| decide::bind(row, psa.clone(), stamp).1.mapping).flatten()
    });
    let mut mappings: Vec<_> = decided.collect();
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    mappings.sort_by_key(|mapping| mapping.contact_id);
    let ours: HashSet<_> = mappings.iter().map(|mapping| mapping.id).collect();
    let keep = OnConflict::columns([Column::IntegrationId, Column::ContactId])
        .do_nothing()
        .to_owned();
    batch::store::<contact_mapping::Entity>(db, mappings, keep).await?;
    let now = page::find(db, stamp.scope, integration, wanted.keys().copied()).await?;
    let is_ours = |row: &MappedContact| row.mapping.as_ref().is_some_and(|mapping| ours.contains(&mapping.id));
    let bound = now
        .iter()
        .filter(|row| is_ours(row))
        .filter_map(|row| entries::contact(MappingOutcome::Bound, None, row));
    stamp.record(db, bound.collect()).await?;
    let told = now.into_iter().map(|row| (is_ours(&row), row));
    Ok(told.map(|(ours, row)| (row, ours)).collect())
}
