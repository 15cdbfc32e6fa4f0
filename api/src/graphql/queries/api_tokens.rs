//! The provider's API tokens.

use async_graphql::{Context, InputObject, Object, Result};
use psa_entities::api_token::{Column, Entity};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait};

use crate::{
    auth::{Permission, guard::Requires},
    graphql::{
        pagination::{List, PageArgs, newest_first},
        request::Request,
        types::api_token::ApiToken,
    },
};

/// Queries about API tokens.
#[derive(Debug, Default)]
pub struct ApiTokenQueries;

/// Which API tokens a list has.
#[derive(Debug, Default, InputObject)]
pub struct ApiTokenFilter {
    /// Whether those that were revoked are listed as well.
    #[graphql(default)]
    pub include_revoked: bool,
}

#[Object]
impl ApiTokenQueries {
    /// The provider's API tokens, newest first; those that have expired among them.
    #[graphql(
        guard = "Requires(Permission::PsaManage)",
        complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity"
    )]
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which API tokens; without it all that were not revoked.")] filter: Option<ApiTokenFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<Option<List<ApiToken>>> {
        let page = PageArgs::new(first, after, last, before)?;
        let kept = !filter.unwrap_or_default().include_revoked;
        let select = ctx.scope()?.find::<Entity>();
        let select = select.apply_if(kept.then_some(()), |select, ()| {
            select.filter(Column::RevokedAt.is_null())
        });
        let slice = newest_first(ctx, select, Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(Some(slice.connect(ApiToken)))
    }
}
