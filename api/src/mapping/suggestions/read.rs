//! Reads what suggestions compare: names, identifiers and the e-mail domains of the contacts on both sides.

use std::collections::{BTreeSet, HashMap};

use psa_entities::{
    ProviderScope, company_mapping, console_company, console_contact,
    ids::{ConsoleCompanyId, IntegrationId, PsaCompanyId},
    psa_company,
    psa_contact::{self, Emails},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, JoinType, QueryFilter, QuerySelect, RelationTrait};

use crate::mapping::suggest::{PsaName, domains};

/// Above so many companies the contacts of all are read at once.
const MOST_COMPANIES: usize = 1_000;

/// The PSA's companies that are there. The domains of their contacts are read only where `with_domains` asks for them.
pub(super) async fn psa_names(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    with_domains: bool,
) -> Result<Vec<PsaName>, DbErr> {
    use psa_company::Column;
    let companies = scope
        .find::<psa_company::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::Deleted.eq(false))
        .filter(Column::Missing.eq(false))
        .select_only()
        .columns([Column::Id, Column::ExternalId, Column::Name, Column::Identifier])
        .into_tuple::<(PsaCompanyId, String, String, Option<String>)>()
        .all(db)
        .await?;
    let mut domains = if with_domains {
        psa_domains(db, scope, integration).await?
    } else {
        HashMap::new()
    };
    let named = companies
        .into_iter()
        .map(|(id, external_id, name, identifier)| PsaName {
            id,
            name,
            identifier,
            domains: domains.remove(&external_id).unwrap_or_default(),
        });
    Ok(named.collect())
}

/// The companies' own e-mail domains of the contacts that the PSA has and uses, by the PSA's id of their company.
async fn psa_domains(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<HashMap<String, BTreeSet<String>>, DbErr> {
    use psa_contact::Column;
    let contacts = scope
        .find::<psa_contact::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::Deleted.eq(false))
        .filter(Column::Active.eq(true))
        .filter(Column::CompanyExternalId.is_not_null())
        .filter(Column::Email.is_not_null())
        .select_only()
        .columns([Column::CompanyExternalId, Column::Email, Column::OtherEmails])
        .into_tuple::<(String, String, Emails)>()
        .all(db)
        .await?;
    let mut of: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (company, email, others) in contacts {
        let own = others
            .0
            .iter()
            .chain([&email])
            .filter_map(|email| domains::of_company(email));
        of.entry(company).or_default().extend(own);
    }
    Ok(of)
}

/// The companies' own e-mail domains of the contacts that the console has, by their company.
pub(super) async fn console_domains(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    companies: &[ConsoleCompanyId],
) -> Result<HashMap<ConsoleCompanyId, BTreeSet<String>>, DbErr> {
    use console_contact::Column;
    let few = (companies.len() <= MOST_COMPANIES).then(|| Column::CompanyId.is_in(companies.iter().copied()));
    let contacts = scope
        .find::<console_contact::Entity>()
        .filter(Column::RemovedAt.is_null())
        .filter(Column::Email.is_not_null())
        .filter(Condition::all().add_option(few))
        .select_only()
        .columns([Column::CompanyId, Column::Email])
        .into_tuple::<(ConsoleCompanyId, String)>()
        .all(db)
        .await?;
    let mut of: HashMap<ConsoleCompanyId, BTreeSet<String>> = HashMap::new();
    for (company, email) in contacts {
        of.entry(company).or_default().extend(domains::of_company(&email));
    }
    Ok(of)
}

/// The PSA companies that companies which the console has are bound to.
pub(super) async fn bound<C: FromIterator<PsaCompanyId>>(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<C, DbErr> {
    let bound = scope
        .find::<company_mapping::Entity>()
        .join(JoinType::InnerJoin, company_mapping::Relation::Company.def())
        .filter(company_mapping::Column::IntegrationId.eq(integration))
        .filter(company_mapping::Column::PsaCompanyId.is_not_null())
        .filter(console_company::Column::RemovedAt.is_null())
        .select_only()
        .column(company_mapping::Column::PsaCompanyId)
        .into_tuple::<PsaCompanyId>()
        .all(db)
        .await?;
    Ok(bound.into_iter().collect())
}
