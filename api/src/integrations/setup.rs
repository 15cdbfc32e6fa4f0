//! Gathers what the set-up checklist is computed from.

use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent},
    billing_configuration, credential,
    integration::{self, IntegrationStatus},
    permission_check, product_mapping, psa_company, psa_contact, psa_product, ticket_settings,
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::{
    checklist::{self, ChecklistItem, Facts},
    features::{self, FeatureState},
    permissions,
};
use crate::{
    app::App,
    failure::{Fault, Outcome},
    mapping::counts,
};

/// The checklist of an integration as it is now.
///
/// # Errors
/// Only of the database.
pub async fn checklist(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
) -> Outcome<Vec<ChecklistItem>> {
    Ok(checklist::checklist(&facts(app, scope, integration).await?))
}

/// Where an integration is in its life: one that is connected is ready as soon as its checklist is complete.
///
/// # Errors
/// Only of the database.
pub async fn status(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<IntegrationStatus> {
    if integration.status != IntegrationStatus::Connected {
        return Ok(integration.status);
    }
    let items = checklist(app, scope, integration).await?;
    Ok(if checklist::is_complete(&items) {
        IntegrationStatus::Ready
    } else {
        IntegrationStatus::Connected
    })
}

/// Which parts of an integration work now.
///
/// # Errors
/// Only of the database.
pub async fn features(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<Vec<FeatureState>> {
    let db = app.db.read();
    let descriptor = app.registry.descriptor(&integration.connector_kind);
    let descriptor = descriptor.map_err(|error| Fault::Inconsistent(error.to_string()))?;
    let check = scope
        .find_by_id::<permission_check::Entity>(integration.id)
        .one(db)
        .await?;
    let bills = scope
        .find::<billing_configuration::Entity>()
        .filter(billing_configuration::Column::IntegrationId.eq(integration.id))
        .filter(billing_configuration::Column::Enabled.eq(true));
    let agents = scope
        .find::<agent_settings::Entity>()
        .filter(agent_settings::Column::IntegrationId.eq(integration.id))
        .filter(agent_settings::Column::Enabled.eq(true));
    let findings = check.as_ref().map(|check| permissions::findings(descriptor, check));
    Ok(features::features(&features::Facts {
        descriptor,
        status: integration.status,
        problem: integration.problem.as_ref(),
        findings: findings.unwrap_or_default(),
        checked_at: check.map_or(integration.created_at, |check| check.checked_at),
        bills: bills.count(db).await? > 0,
        has_tickets: agents.count(db).await? > 0,
    }))
}

async fn facts(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<Facts> {
    let db = app.db.read();
    let id = integration.id;
    let check = scope
        .find::<permission_check::Entity>()
        .filter(permission_check::Column::IntegrationId.eq(id))
        .one(db)
        .await?;
    let agent = scope
        .find::<agent_settings::Entity>()
        .filter(agent_settings::Column::IntegrationId.eq(id))
        .filter(agent_settings::Column::Agent.eq(Agent::Backup))
        .one(db)
        .await?;
    let credentials = scope
        .find::<credential::Entity>()
        .filter(credential::Column::IntegrationId.eq(id));
    let psa_companies = scope
        .find::<psa_company::Entity>()
        .filter(psa_company::Column::IntegrationId.eq(id));
    let psa_products = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(id));
    let companies = counts::companies(app, scope, id).await?;
    let contacts = counts::contacts(app, scope, id).await?;
    let psa_contacts = scope
        .find::<psa_contact::Entity>()
        .filter(psa_contact::Column::IntegrationId.eq(id))
        .filter(psa_contact::Column::Deleted.eq(false));
    let mapped_products = scope
        .find::<product_mapping::Entity>()
        .filter(product_mapping::Column::IntegrationId.eq(id))
        .filter(product_mapping::Column::PsaProductId.is_not_null());
    let configurations = scope
        .find::<billing_configuration::Entity>()
        .filter(billing_configuration::Column::IntegrationId.eq(id));
    let ticket_settings = scope
        .find::<ticket_settings::Entity>()
        .filter(ticket_settings::Column::IntegrationId.eq(id));
    Ok(Facts {
        has_credentials: credentials.count(db).await? > 0,
        refused: integration.problem.as_ref().map(|problem| problem.message.clone()),
        permissions_checked: check.is_some(),
        missing_rights: check
            .map(|check| missing_rights(app, integration, &check))
            .unwrap_or_default(),
        psa_companies: psa_companies
            .filter(psa_company::Column::Deleted.eq(false))
            .count(db)
            .await?,
        console_companies: companies.total,
        mapped_companies: companies.mapped,
        psa_contacts: psa_contacts.count(db).await?,
        console_contacts: contacts.total,
        mapped_contacts: contacts.mapped,
        psa_products: psa_products
            .filter(psa_product::Column::Deleted.eq(false))
            .count(db)
            .await?,
        mapped_products: mapped_products.count(db).await?,
        billing_configurations: configurations.count(db).await?,
        ticket_settings: ticket_settings.count(db).await? > 0,
        backup_agent: agent.map(|agent| agent.enabled),
    })
}

fn missing_rights(
    app: &App,
    integration: &integration::Model,
    check: &permission_check::Model,
) -> Vec<(String, String)> {
    let Ok(descriptor) = app.registry.descriptor(&integration.connector_kind) else {
        return Vec::new();
    };
    permissions::findings(descriptor, check)
        .iter()
        .filter(|finding| permissions::stops_activation(descriptor, finding))
        .filter_map(|finding| descriptor.right(finding.right))
        .map(|right| {
            (
                format!("{} > {}", right.module, right.function),
                right.remedy.to_owned(),
            )
        })
        .collect()
}
