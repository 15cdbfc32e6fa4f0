//! Contacts of the PSA.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::{
    ids::IntegrationId,
    psa_contact::{self, Column},
};
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use super::{
    PsaCompany,
    lists::{external_id, typed},
};
use crate::{
    graphql::{
        ids::NodeKind,
        loaders::psa::CompanyInPsa,
        pagination::{List, PageArgs, by_name},
        request::{Request, internal},
    },
    mapping::search,
};

/// A contact of the PSA.
#[derive(Debug, Clone)]
pub struct PsaContact(pub psa_contact::Model);

/// A person at a company as the PSA knows them.
#[Object]
impl PsaContact {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::PsaContact.id(self.0.id)
    }

    /// The id in the PSA.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The default e-mail address as the PSA writes it; null when it has none.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Every e-mail address, the default one first.
    async fn emails(&self) -> Vec<&str> {
        let others = self.0.other_emails.0.iter().map(String::as_str);
        self.0.email.as_deref().into_iter().chain(others).collect()
    }

    /// Whether the PSA still uses it.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Whether the PSA no longer has it.
    async fn deleted(&self) -> bool {
        self.0.deleted
    }

    /// The company that it belongs to; null when it has none, or that is not imported.
    async fn company(&self, ctx: &Context<'_>) -> Result<Option<PsaCompany>> {
        let Some(company) = self.0.company_external_id.clone() else {
            return Ok(None);
        };
        let key = CompanyInPsa(self.0.integration_id, company);
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.map(PsaCompany::from))
    }

    /// When an import last saw it, or found it gone.
    async fn imported_at(&self) -> DateTime<Utc> {
        self.0.imported_at
    }
}

/// Which PSA contacts a list has.
#[derive(Debug, Default, InputObject)]
pub struct PsaContactFilter {
    /// Only those with this in their name, whatever case and accents, or in their default e-mail address, or of this id
    /// in the PSA.
    pub search: Option<String>,
    /// Only those of this PSA company.
    pub psa_company_id: Option<ID>,
    /// Whether those that the PSA no longer has are listed as well.
    #[graphql(default)]
    pub include_deleted: bool,
    /// Whether those that the PSA no longer uses are listed as well.
    #[graphql(default)]
    pub include_inactive: bool,
}

/// Contacts that an integration imported, in name order.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn psa_contacts(
    ctx: &Context<'_>,
    integration: IntegrationId,
    filter: Option<PsaContactFilter>,
    page: &PageArgs,
) -> Result<List<PsaContact>> {
    let filter = filter.unwrap_or_default();
    let company = match &filter.psa_company_id {
        None => None,
        Some(id) => Some(Column::CompanyExternalId.is_in(external_id(ctx, integration, id).await?)),
    };
    let select = ctx
        .scope()?
        .find::<psa_contact::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(
            Condition::all()
                .add_option(typed(filter.search).map(|typed| search::psa_contacts(&typed)))
                .add_option(company)
                .add_option((!filter.include_deleted).then(|| Column::Deleted.eq(false)))
                .add_option((!filter.include_inactive).then(|| Column::Active.eq(true))),
        );
    let slice = by_name(ctx, select, (Column::Name, Column::Id), page, |row| {
        (row.name.clone(), row.id.uuid())
    })
    .await?;
    Ok(slice.connect(PsaContact))
}
