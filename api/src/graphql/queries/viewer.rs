//! Who asks.

use async_graphql::{Context, Object, Result};

use sea_orm::EntityTrait;

use crate::graphql::{
    request::{Request, internal},
    types::viewer::Viewer,
};

/// Queries about the caller.
#[derive(Debug, Default)]
pub struct ViewerQueries;

#[Object]
impl ViewerQueries {
    /// Who asks, for which provider, with which permissions.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        let viewer = ctx.viewer()?;
        let id = viewer.provider.provider_id();
        let provider = psa_entities::provider::Entity::find_by_id(id)
            .one(ctx.app()?.db.read())
            .await
            .map_err(internal)?;
        let provider = provider.ok_or_else(|| internal("the viewer's provider is gone"))?;
        Ok(Some(Viewer {
            viewer: viewer.clone(),
            provider,
        }))
    }
}
