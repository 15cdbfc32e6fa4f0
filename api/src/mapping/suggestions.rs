//! Suggesting PSA companies for console companies, and accepting the suggestions that leave no doubt.

mod choose;
mod read;

use std::collections::{HashMap, HashSet};

use psa_entities::{
    ProviderScope, company_mapping,
    ids::{ConsoleCompanyId, IntegrationId, PsaCompanyId},
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, sea_query::OnConflict};

pub use choose::LeftReason;

use super::{
    MappedCompany, MappingState,
    companies::psa_companies,
    decide::{MappingOutcome, Wanted, decide},
    entries, page,
    suggest::{ConsoleName, PsaIndex, Suggestion, suggest},
};
use crate::{
    app::App,
    audit::Stamp,
    console::batch,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// A console company that is looked for in the PSA.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The company.
    pub id: ConsoleCompanyId,
    /// Its name in the console.
    pub name: String,
}

/// Which suggestions to accept.
#[derive(Debug)]
pub struct AcceptRequest {
    /// The integration.
    pub integration: IntegrationId,
    /// The least confidence, in percent.
    pub minimum_confidence: i32,
    /// Only for these companies; an id is `None` when it is not one of a company at all. Without a list for all about
    /// which nobody has decided.
    pub companies: Option<Vec<Option<ConsoleCompanyId>>>,
}

/// What accepting did.
#[derive(Debug)]
pub struct Accepted {
    /// The companies that are bound now.
    pub bound: Vec<MappedCompany>,
    /// The companies that were left, each with the reason.
    pub left: Vec<(MappedCompany, LeftReason)>,
}

/// Suggests PSA companies for each candidate, the most certain first. The PSA's companies and contacts are read and
/// indexed once.
///
/// # Errors
/// Only of the database.
pub async fn of(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    candidates: Vec<Candidate>,
) -> Result<Vec<(Candidate, Vec<Suggestion>)>, DbErr> {
    let ids: Vec<_> = candidates.iter().map(|of| of.id).collect();
    let mut domains = read::console_domains(db, scope, &ids).await?;
    let with_domains = domains.values().any(|of| !of.is_empty());
    let psa = read::psa_names(db, scope, integration, with_domains).await?;
    // Comparing thousands of names takes longer than a request of somebody else should wait for its turn.
    let compared = tokio::task::spawn_blocking(move || {
        let names: Vec<_> = candidates
            .iter()
            .map(|of| ConsoleName {
                id: of.id,
                name: of.name.clone(),
                domains: domains.remove(&of.id).unwrap_or_default(),
            })
            .collect();
        let mut suggested: HashMap<_, Vec<_>> = HashMap::new();
        for suggestion in suggest(&names, &PsaIndex::new(&psa)) {
            suggested.entry(suggestion.company).or_default().push(suggestion);
        }
        let with = |of: Candidate| (suggested.remove(&of.id).unwrap_or_default(), of);
        candidates.into_iter().map(with).map(|(list, of)| (of, list)).collect()
    });
    compared
        .await
        .map_err(|error| DbErr::Custom(format!("comparing names: {error}")))
}

/// Binds the companies about which nobody has decided to their best suggestion, where it is certain enough, the only one
/// of its certainty, and wanted by no other company.
///
/// Whoever decides about a company in the meantime is right.
///
/// # Errors
/// `NOT_FOUND` at `integrationId` or `companyIds.<n>`; `INVALID` at `minimumConfidence` or `companyIds`.
pub async fn accept(app: &App, stamp: Stamp<'_>, request: AcceptRequest) -> Outcome<Accepted> {
    let least = least_confidence(request.minimum_confidence)?;
    let integration = request.integration;
    integrations::find(app.db.read(), stamp.scope, integration).await?;
    let rows = match &request.companies {
        None => page::undecided(app.db.read(), stamp.scope, integration).await?,
        Some(companies) => chosen(app, stamp.scope, integration, companies).await?,
    };
    let undecided = rows.iter().filter(|row| row.state() == MappingState::Unmapped);
    let candidates = undecided
        .map(|row| Candidate {
            id: row.company.id,
            name: row.company.name.clone(),
        })
        .collect();
    let suggested = of(app.db.read(), stamp.scope, integration, candidates).await?;
    let suggested: HashMap<_, _> = suggested
        .into_iter()
        .map(|(candidate, list)| (candidate.id, list))
        .collect();
    let mut accepted = Accepted {
        bound: Vec::new(),
        left: Vec::new(),
    };
    let mut best = Vec::new();
    for row in rows {
        match suggested.get(&row.company.id).map(|list| choose::certain(list, least)) {
            None => accepted.left.push((row, LeftReason::AlreadyDecided)),
            Some(Err(reason)) => accepted.left.push((row, reason)),
            Some(Ok(suggestion)) => best.push((row, suggestion)),
        }
    }
    let bound = read::bound(app.db.read(), stamp.scope, integration).await?;
    let suggestions: Vec<_> = best.iter().map(|(_, suggestion)| *suggestion).collect();
    let contested = choose::contested(&suggestions, &bound);
    let mut certain = Vec::new();
    for (row, suggestion) in best {
        if contested.contains(&row.company.id) {
            accepted.left.push((row, LeftReason::Contested));
        } else {
            certain.push((row, suggestion.psa_company));
        }
    }
    let db = app.db.begin().await?;
    for (row, stored) in store(&db, stamp, integration, certain).await? {
        if stored {
            accepted.bound.push(row);
        } else {
            accepted.left.push((row, LeftReason::AlreadyDecided));
        }
    }
    db.commit().await?;
    app.wake.deliveries.notify_one();
    Ok(accepted)
}

/// A confidence that is asked for.
///
/// # Errors
/// `INVALID` at `minimumConfidence`.
pub(super) fn least_confidence(percent: i32) -> Result<u8, UserError> {
    let within = u8::try_from(percent).ok().filter(|percent| (1..=100).contains(percent));
    within.ok_or_else(|| {
        let message = format!("A confidence is between 1 and 100 percent, not {percent}.");
        UserError::new(ErrorCode::Invalid, message)
            .at("minimumConfidence")
            .with_remedy("Ask for 90 to accept what is nearly certain.")
    })
}

async fn chosen(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    companies: &[Option<ConsoleCompanyId>],
) -> Outcome<Vec<MappedCompany>> {
    batch::check_size("companyIds", companies.len())?;
    let rows = page::find(app.db.read(), scope, integration, companies.iter().copied().flatten()).await?;
    let found: HashSet<_> = rows.iter().map(|row| row.company.id).collect();
    let unknown = companies
        .iter()
        .enumerate()
        .filter(|(_, id)| id.is_none_or(|id| !found.contains(&id)));
    let errors: Vec<_> = unknown
        .map(|(index, _)| UserError::not_found("", "company").in_record("companyIds", index))
        .collect();
    if errors.is_empty() {
        Ok(rows)
    } else {
        Err(Failure::Refused(errors))
    }
}

/// Binds the rows unless somebody was faster, and says for each whether it is bound by this.
async fn store(
    db: &DatabaseTransaction,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    certain: Vec<(MappedCompany, PsaCompanyId)>,
) -> Result<Vec<(MappedCompany, bool)>, DbErr> {
    use company_mapping::Column;
    let psa = psa_companies(db, stamp.scope, integration, certain.iter().map(|(_, psa)| *psa)).await?;
    let decided = certain.into_iter().map(|(row, id)| match psa.get(&id) {
        Some(psa) => decide(row, Wanted::Bind(Box::new(psa.clone())), stamp).1,
        None => row,
    });
    let decided: Vec<_> = decided.collect();
    let mut mappings: Vec<_> = decided.iter().filter_map(|row| row.mapping.clone()).collect();
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    mappings.sort_by_key(|mapping| mapping.company_id);
    let keep = OnConflict::columns([Column::IntegrationId, Column::CompanyId])
        .do_nothing()
        .to_owned();
    batch::store::<company_mapping::Entity>(db, mappings, keep).await?;
    let ours: HashSet<_> = decided
        .iter()
        .filter_map(|row| row.mapping.as_ref().map(|mapping| mapping.id))
        .collect();
    let now = page::find(db, stamp.scope, integration, decided.iter().map(|row| row.company.id)).await?;
    let is_ours = |row: &MappedCompany| row.mapping.as_ref().is_some_and(|mapping| ours.contains(&mapping.id));
    let bound = now.iter().filter(|row| is_ours(row)).filter_map(|row| {
        let undecided = MappedCompany {
            mapping: None,
            psa: None,
            ..row.clone()
        };
        entries::company(MappingOutcome::Bound, &undecided, row)
    });
    stamp.record(db, bound.collect()).await?;
    Ok(now
        .into_iter()
        .map(|row| (is_ours(&row), row))
        .map(|(ours, row)| (row, ours))
        .collect())
}
