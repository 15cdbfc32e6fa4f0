//! Lists of what an integration imported: filtered, searched, in name order.

use async_graphql::{Context, ID, InputObject, Result};
use psa_entities::{
    agreement, board,
    ids::{IntegrationId, PsaCompanyId},
    psa_company, psa_product,
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder};

use super::{Agreement, AgreementStatus, Board, PsaCompany, PsaProduct};
use crate::{
    graphql::{
        ids::NodeKind,
        pagination::{List, PageArgs, by_name},
        request::{Request, internal},
    },
    mapping::search,
};

/// Which PSA companies a list has.
#[derive(Debug, Default, InputObject)]
pub struct PsaCompanyFilter {
    /// Only those with this in their name or identifier, whatever case, accents and legal form, or of this id in the PSA.
    pub search: Option<String>,
    /// Only those in this status, in the PSA's words.
    pub status: Option<String>,
    /// Whether those that the PSA no longer has, or that the import filter leaves out, are listed as well.
    #[graphql(default)]
    pub include_deleted: bool,
}

/// Which PSA products a list has.
#[derive(Debug, Default, InputObject)]
pub struct PsaProductFilter {
    /// Only those with this in their identifier or description, or of this id in the PSA.
    pub search: Option<String>,
    /// Only those that are active and may be put on an agreement, or only the others.
    pub billable: Option<bool>,
    /// Whether those that the PSA no longer has are listed as well.
    #[graphql(default)]
    pub include_deleted: bool,
}

/// Which agreements a list has.
#[derive(Debug, Default, InputObject)]
pub struct AgreementFilter {
    /// Only those with this in their name, or of this id in the PSA.
    pub search: Option<String>,
    /// Only those of this PSA company.
    pub company_id: Option<ID>,
    /// Only those in this status.
    pub status: Option<AgreementStatus>,
    /// Whether those that the PSA no longer has are listed as well.
    #[graphql(default)]
    pub include_deleted: bool,
}

/// Companies that an integration imported, in name order.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn psa_companies(
    ctx: &Context<'_>,
    integration: IntegrationId,
    filter: Option<PsaCompanyFilter>,
    page: &PageArgs,
) -> Result<List<PsaCompany>> {
    use psa_company::Column;
    let filter = filter.unwrap_or_default();
    let select = ctx
        .scope()?
        .find::<psa_company::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(
            Condition::all()
                .add_option(typed(filter.search).map(|typed| search::psa_companies(&typed)))
                .add_option(filter.status.map(|status| Column::Status.eq(status)))
                .add_option((!filter.include_deleted).then(|| Column::Deleted.eq(false)))
                .add_option((!filter.include_deleted).then(|| Column::Missing.eq(false))),
        );
    let slice = by_name(ctx, select, (Column::Name, Column::Id), page, |row| {
        (row.name.clone(), row.id.uuid())
    })
    .await?;
    Ok(slice.connect(PsaCompany::from))
}

/// Products that an integration imported, in the order of their identifiers.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn psa_products(
    ctx: &Context<'_>,
    integration: IntegrationId,
    filter: Option<PsaProductFilter>,
    page: &PageArgs,
) -> Result<List<PsaProduct>> {
    use psa_product::Column;
    let filter = filter.unwrap_or_default();
    let usable = || {
        Condition::all()
            .add(Column::Active.eq(true))
            .add(Column::Billable.eq(true))
    };
    let select = ctx
        .scope()?
        .find::<psa_product::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(
            Condition::all()
                .add_option(typed(filter.search).map(|typed| search::psa_products(&typed)))
                .add_option(
                    filter
                        .billable
                        .map(|wanted| if wanted { usable() } else { usable().not() }),
                )
                .add_option((!filter.include_deleted).then(|| Column::Deleted.eq(false))),
        );
    let columns = (Column::Identifier, Column::Id);
    let slice = by_name(ctx, select, columns, page, |row| {
        (row.identifier.clone(), row.id.uuid())
    })
    .await?;
    Ok(slice.connect(PsaProduct))
}

/// Agreements that an integration imported, in name order.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn agreements(
    ctx: &Context<'_>,
    integration: IntegrationId,
    filter: Option<AgreementFilter>,
    page: &PageArgs,
) -> Result<List<Agreement>> {
    use agreement::Column;
    let filter = filter.unwrap_or_default();
    let company = match &filter.company_id {
        None => None,
        Some(id) => Some(Column::PsaCompanyExternalId.is_in(external_id(ctx, integration, id).await?)),
    };
    let status = filter.status.map(agreement::AgreementStatus::from);
    let select = ctx
        .scope()?
        .find::<agreement::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(
            Condition::all()
                .add_option(typed(filter.search).map(|typed| search::agreements(&typed)))
                .add_option(company)
                .add_option(status.map(|status| Column::Status.eq(status)))
                .add_option((!filter.include_deleted).then(|| Column::Deleted.eq(false))),
        );
    let slice = by_name(ctx, select, (Column::Name, Column::Id), page, |row| {
        (row.name.clone(), row.id.uuid())
    })
    .await?;
    Ok(slice.connect(Agreement))
}

/// Boards that an integration imported and the PSA still has, in name order. They are few.
///
/// # Errors
/// Only of the database.
pub async fn boards(ctx: &Context<'_>, integration: IntegrationId) -> Result<Vec<Board>> {
    use board::Column;
    let rows = ctx
        .scope()?
        .find::<board::Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::Deleted.eq(false))
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .all(ctx.app()?.db.read())
        .await;
    Ok(rows.map_err(internal)?.into_iter().map(Board).collect())
}

/// The id in the PSA of a company of this integration; nothing when there is no such company, and then nothing is
/// its.
pub(super) async fn external_id(ctx: &Context<'_>, integration: IntegrationId, id: &ID) -> Result<Option<String>> {
    let Ok(key) = NodeKind::PsaCompany.key::<PsaCompanyId>(id, "companyId") else {
        return Ok(None);
    };
    let company = ctx.rows()?.load_one(key).await.map_err(internal)?;
    Ok(company
        .filter(|company| company.integration_id == integration)
        .map(|company| company.external_id))
}

pub(super) fn typed(search: Option<String>) -> Option<String> {
    search.filter(|typed| !typed.trim().is_empty())
}
