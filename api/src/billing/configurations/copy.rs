//! Copying a configuration to other companies: the items as they are, each onto an agreement of the company's own.

use std::collections::{BTreeSet, HashMap};

use psa_entities::{
    ProviderScope,
    agreement::{self, AgreementStatus},
    billing_configuration::Model,
    company_mapping,
    ids::{AgreementId, BillingConfigurationId, ConsoleCompanyId, IntegrationId},
    psa_company,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};

use super::{Draft, ItemDraft, find, items_of, save_in};
use crate::{
    app::App,
    audit::Stamp,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// The most companies that one call copies to.
const LARGEST_BATCH: usize = 1_000;

/// A company to copy to.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The company.
    pub company: ConsoleCompanyId,
    /// Its agreement; `None` chooses the active one of the source's name, or the only active one.
    pub agreement: Option<AgreementId>,
}

/// Copies a configuration to other companies, to all of them or to none. Gives the copies back in the order of the call.
/// The price that an item has of its own is copied with it.
///
/// # Errors
/// `NOT_FOUND` at `configurationId`; each target's mistakes at `targets.N`: no agreement that could be meant, and whatever
/// saving such a configuration says.
pub async fn copy(
    app: &App,
    stamp: Stamp<'_>,
    source: BillingConfigurationId,
    targets: &[Target],
) -> Outcome<Vec<Model>> {
    let scope = stamp.scope;
    let refusals = batch_errors(targets);
    if !refusals.is_empty() {
        return Err(Failure::Refused(refusals));
    }
    let not_found = || Failure::refused(UserError::not_found("configurationId", "billing configuration"));
    let transaction = app.db.begin().await?;
    let found = find(&transaction, scope, source).await.map_err(|_| not_found())?;
    let integration = integrations::hold(&transaction, scope, found.integration_id).await?;
    let source = find(&transaction, scope, source).await.map_err(|_| not_found())?;
    let items = items_of(&transaction, scope, source.id).await?;
    let agreements = Agreements::read(&transaction, scope, &source).await?;
    let (mut copies, mut errors) = (Vec::new(), Vec::new());
    for (index, target) in targets.iter().enumerate() {
        let agreement = match target.agreement {
            Some(agreement) => Ok(agreement),
            None => agreements.choose(target.company),
        };
        let saved = match agreement {
            Ok(agreement) => {
                let draft = draft(&source, &items, target.company, agreement);
                save_in(&transaction, app, stamp, &integration, draft).await
            }
            Err(error) => Err(Failure::refused(error)),
        };
        match saved {
            Ok(copy) => copies.push(copy),
            Err(Failure::Refused(refused)) => {
                errors.extend(refused.into_iter().map(|error| error.in_record("targets", index)));
            }
            Err(fault) => return Err(fault),
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    transaction.commit().await?;
    Ok(copies)
}

fn draft(source: &Model, items: &[ItemDraft], company: ConsoleCompanyId, agreement: AgreementId) -> Draft {
    Draft {
        integration: source.integration_id,
        id: None,
        company,
        agreement,
        start_month: source.start_month,
        enabled: source.enabled,
        items: items.to_vec(),
        expected_version: None,
    }
}

fn batch_errors(targets: &[Target]) -> Vec<UserError> {
    if targets.is_empty() || targets.len() > LARGEST_BATCH {
        let message = format!(
            "A call copies to between 1 and {LARGEST_BATCH} companies, not {}.",
            targets.len()
        );
        let error = UserError::new(ErrorCode::Invalid, message).at("targets");
        return vec![error.with_remedy("Send them in several calls.")];
    }
    let mut seen = BTreeSet::new();
    let repeats = targets
        .iter()
        .enumerate()
        .filter(|(_, target)| !seen.insert((target.company, target.agreement)));
    let error = |(index, _): (usize, &Target)| {
        let error = UserError::new(ErrorCode::Invalid, "The company is named twice.");
        error.at(&format!("targets.{index}.companyId"))
    };
    repeats.map(error).collect()
}

/// The agreements that copies could go onto.
struct Agreements {
    /// The name of the source's agreement.
    name: String,
    of_company: HashMap<ConsoleCompanyId, Vec<agreement::Model>>,
}

impl Agreements {
    async fn read(db: &impl ConnectionTrait, scope: ProviderScope, source: &Model) -> Result<Self, DbErr> {
        let integration = source.integration_id;
        let name = scope
            .find_by_id::<agreement::Entity>(source.agreement_id)
            .one(db)
            .await?;
        let mut by_psa_company: HashMap<String, Vec<agreement::Model>> = HashMap::new();
        for row in active(db, scope, integration).await? {
            by_psa_company
                .entry(row.psa_company_external_id.clone())
                .or_default()
                .push(row);
        }
        let mapped = scope
            .find::<company_mapping::Entity>()
            .find_also_related(psa_company::Entity)
            .filter(company_mapping::Column::IntegrationId.eq(integration))
            .all(db)
            .await?;
        let of_company = mapped.into_iter().filter_map(|(mapping, psa)| {
            let agreements = by_psa_company.get(&psa?.external_id)?;
            Some((mapping.company_id, agreements.clone()))
        });
        Ok(Self {
            name: name.map(|row| row.name).unwrap_or_default(),
            of_company: of_company.collect(),
        })
    }

    /// The agreement of a company that can be meant when none is named.
    fn choose(&self, company: ConsoleCompanyId) -> Result<AgreementId, UserError> {
        let own = self.of_company.get(&company).map_or(&[][..], Vec::as_slice);
        let named: Vec<_> = own
            .iter()
            .filter(|row| row.name.eq_ignore_ascii_case(&self.name))
            .collect();
        match (named.as_slice(), own) {
            ([only], _) => Ok(only.id),
            ([], [only]) => Ok(only.id),
            ([], []) => Err(refusal(
                "The company has no active agreement in the PSA.",
                "Map the company, make an agreement in the PSA, and import the agreements.",
            )),
            _ => Err(refusal(
                &format!(
                    "The company has several active agreements, and not one that is called “{}”.",
                    self.name
                ),
                "Name the agreement that is meant.",
            )),
        }
    }
}

fn refusal(message: &str, remedy: &str) -> UserError {
    UserError::new(ErrorCode::NotFound, message)
        .at("agreementId")
        .with_remedy(remedy)
}

async fn active(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<Vec<agreement::Model>, DbErr> {
    scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(integration))
        .filter(agreement::Column::Status.eq(AgreementStatus::Active))
        .filter(agreement::Column::Deleted.eq(false))
        .all(db)
        .await
}
