//! Everything that has a global id.

use async_graphql::{Context, ID, Interface, Result};
use psa_entities::{Scoped, api_token, audit_entry, billing_line, billing_run, board, delivery, job};
use sea_orm::{EntityTrait, PrimaryKeyTrait};
use uuid::Uuid;

use super::{
    api_token::ApiToken,
    audit::AuditEntry,
    billing::{BillingConfiguration, BillingLine, BillingRun},
    console::{ConsoleCompany, ConsoleContact, StorageAccount, StorageLimit},
    integration::Integration,
    job::Job,
    mapping::{
        CompanyMapping, ContactMapping, ProductMapping, find_company_mapping, find_contact_mapping,
        find_product_mapping,
    },
    product::{BillableProduct, find_product},
    psa::{Agreement, Board, PsaCompany, PsaContact, PsaProduct},
    ticket::{Delivery, Incident},
    viewer::Provider,
};
use crate::{
    auth::Permission,
    graphql::{
        ids::NodeKind,
        request::{Request, internal},
    },
};

/// Anything that has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id."))]
pub enum Node {
    /// The tenant.
    Provider(Provider),
    /// A connection to a PSA.
    Integration(Integration),
    /// A background job.
    Job(Job),
    /// A company of the console.
    ConsoleCompany(ConsoleCompany),
    /// A contact of the console.
    ConsoleContact(ConsoleContact),
    /// A storage account of the console.
    StorageAccount(StorageAccount),
    /// A storage limit of the console.
    StorageLimit(StorageLimit),
    /// What a console company is bound to.
    CompanyMapping(CompanyMapping),
    /// What a console contact is bound to.
    ContactMapping(ContactMapping),
    /// What a billable product is bound to.
    ProductMapping(ProductMapping),
    /// An imported company.
    PsaCompany(PsaCompany),
    /// An imported contact.
    PsaContact(PsaContact),
    /// An imported product.
    PsaProduct(PsaProduct),
    /// An imported agreement.
    Agreement(Agreement),
    /// An imported board.
    Board(Board),
    /// What is billed for one company onto one agreement.
    BillingConfiguration(BillingConfiguration),
    /// A month's plan and its outcome.
    BillingRun(BillingRun),
    /// One addition in a run.
    BillingLine(BillingLine),
    /// A condition from first event to recovery.
    Incident(Incident),
    /// One operation that an incident owes.
    Delivery(Delivery),
    /// An entry of the audit log.
    AuditEntry(AuditEntry),
    /// The token of a script.
    ApiToken(ApiToken),
    /// What the console counts and the PSA bills.
    BillableProduct(BillableProduct),
}

/// The record of a global id, when it is the caller's.
pub async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Some((kind, key)) = NodeKind::parse(id) else {
        return computed(ctx, id).await;
    };
    let rows = ctx.rows()?;
    Ok(match kind {
        NodeKind::Provider => provider(ctx, key).await?.map(Node::Provider),
        NodeKind::Integration => {
            loaded(rows.load_one(psa_entities::IntegrationId::from(key)).await)?.map(|row| Integration(row).into())
        }
        NodeKind::ConsoleCompany => loaded(rows.load_one(psa_entities::ConsoleCompanyId::from(key)).await)?
            .map(|row| ConsoleCompany::from(row).into()),
        NodeKind::ConsoleContact => loaded(rows.load_one(psa_entities::ConsoleContactId::from(key)).await)?
            .map(|row| ConsoleContact::from(row).into()),
        NodeKind::StorageAccount => loaded(rows.load_one(psa_entities::StorageAccountId::from(key)).await)?
            .map(|row| StorageAccount(row).into()),
        NodeKind::StorageLimit => {
            loaded(rows.load_one(psa_entities::StorageLimitId::from(key)).await)?.map(|row| StorageLimit(row).into())
        }
        NodeKind::PsaCompany => {
            loaded(rows.load_one(psa_entities::PsaCompanyId::from(key)).await)?.map(|row| PsaCompany::from(row).into())
        }
        NodeKind::PsaContact => {
            loaded(rows.load_one(psa_entities::PsaContactId::from(key)).await)?.map(|row| PsaContact(row).into())
        }
        NodeKind::PsaProduct => {
            loaded(rows.load_one(psa_entities::PsaProductId::from(key)).await)?.map(|row| PsaProduct(row).into())
        }
        NodeKind::Agreement => {
            loaded(rows.load_one(psa_entities::AgreementId::from(key)).await)?.map(|row| Agreement(row).into())
        }
        NodeKind::BillingConfiguration => loaded(rows.load_one(psa_entities::BillingConfigurationId::from(key)).await)?
            .map(|row| BillingConfiguration(row).into()),
        NodeKind::Incident => {
            loaded(rows.load_one(psa_entities::IncidentId::from(key)).await)?.map(|row| Incident(row).into())
        }
        NodeKind::Job => row::<job::Entity>(ctx, key).await?.map(|row| Job(row).into()),
        NodeKind::Board => row::<board::Entity>(ctx, key).await?.map(|row| Board(row).into()),
        NodeKind::BillingRun => row::<billing_run::Entity>(ctx, key)
            .await?
            .map(|row| BillingRun(row).into()),
        NodeKind::BillingLine => row::<billing_line::Entity>(ctx, key)
            .await?
            .map(|row| BillingLine(row).into()),
        NodeKind::AuditEntry => audit_entry(ctx, key).await?.map(Node::from),
        NodeKind::Delivery => row::<delivery::Entity>(ctx, key).await?.map(|row| Delivery(row).into()),
        // The list asks for more than `node` does; this is no way around it.
        NodeKind::ApiToken if ctx.viewer()?.permissions.contains(Permission::PsaManage) => {
            row::<api_token::Entity>(ctx, key)
                .await?
                .map(|row| ApiToken(row).into())
        }
        NodeKind::ApiToken => None,
    })
}

/// The records that have no row of their own: their ids name what they are computed from.
async fn computed(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    if let Some(mapping) = find_company_mapping(ctx, id).await? {
        return Ok(Some(mapping.into()));
    }
    if let Some(mapping) = find_contact_mapping(ctx, id).await? {
        return Ok(Some(mapping.into()));
    }
    if let Some(mapping) = find_product_mapping(ctx, id).await? {
        return Ok(Some(mapping.into()));
    }
    Ok(find_product(ctx, id).await?.map(Node::from))
}

fn loaded<M, E: std::fmt::Display>(row: Result<Option<M>, E>) -> Result<Option<M>> {
    row.map_err(internal)
}

async fn row<E>(ctx: &Context<'_>, key: Uuid) -> Result<Option<E::Model>>
where
    E: Scoped,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    ctx.scope()?
        .find_by_id::<E>(key)
        .one(ctx.app()?.db.read())
        .await
        .map_err(internal)
}

/// The log is for those who may read it: for others an entry is not there.
async fn audit_entry(ctx: &Context<'_>, key: Uuid) -> Result<Option<AuditEntry>> {
    if !ctx.viewer()?.permissions.contains(Permission::AuditRead) {
        return Ok(None);
    }
    Ok(row::<audit_entry::Entity>(ctx, key).await?.map(AuditEntry))
}

async fn provider(ctx: &Context<'_>, key: Uuid) -> Result<Option<Provider>> {
    let own = ctx.scope()?.provider_id();
    if own.uuid() != key {
        return Ok(None);
    }
    let row = psa_entities::provider::Entity::find_by_id(own)
        .one(ctx.app()?.db.read())
        .await
        .map_err(internal)?;
    Ok(row.map(Provider))
}
