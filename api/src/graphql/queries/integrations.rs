//! Connectors and integrations.

use async_graphql::{Context, ID, Object, Result};
use psa_entities::{ids::IntegrationId, integration};

use crate::{
    auth::{Permission, guard::Requires},
    graphql::{
        ids::NodeKind,
        pagination::{List, PageArgs, by_name},
        request::{Request, internal},
        types::{connector::Connector, integration::Integration},
    },
};

/// Queries about connectors and integrations.
#[derive(Debug, Default)]
pub struct IntegrationQueries;

#[Object]
impl IntegrationQueries {
    /// The PSAs that this server can talk to, with everything that a form needs.
    #[graphql(guard = "Requires(Permission::PsaRead)")]
    async fn connectors(&self, ctx: &Context<'_>) -> Result<Vec<Connector>> {
        Ok(ctx.app()?.registry.descriptors().map(Connector).collect())
    }

    /// One integration; null when there is none of this id.
    #[graphql(guard = "Requires(Permission::PsaRead)")]
    async fn integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Integration>> {
        let Ok(key) = NodeKind::Integration.key::<IntegrationId>(&id, "id") else {
            return Ok(None);
        };
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.map(Integration))
    }

    /// The provider's integrations in name order.
    #[graphql(
        guard = "Requires(Permission::PsaRead)",
        complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity"
    )]
    async fn integrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<Option<List<Integration>>> {
        let page = PageArgs::new(first, after, last, before)?;
        let select = ctx.scope()?.find::<integration::Entity>();
        let columns = (integration::Column::Name, integration::Column::Id);
        let slice = by_name(ctx, select, columns, &page, |row| (row.name.clone(), row.id.uuid())).await?;
        Ok(Some(slice.connect(Integration)))
    }
}
