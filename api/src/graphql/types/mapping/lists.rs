//! The mappings of an integration.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Result};
use psa_entities::ids::IntegrationId;

use super::{CompanyMapping, ProductMapping, company_mapping_key, product_mapping_key};
use crate::{
    graphql::{
        pagination::{PageArgs, Slice},
        payload,
        request::{Request, internal},
        told::{Asked, Page},
        types::console::FirstContacts,
    },
    mapping::{
        MappingState,
        counts::{self, MappingCounts},
        health::MappingHealth,
        page::{self, CompanyFilter, Detail, ListedCompany},
        place::{Part, Place},
        products,
    },
};

/// Which company mappings a list has.
#[derive(Debug, Default, InputObject)]
pub struct CompanyMappingFilter {
    /// Only those about which this was decided.
    pub state: Option<MappingState>,
    /// Only those with this in the console company's name, whatever case, accents and legal form, or of this id in the
    /// console.
    pub search: Option<String>,
    /// Only those that are bound and whose PSA company is in this condition.
    pub health: Option<MappingHealth>,
    /// Whether those that the console no longer has are listed as well.
    #[graphql(default)]
    pub include_removed: bool,
}

/// The console's companies in an integration: undecided ones first, then bound ones, then excluded ones, each in name
/// order.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn company_mappings(
    ctx: &Context<'_>,
    integration: IntegrationId,
    filter: Option<CompanyMappingFilter>,
    page: &PageArgs,
) -> Result<Page<CompanyMapping>> {
    let (db, scope) = (ctx.app()?.db.read(), ctx.scope()?);
    let filter = filter.unwrap_or_default();
    let filter = CompanyFilter {
        state: filter.state,
        search: filter.search,
        health: filter.health,
        include_removed: filter.include_removed,
    };
    let counted = ctx.look_ahead().field("totalCount").exists();
    let total = if counted {
        page::count(db, scope, integration, &filter).await.map_err(internal)?
    } else {
        0
    };
    let part = Part {
        beyond: page.key::<Place>()?,
        backwards: page.is_backwards(),
        limit: page.rows(),
    };
    let asked = Asked::of(ctx);
    let first = asked.as_ref().and_then(first_contacts).map(Arc::new);
    let contacts = first.as_ref().map(|first| first.select(scope));
    let detail = Detail {
        // What cannot be told at once may need any of them.
        is_asked: &|column| asked.as_ref().is_none_or(|asked| asked.shows(column)),
        contacts: contacts.as_ref(),
    };
    let rows = page::read(db, scope, integration, &filter, &part, detail)
        .await
        .map_err(internal)?;
    let slice = Slice::new(rows, page, total, ListedCompany::place);
    let list = slice.connect(|row| CompanyMapping::listed(integration, row, first.clone()));
    Ok(Page::of(list, asked.as_ref()))
}

/// The contacts of every company that are asked for with a list.
fn first_contacts(list: &Asked<'_>) -> Option<FirstContacts> {
    let nodes = list.fields("edges").flat_map(|edge| edge.fields("node"));
    let mut contacts = nodes
        .chain(list.fields("nodes"))
        .flat_map(|row| row.fields("company"))
        .flat_map(|company| company.fields("contacts"));
    FirstContacts::of(contacts.next()?)
}

/// How many companies there are in an integration and what was decided about them.
///
/// # Errors
/// Only of the database.
pub async fn company_counts(ctx: &Context<'_>, integration: IntegrationId) -> Result<MappingCounts> {
    payload::value(counts::companies(ctx.app()?, ctx.scope()?, integration).await)
}

/// Every billable product in an integration.
///
/// # Errors
/// Only of the database.
pub async fn product_mappings(ctx: &Context<'_>, integration: IntegrationId) -> Result<Vec<ProductMapping>> {
    let rows = payload::value(products::overview(ctx.app()?, ctx.scope()?, integration).await)?;
    Ok(rows.into_iter().map(ProductMapping).collect())
}

/// The company mapping of a global id; `None` when there is none, or it is not the caller's.
///
/// # Errors
/// Only of the database.
pub async fn find_company_mapping(ctx: &Context<'_>, id: &ID) -> Result<Option<CompanyMapping>> {
    let Some((integration, company)) = company_mapping_key(id) else {
        return Ok(None);
    };
    if !is_own(ctx, integration).await? {
        return Ok(None);
    }
    let rows = page::find(ctx.app()?.db.read(), ctx.scope()?, integration, [company])
        .await
        .map_err(internal)?;
    Ok(rows.into_iter().next().map(CompanyMapping::from))
}

/// The product mapping of a global id; `None` when there is none, or it is not the caller's.
///
/// # Errors
/// Only of the database.
pub async fn find_product_mapping(ctx: &Context<'_>, id: &ID) -> Result<Option<ProductMapping>> {
    let Some((integration, product)) = product_mapping_key(id) else {
        return Ok(None);
    };
    if !is_own(ctx, integration).await? {
        return Ok(None);
    }
    let row = products::find(ctx.app()?.db.read(), ctx.scope()?, integration, &product)
        .await
        .map_err(internal)?;
    Ok(row.map(ProductMapping))
}

/// Whether an integration is the caller's.
pub(super) async fn is_own(ctx: &Context<'_>, integration: IntegrationId) -> Result<bool> {
    Ok(ctx.rows()?.load_one(integration).await.map_err(internal)?.is_some())
}
