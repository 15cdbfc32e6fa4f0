//! What the console reported and what of it can be billed.

use async_graphql::{Context, InputObject, Object, Result};
use psa_entities::console_company;
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use crate::{
    auth::{Permission, guard::Requires},
    graphql::{
        pagination::{List, PageArgs, by_name},
        request::{Request, internal},
        types::{
            console::{ConsoleCompany, ConsoleContact, ConsoleContactFilter, console_contacts},
            product::BillableProduct,
        },
    },
    mapping::{products, search},
};

/// Queries about the console.
#[derive(Debug, Default)]
pub struct ConsoleQueries;

/// Which console companies a list has.
#[derive(Debug, Default, InputObject)]
pub struct ConsoleCompanyFilter {
    /// Only those with this in their name, whatever case, accents and legal form, or of this id in the console.
    pub search: Option<String>,
    /// Whether those that the console no longer has are listed as well.
    #[graphql(default)]
    pub include_removed: bool,
}

#[Object]
impl ConsoleQueries {
    /// The companies that the console reported, in name order.
    #[graphql(
        guard = "Requires(Permission::PsaRead)",
        complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity"
    )]
    async fn console_companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which companies; without it all of them.")] filter: Option<ConsoleCompanyFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<Option<List<ConsoleCompany>>> {
        let page = PageArgs::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let typed = filter.search.filter(|typed| !typed.trim().is_empty());
        let select = ctx.scope()?.find::<console_company::Entity>().filter(
            Condition::all()
                .add_option(typed.map(|typed| search::console_companies(&typed)))
                .add_option((!filter.include_removed).then(|| console_company::Column::RemovedAt.is_null())),
        );
        let columns = (console_company::Column::Name, console_company::Column::Id);
        let slice = by_name(ctx, select, columns, &page, |row| (row.name.clone(), row.id.uuid())).await?;
        Ok(Some(slice.connect(ConsoleCompany::from)))
    }

    /// The contacts that the console reported, in name order.
    #[graphql(
        guard = "Requires(Permission::PsaRead)",
        complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity"
    )]
    async fn console_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts; without it all of them.")] filter: Option<ConsoleContactFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<Option<List<ConsoleContact>>> {
        let page = PageArgs::new(first, after, last, before)?;
        console_contacts(ctx, filter.unwrap_or_default(), &page).await.map(Some)
    }

    /// Everything that can be billed: every licence type, and both metrics of every storage account.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "10 + 30 * child_complexity")]
    async fn billable_products(&self, ctx: &Context<'_>) -> Result<Vec<BillableProduct>> {
        let products = products::catalogue(ctx.app()?.db.read(), ctx.scope()?)
            .await
            .map_err(internal)?;
        Ok(products.into_iter().map(BillableProduct).collect())
    }
}
